"""审核时效 as one picture: looked at now, or for a large place as the clock last did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.models import Area, Organization, User
from accounts.selectors.reach import Reach
from reviews.models import Decision, PlaceWatch
from reviews.selectors.watch import (
    SHOWN,
    Pair,
    Speed,
    Timeliness,
    first_of_the_year,
    mutual_approvals,
    summed,
    timeliness,
)
from reviews.selectors.watch_trainings import all_speeds, training_timeliness

# Decisions of the year: of so many a page is made while somebody waits.
LIVE_AT_MOST = 5_000
# Older than this nothing kept is shown: the clock has not come for days, and waiting is better than being misled.
KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Overlook:
    """`at` is None where it was looked at now. `sums`: decided, late, waiting_late and gone over all units, of which
    `units` are the first so many.
    """

    at: datetime | None
    units: Sequence[Timeliness]
    unit_count: int
    sums: Mapping[str, int]
    trainings: Sequence[Timeliness]
    speeds: Sequence[Speed]
    pairs: Sequence[Pair]


def overlook(reach: Reach, *, now: datetime) -> Overlook:
    """What `reach` sees: of one large place what the clock kept, else looked at now."""
    if len(reach.places) == 1 and not reach.authorities:
        rows = PlaceWatch.objects.filter(place=reach.places[0], year=timezone.localdate(now).year)
        if kept := rows.filter(at__gt=now - KEPT_FOR).first():
            return _as_kept(kept)
    return look_over(reach, now=now)


def look_over(reach: Reach, *, now: datetime) -> Overlook:
    since = first_of_the_year(now)
    units = timeliness(reach, since=since)
    return Overlook(
        None, units[:SHOWN], len(units), summed(units), training_timeliness(reach, since=since)[:SHOWN],
        all_speeds(reach, now=now), mutual_approvals(reach, since=since),
    )  # fmt: skip


def large_places(*, now: datetime) -> list[str]:
    """The codes of places in which more was decided this year than a page is made of; the largest first."""
    rows = Decision.objects.filter(at__gte=first_of_the_year(now)).order_by()
    counts: dict[str, int] = {}
    paths = dict(Area.objects.values_list("pk", "path"))
    for place, count in rows.values_list("organization__area").annotate(count=Count("pk")):
        for code in paths[place].rstrip("/").split("/"):
            counts[code] = counts.get(code, 0) + count
    return sorted((code for code, count in counts.items() if count > LIVE_AT_MOST), key=lambda code: -counts[code])


def to_keep(seen: Overlook) -> dict[str, Any]:
    return {
        "units": list(map(_line, seen.units)), "unit_count": seen.unit_count, "sums": dict(seen.sums),
        "trainings": list(map(_line, seen.trainings)),
        "speeds": [
            [each.reviewer.pk, each.unit.pk, each.day.isoformat(), each.count, each.seconds, each.has_run]
            for each in seen.speeds
        ],
        "pairs": [[each.one.pk, each.other.pk, each.count, each.back] for each in seen.pairs],
    }  # fmt: skip


def _line(row: Timeliness) -> list[int]:
    return [row.unit.pk, row.decided, row.late, row.waiting_late, row.gone]


def _as_kept(kept: PlaceWatch) -> Overlook:
    said = kept.seen
    lines = [*said["units"], *said["trainings"]]
    units = Organization.objects.in_bulk({line[0] for line in lines} | {line[1] for line in said["speeds"]})
    people = User.objects.in_bulk({key for line in said["pairs"] for key in line[:2]} | _first(said["speeds"]))
    return Overlook(
        kept.at,
        [Timeliness(units[key], *figures) for key, *figures in said["units"]],
        said["unit_count"],
        said["sums"],
        [Timeliness(units[key], *figures) for key, *figures in said["trainings"]],
        [
            Speed(people[by], units[unit], date.fromisoformat(day), *figures)
            for by, unit, day, *figures in said["speeds"]
        ],
        [Pair(people[one], people[other], *figures) for one, other, *figures in said["pairs"]],
    )


def _first(lines: Iterable[Sequence[Any]]) -> set[Any]:
    return {line[0] for line in lines}
