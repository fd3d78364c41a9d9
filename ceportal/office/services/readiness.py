"""What a portal still lacks to be opened, part by part, in words (`manage.py doctor`). It reads and changes nothing.

Each part is asked by itself: one that fails does not hide the next.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import redis
from cryptography import x509
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Membership
from ceportal.kernel.models import Heartbeat
from ceportal.kernel.selectors.calendar import missing_notice
from ceportal.office.rules.alarms import BACKUP_HOURS
from ceportal.office.rules.readiness import Finding
from ceportal.office.selectors.backup_log import log_is_received
from ceportal.office.selectors.health import database_answers, health
from ceportal.office.services.backing_up import SIGN
from ceportal.office.services.backups_kept import last_checked
from ceportal.office.services.readiness_outside import files, identity, mail, texts, virus_scanner
from ceportal.office.services.readiness_place import disks, journal, zone
from certificates.documents.assets import missing_glyphs, own_fonts, why_not
from certificates.documents.keys import SigningKeyMissing
from certificates.documents.timestamps import answers
from certificates.services.sealing import kept_seal, key_file, timestamper
from credits.models import RuleSet

SIGNING_DAYS = 60
# The last two are in the fonts of the system package alone.
RARE = "喆堃䶮㛃𠮷𪚥"
_LOCAL = {"127.0.0.1", "localhost", "::1"}
WRITTEN = "数据库写盘"
_ON_DISK = ["fsync", "full_page_writes", "synchronous_commit"]


def findings(*, now: datetime) -> Iterator[Finding]:
    """Every part, in the order in which to mend them. Without a database only what needs none is asked."""
    if not database_answers():
        yield Finding("数据库", "没有应答", "检查 DATABASE_URL 和数据库服务", is_missing=True)
    else:
        for ask in (_database, zone, _tables, _parts, _rules, _calendar, _people, _backup):
            yield from ask(now)
    for ask in (
        _broker, _address, _demo, _operator, _signing, _timestamps, _issuer, _fonts, mail, texts, identity,
        virus_scanner, files, disks, journal,
    ):  # fmt: skip
        yield from ask(now)


def of_a_year(*, now: datetime) -> Iterator[Finding]:
    """Of these what certificates of a new year need: fonts, keys, time stamps, in whose name."""
    for ask in (_fonts, _signing, _timestamps, _issuer):
        yield from ask(now)


def _database(now: datetime) -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        yield Finding("数据库", "SQLite", "正式运行请用 PostgreSQL 15 以上")
        return
    version = connection.pg_version // 10_000  # type: ignore[attr-defined]
    if version < 15:
        yield Finding("数据库", f"PostgreSQL {version}", "请升级到 15 以上", is_missing=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - now).total_seconds())
    if apart > settings.CLOCK_SECONDS:
        yield Finding("时钟", f"与数据库相差 {apart:.0f} 秒", "两台机器都要校时（NTP）", is_missing=True)
    yield Finding("数据库", f"PostgreSQL {version}")
    yield from _written()


def _written() -> Iterator[Finding]:
    """What is acknowledged has to be on the disk (reliability X8)."""
    query = "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off' ORDER BY name"
    with connection.cursor() as cursor:
        cursor.execute(query, [_ON_DISK])
        off = "、".join(name for (name,) in cursor.fetchall())
    if off:
        remedy = "在 postgresql.conf 里改为 on，重新加载"
        yield Finding(WRITTEN, f"{off} 已关闭，断电会丢失已经答复收到的内容", remedy, is_missing=True)


def _tables(now: datetime) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding("数据表", f"还有 {len(waiting)} 步没有更新", "运行 manage.py prepare", is_missing=True)
    else:
        yield Finding("数据表", "已是最新")


_REMEDIES = {
    "broker": ("消息中间件", "检查 REDIS_URL 和 Redis 服务"),
    "worker": ("后台进程", "启动 celery worker"),
    "beat": ("定时器", "启动 celery beat（只能有一个）"),
    "outbox": ("待送出的消息", "到“运行状态”查看原因"),
    "scanner": ("待检文件", "看“病毒检查”一项和 docs/operations/runbook.md 的 outbox_old"),
    "dead_letters": ("搁置事项", "到“运行状态”逐项重试"),
}


def _parts(now: datetime) -> Iterator[Finding]:
    missing = health(now=now).degraded
    for name in missing:
        part, remedy = _REMEDIES.get(name, (name, "到“运行状态”查看"))
        yield Finding(part, "没有应答" if name in {"broker", "worker", "beat"} else "有积压", remedy, is_missing=True)
    if not {"broker", "worker", "beat"} & set(missing):
        yield Finding("后台", "定时器和后台进程正常")


def _rules(now: datetime) -> Iterator[Finding]:
    year = timezone.localdate(now).year
    if RuleSet.objects.filter(year_from__lte=year).exists():
        yield Finding("学时规则", f"{year} 年度有规则")
    else:
        yield Finding("学时规则", f"{year} 年度没有规则", "运行 manage.py load_regulation", is_missing=True)


def _calendar(now: datetime) -> Iterator[Finding]:
    year = missing_notice(timezone.localdate(now))
    if year:
        yield Finding("工作日历", f"{year} 年的放假通知还没有导入，期限按暂定日历计算", "在工作台“工作日历”导入通知")
    else:
        yield Finding("工作日历", "放假通知已导入")


def _people(now: datetime) -> Iterator[Finding]:
    held = Membership.objects.filter(ended_at__isnull=True, organization__is_bureau=True, user__is_active=True)
    if held.filter(duty=Duty.MANAGE_UNIT).exists():
        yield Finding("管理员", "人社部门有管理员")
    else:
        remedy = "运行 manage.py first_administrator"
        yield Finding("管理员", "没有一个人社部门有管理员", remedy, is_missing=True)
    if not held.filter(duty=Duty.OPERATE).exists():
        yield Finding("运行人员", "没有人能看“运行状态”", "由管理员在“职责分工”里邀请")


def _broker(now: datetime) -> Iterator[Finding]:
    """Redis has to keep what it was given (reliability F5): on disk, and never thrown away for room."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    try:
        with redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            kept = client.config_get("maxmemory-policy") | client.config_get("appendonly")  # type: ignore[operator]
    except redis.ResponseError:
        yield Finding(
            "消息中间件", "有应答，但不让查看设置", "向提供方确认：appendonly yes、maxmemory-policy noeviction"
        )
        return
    except (redis.RedisError, OSError) as error:
        yield Finding(
            "消息中间件", f"没有应答（{type(error).__name__}）", "检查 REDIS_URL 和 Redis 服务", is_missing=True
        )
        return
    if kept.get("maxmemory-policy") != "noeviction":
        yield Finding("消息中间件", "内存满时会丢弃消息", "Redis 设置 maxmemory-policy noeviction", is_missing=True)
    elif kept.get("appendonly") != "yes":
        yield Finding("消息中间件", "断电会丢掉最近的消息（到期后自动补做）", "Redis 设置 appendonly yes")
    else:
        yield Finding("消息中间件", "正常")


