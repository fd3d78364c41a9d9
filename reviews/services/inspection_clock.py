"""The clock of spot checks beside their lapsing: whoever has the next step is reminded of it (S2-07), and a calendar
that is published later gives who is asked the days it has.
"""

from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Q
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice
from accounts.services.deadlines import Dated
from accounts.services.notices import tell
from ceportal.kernel.rules.working_days import WorkCalendar, due_day, working_days_left
from ceportal.kernel.selectors.calendar import due_after, end_of, work_calendar
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record
from reviews.models import Inspection
from reviews.rules.inspecting import DAYS_TO_ANSWER, MOVES_THAT_ASK
from reviews.selectors.spot_checks import forgotten_inspections, holders_asked
from reviews.services.inspecting import link_of

JOB = "reviews.remind_asked"
ASKED_AT_DAYS = (0, 1)


def remind_of_inspections(*, now: datetime) -> int:
    """Both sides; gives how many matters somebody was reminded of."""
    return remind_inspectors(now=now) + remind_asked(now=now)


def remind_asked(*, now: datetime, limit: int = 200) -> int:
    """Who has still to answer hears of it at one working day left and on the last day. How many matters.

    The cost follows the number that is due so soon and was not told yet.
    """
    today, done = timezone.localdate(now), 0
    calendar = work_calendar(today)
    for level in ASKED_AT_DAYS:
        horizon = end_of(due_day(today, level, calendar).day if level else today)
        rows = Inspection.objects.filter(_not_told(level), due_at__gt=now, due_at__lte=horizon)
        found = rows.select_related("campaign", "declaration").order_by("due_at", "pk")
        done += one_by_one(JOB, found, partial(_remind_asked, level=level, now=now), now=now, limit=limit)
    return done


def _remind_asked(inspection: Inspection, *, level: int, now: datetime) -> bool:
    as_found = Inspection.objects.filter(_not_told(level), pk=inspection.pk, due_at=inspection.due_at)
    if inspection.due_at is None or not as_found.update(reminded_at_days=level):
        return False
    today, last = timezone.localdate(now), _last_day(inspection.due_at)
    left = working_days_left(today, last, work_calendar(today))
    when = f"还剩 {left} 个工作日" if last > today else "今天到期"
    what = f"抽查“{inspection.campaign.name}”：《{inspection.declaration.title}》"
    text = f"{what}等您答复，{when}。逾期不答复的，按现有材料认定。"
    key = f"answer:{inspection.ref}:{last}:{level}"
    link = link_of(inspection)
    tell(holders_asked(inspection), NoticeEvent.SPOT_CHECK, key=key, text=text, link=link, now=now)
    return True


def _not_told(level: int) -> Q:
    return Q(reminded_at_days__isnull=True) | Q(reminded_at_days__gt=level)


def remind_inspectors(*, now: datetime, limit: int = 200) -> int:
    """Whose turn it is hears of it again when five working days have passed without a step, and so on. How many."""
    today = timezone.localdate(now)
    calendar, told = work_calendar(today, span=timedelta(days=400)), 0
    for inspection in forgotten_inspections(now - timedelta(days=DAYS_TO_ANSWER))[:limit]:
        since: datetime = inspection.quiet_since  # type: ignore[attr-defined]
        times = working_days_left(timezone.localdate(since), today, calendar) // DAYS_TO_ANSWER
        if times > 0:
            told += _remind(inspection, since, times, now)
    return told


def _remind(inspection: Inspection, since: datetime, times: int, now: datetime) -> bool:
    key = f"waits:{inspection.ref}:{since:%Y%m%d%H%M%S}:{times}"
    if inspection.inspector is None or Notice.objects.filter(to=inspection.inspector, key=key).exists():
        return False
    what = f"抽查“{inspection.campaign.name}”：《{inspection.declaration.title}》"
    text = f"{what}等您核查，已有 {times * DAYS_TO_ANSWER} 个工作日没有进展。"
    tell([inspection.inspector], NoticeEvent.SPOT_CHECK, key=key, text=text, now=now)
    return True


def _redate(inspection: Inspection, *, now: datetime, calendar: WorkCalendar) -> bool:
    """Five working days from the day of asking, by the calendar there is now. A day that somebody was told, and after
    which it is decided without them, comes no earlier for it; what has lapsed stays so.
    """
    asked_at = inspection.steps.filter(move__in=MOVES_THAT_ASK).order_by("-pk").values_list("at", flat=True).first()
    before = inspection.due_at
    if asked_at is None or before is None:
        return False
    new, due, version = due_after(asked_at, DAYS_TO_ANSWER)
    after = max(new, before)
    changes: dict[str, object] = {
        "due_at": after, "due_is_provisional": due.is_provisional, "calendar_version": version,
    }  # fmt: skip
    left = working_days_left(timezone.localdate(now), _last_day(after), calendar)
    if inspection.reminded_at_days is not None and left > inspection.reminded_at_days:
        changes["reminded_at_days"] = None
    if not Inspection.objects.filter(pk=inspection.pk, due_at=before).update(**changes):
        return False
    if after != before:
        inspection.refresh_from_db()
        moved = [{"due_at": timezone.localtime(moment).isoformat()} for moment in (before, after)]
        record("inspection.redated", inspection, by=None, now=now, before=moved[0], after=moved[1])
        _tell_new_day(inspection, _last_day(after), now)
    return True


def _tell_new_day(inspection: Inspection, last: date, now: datetime) -> None:
    what = f"抽查“{inspection.campaign.name}”：《{inspection.declaration.title}》"
    text = f"{what}的答复期限按新公布的工作日安排延到 {last.month}月{last.day}日。"
    key = f"redated:{inspection.ref}:{last}"
    link = link_of(inspection)
    tell(holders_asked(inspection), NoticeEvent.SPOT_CHECK, key=key, text=text, link=link, now=now)


def _last_day(due_at: datetime) -> date:
    return timezone.localdate(due_at - timedelta(microseconds=1))


DATED = Dated(
    Inspection, Inspection.objects.filter(due_at__isnull=False).select_related("campaign", "declaration"), _redate
)
