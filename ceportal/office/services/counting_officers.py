"""The units of large places, their officers and registered people: counted a few places a round, each once an hour."""

from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic

from django.utils import timezone

from accounts.models import Area
from accounts.selectors.reach import Reach
from ceportal.office.models import OfficerSum
from ceportal.office.selectors.officers import large_places, whole_within

# Seconds after which a round begins with no further place.
A_ROUND = 2
EVERY = timedelta(hours=1)


def count_officers(*, now: datetime) -> int:
    """Gives how many places were counted; those that never were come first. What is small or of another year goes."""
    began, done, year = monotonic(), 0, timezone.localdate(now).year
    large = large_places()
    there = {(one.place_id, one.year): one for one in OfficerSum.objects.all()}
    gone = there.keys() - {(place.pk, year) for place in large}
    if gone:
        OfficerSum.objects.filter(pk__in=[there[key].pk for key in gone]).delete()
    kept = {place: there[place, year].at for place, of in there.keys() - gone if of == year}
    for place in sorted(large, key=lambda place: place.pk in kept):
        if kept.get(place.pk, now - EVERY) <= now - EVERY:
            count_officers_of(place, year, now=now)
            done += 1
            if monotonic() - began > A_ROUND:
                break
    return done


def count_officers_of(place: Area, year: int, *, now: datetime) -> None:
    found = asdict(whole_within(Reach((place,), ()), year)) | {"at": now}
    OfficerSum.objects.update_or_create(place=place, year=year, defaults=found)
