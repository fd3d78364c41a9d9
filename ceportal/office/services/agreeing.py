"""The figures of large places added up in each way, a few of them in a round of the clock, each once a day."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F, Sum

from accounts.models import Area
from ceportal.office.models import Agreement, PlaceSum
from ceportal.office.selectors.agreement import LIVE_AT_MOST, to_keep, ways_of

# Seconds after which a round begins with no further place.
A_ROUND = 2
EVERY = timedelta(days=1)


def keep_agreements(*, now: datetime) -> int:
    """Gives how many were added up; those that never were come first."""
    began, done = monotonic(), 0
    for place, year in _due(now):
        agree_on(place, year, now=now)
        done += 1
        if monotonic() - began > A_ROUND:
            break
    return done


@transaction.atomic
def agree_on(place: Area, year: int, *, now: datetime) -> None:
    ways = [to_keep(way) for way in ways_of(place, year)]
    Agreement.objects.update_or_create(place=place, year=year, defaults={"at": now, "ways": ways})


def _due(now: datetime) -> Iterator[tuple[Area, int]]:
    people = F("met") + F("half") + F("less") + F("excused")
    counts: Counter[tuple[str, int]] = Counter()
    for path, year, count in PlaceSum.objects.order_by().values_list("area__path", "year").annotate(n=Sum(people)):
        for code in path.rstrip("/").split("/"):
            counts[code, year] += count
    kept = {(place, year): at for place, year, at in Agreement.objects.values_list("place", "year", "at")}
    due = [
        each for each, count in counts.items() if count > LIVE_AT_MOST and kept.get(each, now - EVERY) <= now - EVERY
    ]
    places = Area.objects.in_bulk({code for code, _ in due})
    for code, year in sorted(due, key=lambda each: (each in kept, -each[1], each[0])):
        yield places[code], year
