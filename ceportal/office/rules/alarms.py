"""When a figure of the portal's own state is an alarm: a table of bounds, and the words for whoever is on call.

Every alarm has an entry of its code in docs/operations/runbook.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import floor

MINUTE, HOUR, DAY = 60, 3600, 86400
BACKUP_HOURS = 26

# Every figure, with its unit and what it says (that is also the help text of /metrics).
FIGURES: Mapping[str, tuple[str, str]] = {
    "up": ("flag", "1 when the part answers: database, broker, worker, beat; log: it is received for backups"),
    "clock_job_age": ("seconds", "since each job of the clock last ended well, or could have for the first time"),
    "waiting": ("items", "rows that wait for the clock, by kind"),
    "oldest": ("seconds", "age of the oldest row that waits and is still tried, by kind"),
    "failed": ("items", "rows that failed at least once and are still tried, by kind"),
    "expired": ("items", "rows whose lease ran out and that nobody took up again, by kind"),
    "dead": ("items", "rows put aside after too many tries, by kind"),
    "queue_length": ("items", "messages in the broker that no worker has taken"),
    "maintenance": ("seconds", "since the portal was closed or made read-only; 0: it is neither"),
    "disk_used": ("ratio", "used part of each disk: of DATA_DIR, of the backups, of PostgreSQL, of DISKS"),
    "slow_queries": ("items", "queries of the last hour that took longer than SLOW_QUERY_MS"),
    "answers": ("items", "answers of the last five minutes, by whom they were for and how they ended (busy: a 503)"),
    "sent_away": ("ratio", "part of the answers of the last five minutes that said to come back later (503)"),
    "slow_answers": ("ratio", "part of the answers of the last five minutes that took longer than a second"),
    "trail_unsealed": ("seconds", "age of the oldest event of the trail that is not sealed"),
    "check_found": ("items", "rows that the independent checker found wrong, by kind"),
    "record_differs": ("items", "certificates whose row was not what the trail was told, not yet ruled on"),
    "check_age": ("seconds", "since the independent checker came to its end, or could have for the first time"),
    "backup_age": ("seconds", "since the last backup, or since one could have been made"),
    "signing_key_left": ("days", "until the signing key runs out; -1: there is none"),
    "calendar_left": ("days", "until the end of the last year whose holiday notice is there"),
}


@dataclass(frozen=True)
class Reading:
    """One figure as it stands; `part` is what it is of (a kind, a job, a process), in code."""

    figure: str
    value: float
    part: str = ""


@dataclass(frozen=True)
class Alarm:
    """Rings when a reading of `figure` is under `least` or over `most`, of `parts` alone where any are named."""

    code: str
    figure: str
    title: str
    remedy: str
    least: float | None = None
    most: float | None = None
    parts: tuple[str, ...] = ()
    is_grave: bool = True

    def rings(self, reading: Reading) -> bool:
        if reading.figure != self.figure or (self.parts and reading.part not in self.parts):
            return False
        is_low = self.least is not None and reading.value < self.least
        return is_low or (self.most is not None and reading.value > self.most)


ALARMS: tuple[Alarm, ...] = (
    Alarm("part_silent", "up", "没有应答", "启动这个部件；仍不行就看它的日志", least=1),
    Alarm("job_late", "clock_job_age", "很久没有跑完", "看后台进程日志里这一项的错误", most=15 * MINUTE),
    Alarm(
        "outbox_old", "oldest", "积压：最早一项等得太久", "看“失败过”和出错原因；确认后台进程在运行",
        most=10 * MINUTE, parts=("notices", "codes", "certificates", "quarantine", "settling"),
    ),
    Alarm(
        "work_old", "oldest", "一天还没有做完", "看后台进程日志；必要时增加后台进程",
        most=DAY, parts=("jobs", "attempts", "texts"), is_grave=False,
    ),
    Alarm(
        "delivery_failing", "failed", "许多项送不出去", "检查邮件服务器和短信网关",
        most=20, parts=("notices", "texts", "codes"),
    ),
    Alarm("sheets_wait", "failed", "证书做不出来", "看“证书在等什么”：缺密钥或缺字库", most=0, parts=("certificates",)),
    Alarm("claims_expired", "expired", "中断后没有继续", "确认后台进程在运行；仍不动就重启它", most=0),
    Alarm("dead_letters", "dead", "已搁置，不再自动重试", "排除原因后点“重试”", most=0),
    Alarm("queue_long", "queue_length", "后台进程跟不上", "确认后台进程在运行；必要时增加进程", most=1000),
    Alarm("disk_filling", "disk_used", "磁盘快满了", "清理或扩容；写满以后材料传不上来，或没有备份", most=0.85),
    Alarm(
        "sent_away", "sent_away", "许多请求被告知稍后再来", "看处理器、“慢查询”和网页进程的数目", most=0.05,
    ),
    Alarm(
        "answers_slow", "slow_answers", "超过 1 秒才有回应的太多", "看处理器、“慢查询”和网页进程的数目",
        most=0.05, is_grave=False,
    ),
    Alarm("slow_queries", "slow_queries", "慢查询很多", "看“慢查询”和数据库的负载", most=50, is_grave=False),
    Alarm("trail_unsealed", "trail_unsealed", "操作记录没有及时封存", "看后台日志，再运行 verify_audit", most=300),
    Alarm("books_differ", "check_found", "核对发现不符", "看“账目核对”，不要自行改数据", most=0),
    Alarm("record_differs", "record_differs", "证书登记与操作记录不符", "先备份数据库，再核对，不要自行改数据", most=0),
    Alarm("check_late", "check_age", "很久没有核对完", "看后台日志，或点“现在核对”", most=36 * HOUR),
    Alarm("backup_old", "backup_age", "一天没有备份", "看备份任务的日志和目标磁盘", most=BACKUP_HOURS * HOUR),
    Alarm("signing_key_ends", "signing_key_left", "签名密钥缺失或快到期", "更换密钥（replace_signing_key）", least=30),
    Alarm("maintenance_lasts", "maintenance", "维护没有结束", "做完后运行 maintenance off", most=4 * HOUR),
    Alarm(
        "calendar_ends", "calendar_left", "下一年的放假安排还没有登记", "在工作台“工作日历”导入国务院通知",
        least=31, is_grave=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Ringing:
    """An alarm that rings now, and what for. `value` is in words."""

    alarm: Alarm
    part: str
    value: str


def ringing(readings: Iterable[Reading]) -> Iterator[Ringing]:
    """In the order of the table."""
    found = list(readings)
    for alarm in ALARMS:
        for reading in found:
            if alarm.rings(reading):
                yield Ringing(alarm, reading.part, in_words(reading.value, FIGURES[alarm.figure][0]))


def in_words(value: float, unit: str) -> str:
    """A figure as people say it; a flag says nothing more than its alarm."""
    match unit:
        case "seconds":
            return _span(floor(value))
        case "ratio":
            return f"{floor(value * 100)}%"
        case "days":
            return f"还有 {floor(value)} 天" if value >= 0 else "没有"
        case "items":
            return f"{floor(value)} 项"
    return ""


def _span(seconds: int) -> str:
    for size, word in ((DAY, "天"), (HOUR, "小时"), (MINUTE, "分钟")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}"
    return f"{seconds} 秒"
