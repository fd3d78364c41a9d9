"""Each day's declarations and decisions: today counted anew whenever something was added, days before it once."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization
from ceportal.kernel.models import Counter
from ceportal.kernel.services.counters import hold_counter
from ceportal.office.models import DayCount
from ceportal.office.selectors.counting import DECIDED
from ceportal.office.selectors.overview import DAYS_DONE
from credits.models import DeclarationStep
from credits.services.steps import fill_places

# How far back the forecast looks, and how many days of that a round catches up on.
DAYS_BACK, A_ROUND = 731, 20
# Steps of before they had a place, which a round with anything to count gives one.
_PLACES_A_ROUND = 2000
# The last step counted of today.
_LAST = "statistics.steps"


@transaction.atomic
def count_days(*, now: datetime) -> int:
    """Count today, and the days since the last one that was counted whole; gives how many days were counted."""
    today = timezone.localdate(now)
    done = hold_counter(DAYS_DONE, start=(today - timedelta(days=DAYS_BACK)).toordinal())
    last = DeclarationStep.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    seen = Counter.objects.filter(name=_LAST).values_list("value", flat=True).first()
    first = date.fromordinal(done) + timedelta(days=1)
    days = [first + timedelta(days=step) for step in range(min(A_ROUND, (today - first).days))]
    if seen != last or days:
        fill_places(limit=_PLACES_A_ROUND)
        days.append(today)
    for day in days:
        _count_day(day)
    whole = max([done, *(day.toordinal() for day in days if day < today)])
    if whole != done:
        Counter.objects.filter(name=DAYS_DONE).update(value=whole)
    if seen != last:
        Counter.objects.update_or_create(name=_LAST, defaults={"value": last})
    return len(days)


def _count_day(day: date) -> None:
    begin = timezone.make_aware(datetime.combine(day, time.min))
    steps = DeclarationStep.objects.filter(at__gte=begin, at__lt=begin + timedelta(days=1)).order_by()
    place = Coalesce("area", "declaration__professional__area")
    found = steps.values_list(place, "declaration__organization").annotate(
        submitted=Count("pk", filter=Q(move=Move.SUBMIT)), decided=Count("pk", filter=Q(move__in=DECIDED))
    )
    rows = list(found)
    units = Organization.objects.select_related("supervisor").in_bulk({unit for _, unit, *_ in rows if unit})
    counts: dict[str, DayCount] = {}
    for area, unit, submitted, decided in rows:
        authority = authority_of(units[unit]) if unit else None
        key = f"{day}/{area}/{authority or '-'}"
        one = counts.setdefault(key, DayCount(key=key, day=day, area_id=area, authority_id=authority))
        one.submitted += submitted
        one.decided += decided
    DayCount.objects.filter(day=day).delete()
    DayCount.objects.bulk_create(counts.values())


def authority_of(unit: Organization) -> int | None:
    """The industry authority over a unit, or the unit itself."""
    if unit.is_authority:
        return unit.pk
    return unit.supervisor_id if unit.supervisor and unit.supervisor.is_authority else None
