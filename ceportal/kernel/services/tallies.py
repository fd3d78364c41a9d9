"""Counting tries in the database, for the time when no broker counts: the same for all processes, each window whole.

Every count is one conditional update, so that of two tries at the last place one is refused. Nothing personal stands
in a tally: its key is a digest.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from ceportal.kernel.models import Tally

# Two hands may begin a window at once; the one that lost finds it begun.
_TRIES = 3


def take_from_tally(*key: str, most: int, window: timedelta, cost: int = 1, now: datetime) -> tuple[bool, Tally]:
    """Take `cost` of `most` in the window of `key`, all or nothing: whether it was granted, and how it stands."""
    name = _name(key)
    for _ in range(_TRIES):
        running = Tally.objects.filter(key=name, ends_at__gt=now)
        if running.filter(count__lte=most - cost).update(count=F("count") + cost) == 1:
            return True, Tally.objects.get(key=name)
        if (tally := running.first()) is not None:
            if tally.count > most - cost:
                return False, tally
            # Begun by another hand between the two looks: there is room in it.
            continue
        if cost > most:
            return False, Tally(key=name, count=0, ends_at=now + window)
        if (begun := _begin(name, cost, now, window)) is not None:
            return True, begun
    return False, Tally(key=name, count=most, ends_at=now + window)


def tallied(*key: str, now: datetime) -> int:
    """How often it was tried in the window that runs."""
    return Tally.objects.filter(key=_name(key), ends_at__gt=now).values_list("count", flat=True).first() or 0


def give_back_to_tally(*key: str, now: datetime) -> None:
    """What was taken turned out not to count."""
    Tally.objects.filter(key=_name(key), ends_at__gt=now, count__gt=0).update(count=F("count") - 1)


def clear_tally(*key: str) -> None:
    """Count anew."""
    Tally.objects.filter(key=_name(key)).delete()


def forget_tallies(*, now: datetime) -> int:
    """Windows that are over count nothing any more."""
    return Tally.objects.filter(ends_at__lte=now).delete()[0]


def _begin(name: str, cost: int, now: datetime, window: timedelta) -> Tally | None:
    """The first try of a window; None when another hand has just begun it."""
    if Tally.objects.filter(key=name, ends_at__lte=now).update(count=cost, ends_at=now + window) == 1:
        return Tally.objects.get(key=name)
    try:
        with transaction.atomic():
            return Tally.objects.create(key=name, count=cost, ends_at=now + window)
    except IntegrityError:
        return None


def _name(key: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(key).encode()).hexdigest()
