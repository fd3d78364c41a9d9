"""The home of a bureau or an authority: what is due and stuck, with whom, and how the days of declarations go."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Organization
from ceportal.kernel.models import Counter as KeptCounter
from ceportal.kernel.selectors.calendar import end_of
from ceportal.office.models import DayCount
from ceportal.office.selectors.statistics import Scope
from credits.models import Declaration

# More are told as "more than": a large place costs no more than a small one.
COUNTED_AT_MOST = 1000
UNITS_SHOWN = 10
# The day up to which every day is counted, as its ordinal.
DAYS_DONE = "statistics.days"
# Of a page of them nothing else is read: a declaration, its person and a unit have a hundred columns.
_SHOWN = (
    "title", "due_at", "due_is_provisional", "professional__name", "waiting_on__name", "waiting_on__contact_name",
    "waiting_on__contact_phone",
)  # fmt: skip
DUE = {"late": "已超期", "today": "今天到期", "": "全部待审"}


@dataclass(frozen=True)
class Stuck:
    """A unit with reviews beyond their limit: how many, and since when the oldest."""

    unit: Organization
    late: int
    oldest: datetime | None


def waiting(scope: Scope, due: str, *, now: datetime, unit: Organization | None = None) -> QuerySet[Declaration]:
    """What waits for a review at units of the scope: beyond its limit, due today, or all of it; the oldest first."""
    reach = scope.reach
    rows = Declaration.objects.filter(reach.of_places("waiting_on__area") | reach.of_units("waiting_on"))
    rows = rows.filter(waiting_on__isnull=False)
    if unit:
        rows = rows.filter(waiting_on=unit)
    if due == "late":
        rows = rows.filter(due_at__lte=now)
    elif due == "today":
        rows = rows.filter(due_at__gt=now, due_at__lte=end_of_today(now))
    return rows.select_related("professional", "waiting_on").only(*_SHOWN).order_by("due_at", "id")


def end_of_today(now: datetime) -> datetime:
    return end_of(timezone.localdate(now))


def counted(rows: QuerySet[Declaration]) -> int:
    """How many, up to one more than `COUNTED_AT_MOST`."""
    return len(rows.select_related(None).order_by().values_list("pk")[: COUNTED_AT_MOST + 1])


def stuck_units(scope: Scope, *, now: datetime) -> list[Stuck]:
    """The units with the most beyond its limit, of the oldest thousand."""
    rows = waiting(scope, "late", now=now).select_related(None).values_list("waiting_on", "due_at")
    found = list(rows[:COUNTED_AT_MOST])
    counts = Counter(unit for unit, _ in found)
    oldest = dict(reversed(found))
    most = [unit for unit, _ in counts.most_common(UNITS_SHOWN) if unit]
    units = Organization.objects.in_bulk(most)
    return [Stuck(units[key], counts[key], oldest[key]) for key in most]


def days_of(scope: Scope, *, since: date) -> tuple[Mapping[date, int], Mapping[date, int]]:
    """Declarations handed in, and decisions made, on each day since."""
    reach = scope.reach
    rows = DayCount.objects.filter(reach.of_places("area") | Q(authority__in=reach.authorities), day__gte=since)
    found = list(rows.order_by().values_list("day").annotate(handed_in=Sum("submitted"), made=Sum("decided")))
    return {day: handed_in for day, handed_in, _ in found}, {day: made for day, _, made in found}


def days_still_counted(today: date) -> date | None:
    """Up to which day all are counted while the clock still catches up (none yet: the first of all days); None once
    it has.
    """
    done = KeptCounter.objects.filter(name=DAYS_DONE).values_list("value", flat=True).first()
    day = date.fromordinal(done) if done else date.min
    return day if day < today - timedelta(days=1) else None


def counts_of_a_day(scope: Scope, day: date) -> tuple[int, int]:
    """Handed in and decided, as the clock counted them."""
    submitted, decided = days_of(scope, since=day)
    return submitted.get(day, 0), decided.get(day, 0)


def last_days(today: date, count: int) -> list[date]:
    return [today - timedelta(days=step) for step in range(count - 1, -1, -1)]
