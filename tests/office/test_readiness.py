"""`manage.py doctor` names each part that is missing and how to mend it; `first_administrator` begins a new portal."""

import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.enums import Duty
from accounts.management.commands import first_administrator
from accounts.models import Membership, Organization, User
from ceportal.kernel.models import Heartbeat
from ceportal.office.rules.readiness import Finding
from ceportal.office.selectors.backup_log import SLOT, log_is_received
from ceportal.office.services import readiness
from ceportal.office.services.backing_up import SIGN
from ceportal.office.services.readiness import findings
from certificates.services.sealing import make_signing_key
from tests import factories as make
from tests.credits import factories as rules

PASSWORD = "Keep-hours-honest-88"


def found() -> dict[str, Finding]:
    return {finding.part: finding for finding in findings(now=timezone.now())}


@pytest.mark.django_db
def test_a_bare_portal_says_what_it_lacks(settings: Any) -> None:
    settings.PUBLIC_URL, settings.DEMO, settings.CELERY_BROKER_URL = (
        "http://127.0.0.1:8000",
        False,
        "redis://127.0.0.1:9/0",
    )
    said = found()
    for part in ("学时规则", "管理员", "公开地址", "消息中间件"):
        assert said[part].is_missing, part
        assert said[part].remedy
    assert said["数据表"] == Finding("数据表", "已是最新")
    assert "示例" in said["签发机关"].text
    assert "OPERATED_BY_CONTACT" in said["主办单位"].remedy
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    assert ended.value.code == 1
    assert "缺失  管理员：没有一个人社部门有管理员 → 运行 manage.py first_administrator" in out.getvalue()
    assert "必须先处理" in out.getvalue()


@pytest.mark.django_db
def test_what_is_there_is_no_longer_named(settings: Any, province_bureau: Organization, tmp_path: Path) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://portal.example", ["portal.example"]
    settings.SIGNING_KEY_FILE, settings.CERTIFICATE_AUTHORITY = str(tmp_path / "signing.pem"), "示例机关"
    rules.rule_set()
    make_signing_key(now=timezone.now())
    make.give(make.user("省厅管理员"), province_bureau, Duty.MANAGE_UNIT, Duty.OPERATE)
    said = found()
    for part in ("学时规则", "管理员", "公开地址", "签名密钥", "签发机关", "字体", "数据的磁盘"):
        assert not said[part].is_missing, said[part]
    assert "运行人员" not in said
    assert "只能证明签发后没有改动" in said["签名密钥"].text
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    assert "ALLOWED_HOSTS" in found()["公开地址"].remedy


@pytest.mark.django_db
def test_an_old_backup_and_a_log_that_nobody_receives_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    Heartbeat.objects.create(name=SIGN, at=now)
    assert not found()["备份"].remedy
    assert "数据库日志" not in found()
    Heartbeat.objects.update(at=now - timedelta(hours=27))
    monkeypatch.setattr(readiness, "log_is_received", lambda: False)
    assert "ceportal-backup" in found()["备份"].remedy
    assert "ceportal-wal" in found()["数据库日志"].remedy


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's log")
def test_a_log_that_nobody_reads_is_not_received_and_one_that_nobody_is_to_read_is_no_matter(settings: Any) -> None:
    settings.BACKUP_DIR = ""
    assert log_is_received() is None
    settings.BACKUP_DIR = "/backup"
    assert log_is_received() is False, "no slot: it was never received, or not since a restore"
    assert "ceportal-wal" in found()["数据库日志"].remedy
    with connection.cursor() as cursor:
        settings.BACKUP_DIR = ""
        cursor.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])
        try:
            assert log_is_received() is False, "a slot that nobody reads"
        finally:
            cursor.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's settings")
def test_a_database_that_does_not_wait_for_the_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own does not."""
    said = found()[readiness.WRITTEN]
    assert said.is_missing
    assert "fsync、full_page_writes、synchronous_commit 已关闭" in said.text
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
    assert "fsync、full_page_writes 已关闭" in found()[readiness.WRITTEN].text
    monkeypatch.setattr(readiness, "_ON_DISK", ["synchronous_commit"])
    assert readiness.WRITTEN not in found()


@pytest.mark.django_db
def test_each_part_is_asked_by_itself(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.SIGNING_KEY_FILE, settings.SIGNING_KEY_MAY_BE_MADE = str(tmp_path / "none.pem"), False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.CERTIFICATE_TYPE_CODE = "11100000000013338W011"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))  # type: ignore[attr-defined]
    monkeypatch.setattr(readiness, "missing_glyphs", lambda text: "䶮")
    monkeypatch.setattr(readiness, "database_answers", lambda: False)
    said = found()
    assert [
        part
        for part in ("数据库", "签名密钥", "邮件", "字体", "数据的磁盘", "电子证照标识")
        if not said[part].is_missing
    ] == []
    assert "数据表" not in said


@pytest.mark.django_db
def test_the_first_administrator_begins_a_bureau(
    province_bureau: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(name: str, phone: str, password: str) -> None:
        lines = iter([name, phone])
        monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
        monkeypatch.setattr(first_administrator, "getpass", lambda prompt: password)

    for answers, said in (
        (("省厅管理员", "123", PASSWORD), "手机号码"),
        (("省厅管理员", "13812340881", "12345678"), "密码"),
        (("", "13812340881", PASSWORD), "姓名"),
    ):
        typed(*answers)
        with pytest.raises(CommandError, match=said):
            call_command("first_administrator")
    assert not User.objects.exists()
    with pytest.raises(CommandError, match="没有这个地区"):
        call_command("first_administrator", "--area", "999999")
    typed("省厅管理员", "13812340881", PASSWORD)
    out = StringIO()
    call_command("first_administrator", stdout=out)
    assert "138****0881" in out.getvalue()
    held = Membership.objects.filter(user=User.objects.get(), organization=province_bureau)
    assert set(held.values_list("duty", flat=True)) == set(first_administrator.DUTIES)
    assert User.objects.get().check_password(PASSWORD)
    with pytest.raises(CommandError, match="已有管理员"):
        call_command("first_administrator")


@pytest.mark.django_db
def test_a_broker_that_does_not_show_its_settings_is_no_broker_that_is_away(running_broker: Any, settings: Any) -> None:
    """As where somebody else runs it."""
    client = redis.from_url(running_broker.url.replace("redis+socket://", "unix://").replace("virtual_host=", "db="))
    client.acl_setuser("guest", enabled=True, passwords=["+word"], keys=["*"], commands=["+@all", "-config"])
    try:
        settings.CELERY_BROKER_URL = running_broker.url.replace("redis+socket://", "redis+socket://guest:word@")
        (found,) = readiness._broker(timezone.now())
    finally:
        client.acl_deluser("guest")
        client.close()
    assert not found.is_missing
    assert "不让查看设置" in found.text
