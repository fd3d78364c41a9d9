"""How the portal itself is doing, for those who run it: numbers and times, nothing about anybody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import Notice, TextMessage
from accounts.rules.texting import Hours, waits_since
from ceportal.kernel.enums import FileState, JobState, NoticeStatus
from ceportal.kernel.models import CalendarNotice, Heartbeat, Job, StoredFile
from ceportal.office.rules.parts import PARTS
from certificates.enums import CertificateState
from certificates.models import Certificate
from credits.models import ChangedAccount

SLOW = timedelta(minutes=10)
REASONS_SHOWN = 20
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Queue:
    """Rows that wait for the clock, and since when the oldest does."""

    label: str
    waiting: int
    failed: int
    oldest: datetime | None
    is_late: bool


def queues(now: datetime) -> list[Queue]:
    """One query each, over the partial indexes of what is still to do."""
    notices = Notice.objects.filter(sent_at__isnull=True).aggregate(
        waiting=Count("pk"), failed=Count("pk", filter=~Q(last_error="")), oldest=Min("created_at")
    )
    sheets = Certificate.objects.filter(state=CertificateState.INTENDED).aggregate(
        waiting=Count("pk"), failed=Count("pk", filter=~Q(last_error="")), oldest=Min("promised_at")
    )
    files = StoredFile.objects.filter(state=FileState.QUARANTINED).aggregate(
        waiting=Count("pk"), oldest=Min("stored_at")
    )
    settling = ChangedAccount.objects.aggregate(waiting=Count("pk"), oldest=Min("changed_at"))
    jobs = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[JobState.WAITING, JobState.RUNNING])),
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
        oldest=Min("created_at", filter=Q(state__in=[JobState.WAITING, JobState.RUNNING])),
    )
    return [
        _queue("待送出的消息", notices, now),
        _texts(now),
        _queue("待制作的证书", sheets, now),
        _queue("待结算的年度账户", settling | {"failed": 0}, now),
        _queue("后台任务", jobs, now),
        _queue("等待病毒检查的文件", files | {"failed": 0}, now),
    ]


def _texts(now: datetime) -> Queue:
    """Texts and letters, those of days to come too. None is late at night."""
    today, here = timezone.localdate(now), timezone.localtime(now)
    row = TextMessage.objects.filter(sent_at__isnull=True).aggregate(
        waiting=Count("pk"), failed=Count("pk", filter=~Q(last_error="")), oldest=Min("made_at"),
        due=Min("made_at", filter=Q(day__lte=today)),
    )  # fmt: skip
    hours = Hours(*settings.TEXT_HOURS)
    since = waits_since(timezone.localtime(row["due"]), here, hours) if row["due"] else None
    is_late = since is not None and now - since > SLOW
    return Queue("待发的短信和邮件", row["waiting"], row["failed"], row["oldest"], is_late)


@dataclass(frozen=True)
class Sign:
    """A part of the clock and when it last ran, if ever."""

    label: str
    at: datetime | None


@dataclass(frozen=True)
class Reason:
    """What certificates wait for, and how many: a key, or characters that no font here can draw."""

    text: str
    count: int


def why_sheets_wait() -> list[Reason]:
    waiting = Certificate.objects.filter(state=CertificateState.INTENDED).exclude(last_error="")
    rows = waiting.values_list("last_error").annotate(count=Count("pk")).order_by("-count", "last_error")
    return [Reason(text, count) for text, count in rows[:REASONS_SHOWN]]


def signs_of_life() -> list[Sign]:
    """Of the parts that are to run: first who never did, then the longest ago. What else left a mark (`prepared.*`) is
    no part of it.
    """
    marks = dict(Heartbeat.objects.filter(name__in=PARTS).values_list("name", "at"))
    signs = [Sign(label, marks.get(name)) for name, label in PARTS.items()]
    return sorted(signs, key=lambda sign: sign.at or _NEVER)


def last_published_year() -> int | None:
    """The last year whose holiday notice is in the calendar: after it every due day is provisional."""
    published = CalendarNotice.objects.filter(status=NoticeStatus.PUBLISHED)
    return published.order_by("-year").values_list("year", flat=True).first()


def _queue(label: str, row: dict[str, object], now: datetime) -> Queue:
    waiting, failed, oldest = row["waiting"], row["failed"], row["oldest"]
    since = oldest if isinstance(oldest, datetime) else None
    return Queue(label, int(str(waiting)), int(str(failed)), since, since is not None and now - since > SLOW)