def _address(now: datetime) -> Iterator[Finding]:
    where = urlsplit(settings.PUBLIC_URL)
    host = where.hostname or ""
    remedy = "设置 PUBLIC_URL；证书二维码印的就是它，印出去就改不了"
    if host in _LOCAL or where.scheme != "https":
        yield Finding("公开地址", f"{settings.PUBLIC_URL} 外面打不开或没有加密", remedy, is_missing=not settings.DEMO)
    elif host not in settings.ALLOWED_HOSTS:
        yield Finding("公开地址", f"{host} 不在 ALLOWED_HOSTS 里", "把它加进 ALLOWED_HOSTS", is_missing=True)
    else:
        yield Finding("公开地址", settings.PUBLIC_URL)


def _demo(now: datetime) -> Iterator[Finding]:
    if settings.DEMO:
        yield Finding("演示数据", "这是演示环境，人人知道密码", "正式运行用 ceportal.settings.production")


def _signing(now: datetime) -> Iterator[Finding]:
    try:
        kept_seal(now=now)
    except SigningKeyMissing as error:
        if settings.SIGNING_KEY_MAY_BE_MADE:
            yield Finding("签名密钥", "第一张证书生成时自动建立")
        else:
            yield Finding("签名密钥", str(error), "设置 SIGNING_KEY_FILE；没有它不签发证书", is_missing=True)
        return
    certificate = x509.load_pem_x509_certificate(key_file().read_bytes())
    days = (certificate.not_valid_after_utc - now).days
    kind = "自建密钥：只能证明签发后没有改动" if certificate.issuer == certificate.subject else "由证书机构签发"
    kind += "，在硬件密码模块里" if settings.SIGNING_MODULE else ""
    remedy = "请在到期前更换，旧证书仍可查验" if days < SIGNING_DAYS else ""
    yield Finding("签名密钥", f"{kind}，还有 {days} 天有效", remedy)


