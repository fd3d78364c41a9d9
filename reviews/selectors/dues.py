"""How pressing the inbox is, counted up to a bound so that a large desk costs no more than a small one."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from ceportal.kernel.rules.working_days import WorkCalendar, due_day
from ceportal.kernel.selectors.calendar import work_calendar
from credits.models import Declaration
from reviews.enums import DueGroup

COUNTED_AT_MOST = 500
_SOON_DAYS = 2
_DAYS_SHOWN = 8
_YEARS = range(1900, 2200)


@dataclass(frozen=True)
class DueCount:
    """How many of a group wait. `is_more`: at least so many, counting stopped there."""

    group: DueGroup
    count: int
    is_more: bool = False


@dataclass(frozen=True)
class DueCounts:
    """An inbox by groups and by due days. `is_more`: there are more than `total`, counting stopped there."""

    groups: list[DueCount]
    days: list[tuple[date, int]]
    total: int
    is_more: bool


def due_bounds(
    now: datetime, calendar: WorkCalendar | None = None
) -> dict[DueGroup, tuple[datetime | None, datetime | None]]:
    """From (exclusive) and until (inclusive) which due moment each group reaches, seen from `now`."""
    today = timezone.localdate(now)
    soon = due_day(today, _SOON_DAYS, calendar or work_calendar(today)).day
    return {
        DueGroup.OVERDUE: (None, now),
        DueGroup.TODAY: (now, _end_of(today)),
        DueGroup.SOON: (_end_of(today), _end_of(soon)),
        DueGroup.LATER: (_end_of(soon), None),
    }


def due_counts(rows: QuerySet[Declaration], *, now: datetime, calendar: WorkCalendar | None = None) -> DueCounts:
    """How many of `rows` (an inbox) are how pressing, the most pressing first; empty groups and days are left out.

    `calendar` is read where it is not given.
    """
    dues = list(rows.order_by("due_at", "id").values_list("due_at", flat=True)[: COUNTED_AT_MOST + 1])
    counted = [due for due in dues[:COUNTED_AT_MOST] if due]
    bounds = due_bounds(now, calendar)
    found = Counter(_group_of(due, bounds) for due in counted)
    groups = [DueCount(group, found[group]) for group in DueGroup if found[group]]
    is_more = len(dues) > COUNTED_AT_MOST
    if is_more and groups:
        groups[-1] = DueCount(groups[-1].group, groups[-1].count, is_more=True)
    days = sorted(Counter(_last_day(due) for due in counted if due > now).items())
    return DueCounts(groups, days[:_DAYS_SHOWN], len(counted), is_more)


def due_on(rows: QuerySet[Declaration], day: date) -> QuerySet[Declaration]:
    """Those of `rows` that are due on `day`."""
    return rows.filter(due_at=_end_of(day)) if day.year in _YEARS else rows.none()


def due_in(
    rows: QuerySet[Declaration], group: DueGroup, *, now: datetime, calendar: WorkCalendar | None = None
) -> QuerySet[Declaration]:
    """Those of `rows` that belong to `group`."""
    after, until = due_bounds(now, calendar)[group]
    if after:
        rows = rows.filter(due_at__gt=after)
    return rows.filter(due_at__lte=until) if until else rows


def _group_of(due: datetime, bounds: dict[DueGroup, tuple[datetime | None, datetime | None]]) -> DueGroup:
    return next(group for group, (_, until) in bounds.items() if until is None or due <= until)


def _end_of(day: date) -> datetime:
    """The end of a day, as due moments are kept: the next day's midnight."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _last_day(due: datetime) -> date:
    return timezone.localdate(due - timedelta(microseconds=1))
