"""What the clock has put aside after too many tries, by kind: for the operator, so without anything about anybody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Notice, OneTimeCode, TextMessage
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, Attempt, Job
from certificates.enums import CertificateState
from certificates.models import Certificate

# The page shows so many of a kind, the longest dead first; retrying all of a kind reaches the rest.
SHOWN = 20
# A process that was killed leaves no word.
NO_WORD = "处理进程中断（被终止、内存不足或超时），没有留下错误信息"
_JOBS = {
    "credits.handle_person_changes": "人员变动后的重新核算",
    "credits.put_rules_in_force": "规则按日生效",
    "credits.merge_accounts": "账号合并后学时的转入",
    "credits.match_people": "注册后补计学时",
    "credits.finish_corrections": "学时更正的收尾",
    "credits.revive_duplicates": "重复记录的补计",
    "credits.follow_approvals": "通过后的通知和核算",
    "certificates.settle_changed_accounts": "年度账户的结算",
    "remind": "审核到期提醒",
    "overdue": "审核超期标记",
    "redate": "审核期限重算",
    "raise": "超期未办的上报",
    "reviews.steering": "集中于一家机构的排查",
    "reviews.overlook": "大辖区审核时效的统计",
    "reviews.digest": "每日待审汇总",
    "accounts.end_deputies": "代审到期的收回",
    "rules.what_if": "规则的影响预览",
    "rules.judge": "规则变动后的重新核算",
    "held.hold_client": "泄露密钥所报学时的暂停计入",
    "held.rule": "待核实学时的批量处理",
    "held.undo_client": "泄露密钥所作撤回的恢复",
    "credits.digest": "每日学时计入的通知",
    "reviews.remind_asked": "抽查答复的提醒",
    "reviews.lapse_inspections": "抽查答复的到期",
    "filing.file": "每月备案名单的固定",
    "roster.check": "名单的核对",
    "roster.credit": "名单的学时计入",
    "roster.undo": "名单的撤销",
    "office.look_for_signals": "申报疑点的排查",
    "office.erase_people": "清除离开多年的人员信息",
    "bundle.pack": "证书的打包",
    "staff.remind": "未达标人员的提醒",
    "export.make": "名单的导出",
    "take_over.take": "历史数据的接收",
    "take_over.undo": "历史数据接收的撤销",
    "keys.rotate": "密钥轮换",
    "check.books": "账目核对",
}


@dataclass(frozen=True)
class Kind:
    """A queue of the clock: `rows` are those still to do, each since its column `since`; `tell` says what one is."""

    code: str
    label: str
    since: str
    rows: Callable[[], QuerySet[Any]]
    tell: Callable[[Any], str]

    def dead(self) -> QuerySet[Any]:
        return self.rows().filter(attempts__gte=MAX_ATTEMPTS)


@dataclass(frozen=True)
class DeadLetter:
    """`since` is when the last try's lease ended."""

    ref: UUID
    what: str
    error: str
    since: datetime | None


@dataclass(frozen=True)
class Pile:
    """All that is dead of a kind: how many, and the first of them."""

    kind: Kind
    count: int
    letters: list[DeadLetter]


def _job_in_words(name: str) -> str:
    return _JOBS.get(name) or _JOBS.get(name.partition(":")[0]) or name


KINDS = (
    Kind(
        "notices",
        "消息",
        "created_at",
        lambda: Notice.objects.filter(sent_at__isnull=True),
        lambda notice: notice.get_event_display(),
    ),
    Kind(
        "texts",
        "短信",
        "made_at",
        lambda: TextMessage.objects.filter(sent_at__isnull=True),
        lambda message: message.get_event_display(),
    ),
    Kind(
        "codes",
        "验证码",
        "made_at",
        lambda: OneTimeCode.objects.filter(code_sealed__isnull=False, used_at__isnull=True),
        lambda code: f"{code.get_purpose_display()}（{code.get_channel_display()}）",
    ),
    Kind(
        "certificates",
        "证书",
        "promised_at",
        lambda: Certificate.objects.filter(state=CertificateState.INTENDED),
        lambda certificate: f"{certificate.year} 年度证书的制作",
    ),
    Kind(
        "jobs",
        "后台任务",
        "created_at",
        lambda: Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING)),
        lambda job: _job_in_words(job.kind),
    ),
    Kind("attempts", "定时处理", "begun_at", Attempt.objects.all, lambda attempt: _job_in_words(attempt.job)),
)


def dead_letters() -> list[Pile]:
    """The kinds of which something is dead."""
    piles = ((kind, kind.dead().count()) for kind in KINDS)
    return [Pile(kind, count, _letters(kind)) for kind, count in piles if count]


def are_there_dead_letters() -> bool:
    return any(kind.dead().exists() for kind in KINDS)


def _letters(kind: Kind) -> list[DeadLetter]:
    rows = kind.dead().order_by("claimed_until", "pk")[:SHOWN]
    return [DeadLetter(row.ref, kind.tell(row), row.last_error or NO_WORD, row.claimed_until) for row in rows]
