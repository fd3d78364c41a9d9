"""Counting tries in the database, for the time when no broker counts: the same for all processes, each window whole.

Every count is one conditional update, so that of two tries at the last place one is refused. Nothing personal stands
in a tally: its key is a digest.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from ceportal.kernel.models import Tally
from ceportal.kernel.selectors.given import given

# Two hands may begin a window at once; the one that lost finds it begun.
_TRIES = 3
Key = tuple[str, ...]


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


def tallied_many(keys: Iterable[Key], *, now: datetime) -> dict[Key, int]:
    """The same of many keys in one question; those that count nothing are left out."""
    names = {_name(key): key for key in keys}
    rows = Tally.objects.filter(key__in=names, ends_at__gt=now).values_list("key", "count")
    return {names[name]: count for name, count in rows}


def add_to_tallies(counts: Iterable[tuple[Mapping[Key, int], timedelta]], *, now: datetime) -> None:
    """Count without a bound, many keys by one statement, each for its window; in one order, so that two hands wait for
    each other and for nothing else.
    """
    rows = [
        {"key": _name(key), "count": count, "ends_at": _stored(now + window)}
        for some, window in counts
        for key, count in some.items()
    ]
    rows.sort(key=itemgetter("key"))
    source, values = given(rows, {"key": "text", "count": "int", "ends_at": "timestamptz"})
    table, at = Tally._meta.db_table, connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, count, ends_at) SELECT key, count, ends_at FROM {source} WHERE true"  # noqa: S608
            " ON CONFLICT (key) DO UPDATE SET"
            f" count = CASE WHEN {table}.ends_at > %s THEN {table}.count ELSE 0 END + excluded.count,"
            f" ends_at = CASE WHEN {table}.ends_at > %s THEN {table}.ends_at ELSE excluded.ends_at END",
            [*values, at, at],
        )


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


def _stored(moment: datetime) -> str:
    """As the database writes a moment down."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def _name(key: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(key).encode()).hexdigest()
