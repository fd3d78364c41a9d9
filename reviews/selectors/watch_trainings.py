"""The same watch over who reviews the trainings that units ran for all their people (S2-05 (4), S3-06, S4-17)."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.reach import Reach, reach_of
from credits.models import UnitTraining, UnitTrainingRuling
from reviews.models import Decision
from reviews.rules.watching import FAST_COUNT, has_a_run, is_unlikely_speed
from reviews.selectors.watch import DAYS_OF_SPEED, SHOWN, Speed, Timeliness, unlikely_speeds

_Place = tuple[int, int, date]


def training_timeliness(reach: Reach, *, since: datetime) -> list[Timeliness]:
    """Of the units overseen from there, how timely they ruled on such trainings, the least timely first; two grouped
    reads. What was ruled on before its limit was kept is in time.
    """
    late = Count("pk", filter=Q(at__gt=F("was_due_at")))
    rulings = _rulings(reach).filter(at__gte=since).order_by().values("organization")
    ruled = {row["organization"]: (row["n"], row["late"]) for row in rulings.annotate(n=Count("pk"), late=late)}
    waiting = dict(_overdue(reach).order_by().values_list("waiting_on").annotate(Count("pk")))
    units = Organization.objects.in_bulk(set(ruled) | set(waiting))
    rows = [Timeliness(unit, *ruled.get(key, (0, 0)), waiting.get(key, 0)) for key, unit in units.items()]
    return sorted(rows, key=lambda row: (-row.waiting_late, -row.late, row.unit.pk))


def trainings_ruled_on(
    user: User, *, since: datetime, is_late: bool, unit: UUID | None = None
) -> QuerySet[UnitTrainingRuling]:
    """The rulings behind a figure: all, or those after their limit; of one unit by its ref."""
    rows = _rulings(reach_of(user, Act.OVERSEE)).filter(at__gte=since)
    rows = rows.filter(at__gt=F("was_due_at")) if is_late else rows
    rows = rows.filter(organization__ref=unit) if unit else rows
    return rows.select_related("organization", "by", "subject__organization", "subject__roster")


def trainings_overdue_at(user: User, *, unit: UUID | None = None) -> QuerySet[UnitTraining]:
    """What waits beyond its limit now."""
    rows = _overdue(reach_of(user, Act.OVERSEE))
    rows = rows.filter(waiting_on__ref=unit) if unit else rows
    return rows.select_related("waiting_on", "organization", "roster")


def all_speeds(reach: Reach, *, now: datetime) -> list[Speed]:
    """`unlikely_speeds`, with trainings counted among what somebody approved on a day."""
    speeds = {(each.reviewer.pk, each.unit.pk, each.day): each for each in unlikely_speeds(reach, now=now)}
    moments = _moments_with_trainings(reach, now - timedelta(days=DAYS_OF_SPEED))
    hasty = {place: sorted(found) for place, found in moments.items() if _is_hasty(sorted(found))}
    people = User.objects.in_bulk({by for by, _, _ in hasty}) if hasty else {}
    units = Organization.objects.in_bulk({unit for _, unit, _ in hasty}) if hasty else {}
    for (by, unit, day), found in hasty.items():
        apart = int((found[-1] - found[0]).total_seconds()) // (len(found) - 1)
        speeds[by, unit, day] = Speed(people[by], units[unit], day, len(found), apart, has_a_run(found))
    return sorted(speeds.values(), key=lambda speed: (speed.day, speed.count), reverse=True)[:SHOWN]


def _is_hasty(moments: list[datetime]) -> bool:
    if len(moments) < FAST_COUNT:
        return False
    return is_unlikely_speed(len(moments), moments[0], moments[-1]) or has_a_run(moments)


def _moments_with_trainings(reach: Reach, since: datetime) -> dict[_Place, list[datetime]]:
    """By whom, where and on which day: when something was approved, of days on which a training was."""
    asked = {"at__gte": since, "move": Move.APPROVE}
    found: dict[_Place, list[datetime]] = defaultdict(list)
    for by, unit, at in _rulings(reach).filter(**asked).values_list("by", "organization", "at"):
        found[by, unit, timezone.localdate(at)].append(at)
    if not found:
        return found
    own = Decision.objects.filter(by__in={by for by, _, _ in found}, organization__in={unit for _, unit, _ in found})
    for by, unit, at in own.filter(**asked).order_by().values_list("by", "organization", "at"):
        if (by, unit, timezone.localdate(at)) in found:
            found[by, unit, timezone.localdate(at)].append(at)
    return found


def _rulings(reach: Reach) -> QuerySet[UnitTrainingRuling]:
    return UnitTrainingRuling.objects.filter(reach.of_places("organization__area") | reach.of_units("organization"))


def _overdue(reach: Reach) -> QuerySet[UnitTraining]:
    rows = UnitTraining.objects.filter(overdue_at__isnull=False, waiting_on__isnull=False)
    return rows.filter(reach.of_places("waiting_on__area") | reach.of_units("waiting_on"))
