"""What those above look at: how timely units review, who decides faster than one can read, who approves each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag, TruncDate
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.reach import Reach, reach_of
from credits.models import Declaration
from reviews.models import Decision, Delay
from reviews.rules.watching import FAST_COUNT, RUN, RUN_TIME, is_unlikely_speed

SHOWN = 50
DAYS_OF_SPEED = 30


@dataclass(frozen=True)
class Timeliness:
    """Of a unit since a day: decisions, those after their limit, what waits beyond its limit now, and what ran over its
    limit there and went without a decision (`gone`: withdrawn, or sent elsewhere).
    """

    unit: Organization
    decided: int
    late: int
    waiting_late: int
    gone: int = 0

    @property
    def ended(self) -> int:
        """Whatever ended there, decided or gone undecided after its limit."""
        return self.decided + self.gone

    @property
    def in_time(self) -> int:
        """Per cent of what ended that was decided in time, rounded down."""
        return 100 * (self.decided - self.late) // self.ended if self.ended else 0


@dataclass(frozen=True)
class Speed:
    """A day on which somebody approved `count`, `seconds` apart on average; `has_run`: some of them much faster."""

    reviewer: User
    unit: Organization
    day: date
    count: int
    seconds: int
    has_run: bool = False


@dataclass(frozen=True)
class Pair:
    """Two people who each approved something of the other, and how often."""

    one: User
    other: User
    count: int
    back: int


def timeliness(reach: Reach, *, since: datetime) -> list[Timeliness]:
    """The units overseen from there, the least timely first; three grouped reads."""
    late = Count("pk", filter=Q(at__gt=F("was_due_at")))
    decisions = _decisions(reach).filter(at__gte=since).order_by().values("organization")
    decided = {row["organization"]: (row["n"], row["late"]) for row in decisions.annotate(n=Count("pk"), late=late)}
    waiting = dict(_overdue(reach).order_by().values_list("waiting_on").annotate(Count("pk")))
    gone = dict(_gone(reach, since).order_by().values_list("organization").annotate(Count("pk")))
    units = Organization.objects.in_bulk(set(decided) | set(waiting) | set(gone))
    rows = [
        Timeliness(unit, *decided.get(key, (0, 0)), waiting.get(key, 0), gone.get(key, 0))
        for key, unit in units.items()
    ]
    return sorted(rows, key=lambda row: (-row.waiting_late, -row.late - row.gone, row.unit.pk))


def decided_by(user: User, *, since: datetime, is_late: bool, unit: UUID | None = None) -> QuerySet[Decision]:
    """The decisions behind a figure of `timeliness`: all, or those after their limit; of one unit by its ref."""
    rows = _decisions(reach_of(user, Act.OVERSEE)).filter(at__gte=since)
    rows = rows.filter(at__gt=F("was_due_at")) if is_late else rows
    rows = rows.filter(organization__ref=unit) if unit else rows
    return rows.select_related("organization", "by", "subject__professional")


def overdue_at(user: User, *, unit: UUID | None = None) -> QuerySet[Declaration]:
    """What waits beyond its limit now."""
    rows = _overdue(reach_of(user, Act.OVERSEE))
    rows = rows.filter(waiting_on__ref=unit) if unit else rows
    return rows.select_related("waiting_on", "professional")


def gone_undecided(user: User, *, since: datetime, unit: UUID | None = None) -> QuerySet[Delay]:
    """What ran over its limit since then and went without a decision of that stage."""
    rows = _gone(reach_of(user, Act.OVERSEE), since)
    rows = rows.filter(organization__ref=unit) if unit else rows
    return rows.select_related("organization", "declaration__professional")


def _gone(reach: Reach, since: datetime) -> QuerySet[Delay]:
    """Delays whose stage nobody decided, of what no longer waits there."""
    decided = Decision.objects.filter(subject=OuterRef("declaration"), round=OuterRef("round"), stage=OuterRef("stage"))
    waits = Q(declaration__waiting_on=F("organization"), declaration__round=F("round"), declaration__stage=F("stage"))
    rows = Delay.objects.filter(~Exists(decided), due_at__gte=since).exclude(waits)
    return rows.filter(reach.of_places("organization__area") | reach.of_units("organization"))


def _overdue(reach: Reach) -> QuerySet[Declaration]:
    rows = Declaration.objects.filter(overdue_at__isnull=False, waiting_on__isnull=False)
    return rows.filter(reach.of_places("waiting_on__area") | reach.of_units("waiting_on"))


def unlikely_speeds(reach: Reach, *, now: datetime) -> list[Speed]:
    """Days of the last month on which somebody approved many, faster than they can be read."""
    approved = _decisions(reach).filter(move=Move.APPROVE)
    rows = approved.filter(at__gte=now - timedelta(days=DAYS_OF_SPEED))
    days = rows.order_by().annotate(day=TruncDate("at")).values("by", "organization", "day")
    days = days.annotate(n=Count("pk"), first=Min("at"), last=Max("at")).filter(n__gte=FAST_COUNT)
    runs = _days_with_a_run(rows)
    found = [
        day
        for day in days
        if is_unlikely_speed(day["n"], day["first"], day["last"])
        or (day["by"], day["organization"], day["day"]) in runs
    ]
    people = User.objects.in_bulk({day["by"] for day in found})
    units = Organization.objects.in_bulk({day["organization"] for day in found})
    speeds = [
        Speed(
            people[day["by"]], units[day["organization"]], day["day"], day["n"],
            int((day["last"] - day["first"]).total_seconds()) // (day["n"] - 1),
            (day["by"], day["organization"], day["day"]) in runs,
        )
        for day in found
    ]  # fmt: skip
    return sorted(speeds, key=lambda speed: (speed.day, speed.count), reverse=True)[:SHOWN]


def _days_with_a_run(approved: QuerySet[Decision]) -> set[tuple[int, int, date]]:
    """By whom, where and on which day `RUN` in a row were approved within `RUN_TIME`."""
    began = Window(
        Lag("at", offset=RUN - 1), partition_by=[F("by"), F("organization")], order_by=[F("at").asc(), F("pk").asc()]
    )
    hasty = (
        approved.order_by()
        .annotate(run_began=began)
        .filter(run_began__gt=F("at") - RUN_TIME)
        .values_list("by", "organization", "at")
    )
    return {(by, unit, timezone.localdate(at)) for by, unit, at in hasty.iterator()}


def mutual_approvals(reach: Reach, *, since: datetime) -> list[Pair]:
    """Pairs each of whom approved what the other declared. A hint: at a small unit it may be unavoidable."""
    back = Decision.objects.filter(move=Move.APPROVE, by=OuterRef("declarant"), declarant=OuterRef("by"), at__gte=since)
    rows = _decisions(reach).filter(move=Move.APPROVE, at__gte=since)
    found = rows.filter(Exists(back)).order_by().values_list("by", "declarant").annotate(Count("pk"))
    counts = {(by, declarant): count for by, declarant, count in found}
    people = User.objects.in_bulk({key for pair in counts for key in pair})
    return [
        Pair(people[one], people[other], count, counts.get((other, one), 0))
        for (one, other), count in sorted(counts.items(), key=lambda item: -item[1])
        if one < other
    ][:SHOWN]


def first_of_the_year(now: datetime) -> datetime:
    return timezone.make_aware(datetime(timezone.localdate(now).year, 1, 1))  # noqa: DTZ001 - made aware at once


def summed(rows: Sequence[Timeliness]) -> dict[str, int]:
    """Decided, late, waiting beyond the limit, and gone after it, over all."""
    figures = ("decided", "late", "waiting_late", "gone")
    return {name: sum(getattr(row, name) for row in rows) for name in figures}


def _decisions(reach: Reach) -> QuerySet[Decision]:
    return Decision.objects.filter(reach.of_places("organization__area") | reach.of_units("organization"))