def _timestamps(now: datetime) -> Iterator[Finding]:
    stamper = timestamper()
    if stamper and answers(stamper):
        yield Finding("时间戳", "时间戳服务已应答")
    elif stamper:
        remedy = "检查 TIMESTAMP_URL；服务在内网时把网段加进 OUTGOING_NETWORKS。没有应答时证书等待"
        yield Finding("时间戳", "时间戳服务没有应答", remedy, is_missing=True)


def _operator(now: datetime) -> Iterator[Finding]:
    if settings.OPERATED_BY and settings.OPERATED_BY_CONTACT:
        yield Finding("主办单位", f"{settings.OPERATED_BY}，{settings.OPERATED_BY_CONTACT}")
    else:
        remedy = "设置 OPERATED_BY 和 OPERATED_BY_CONTACT；网站的备案号用 ICP_NUMBER、POLICE_NUMBER"
        yield Finding("主办单位", "没有设置，个人信息处理告知没有写明由谁负责、怎样联系", remedy)


def _issuer(now: datetime) -> Iterator[Finding]:
    if settings.CERTIFICATE_AUTHORITY:
        yield Finding("签发机关", settings.CERTIFICATE_AUTHORITY)
    else:
        yield Finding("签发机关", "没有设置，证书带“示例”水印", "设置 CERTIFICATE_AUTHORITY")
    if bool(settings.CERTIFICATE_TYPE_CODE) != bool(settings.CERTIFICATE_ISSUER_CODE):
        remedy = "CERTIFICATE_TYPE_CODE 和 CERTIFICATE_ISSUER_CODE 要一起设置"
        yield Finding("电子证照标识", "只设置了一个代码，证书上不印", remedy, is_missing=True)


def _fonts(now: datetime) -> Iterator[Finding]:
    lacking = missing_glyphs(RARE)
    for path in own_fonts():
        if why := why_not(path):
            yield Finding("字库文件", f"{path.name} {why}，没有使用", "换一个字库文件，或改它的属主和权限")
    if lacking:
        yield Finding("字体", f"生僻字 {lacking} 印不出来", "安装 fonts-hanazono", is_missing=True)
    else:
        yield Finding("字体", "生僻字齐全")


def _backup(now: datetime) -> Iterator[Finding]:
    at = Heartbeat.objects.filter(name=SIGN).values_list("at", flat=True).first()
    if at is None:
        yield Finding("备份", "还没有备份过", "按 docs/operations/backup.md 设置每天备份，并演练一次恢复")
    else:
        is_old = now - at > timedelta(hours=BACKUP_HOURS)
        remedy = "看 ceportal-backup 的日志和目标磁盘" if is_old else ""
        yield Finding("备份", f"最近一次 {timezone.localtime(at):%Y-%m-%d %H:%M}", remedy)
        if checked := last_checked():
            yield Finding("备份的核对", f"最近一次无误 {checked:%Y-%m-%d %H:%M}")
        else:
            yield Finding(
                "备份的核对", "还没有核对过", "启用 ceportal-backup-check.timer，或运行 manage.py check_backups"
            )
    if log_is_received() is False:
        yield Finding("数据库日志", "没有人接收，出事时只能回到最近一次备份", "启用 ceportal-wal，看它的日志和目标磁盘")
