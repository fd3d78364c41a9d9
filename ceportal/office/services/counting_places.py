"""The sums of places, and of places by trade, nature and level: added up from `YearSum`, they follow its changes in the
same transaction.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from ceportal.office.models import PartSum, PlaceSum, YearSum
from ceportal.office.rules.counting import MEASURED, PARTED, STANDINGS

SUMMED = [*STANDINGS, *MEASURED]
_WRITTEN = 500
_NONE = PlaceSum()
# Year, place and authority; by what, and what of it: both empty for the whole place.
Place = tuple[int, str, int | None, str, str]
Sums = dict[str, Decimal]
Kept = PlaceSum | PartSum
_TABLES: tuple[tuple[type[Kept], tuple[str, ...]], ...] = ((PlaceSum, ("",)), (PartSum, PARTED))


def add_to(moved: dict[Place, Sums], one: YearSum, more: Mapping[str, Decimal]) -> None:
    """Note that `one` grew by so much."""
    if not any(more.values()):
        return
    for by in ("", *PARTED):
        place = (one.year, one.area_id, one.authority_id, by, str(getattr(one, by)) if by else "")
        sums = moved.setdefault(place, dict.fromkeys(SUMMED, Decimal(0)))
        for name, value in more.items():
            sums[name] += value


def keep_places() -> int:
    """Add all of them up and write what is otherwise than it stands; gives how many were."""
    return sum(_keep(table, ways) for table, ways in _TABLES)


def move_places(moved: Mapping[Place, Sums]) -> None:
    """Under the one writer's lock: what stands there and what has changed come to what stands there next. Where that
    is below nothing somebody else has written there, and all are added up; also where a table is empty.
    """
    if not all(table._default_manager.exists() for table, _ in _TABLES):
        keep_places()
        return
    found = {table: _moved(table, [place for place in moved if place[3] in ways], moved) for table, ways in _TABLES}
    if any(min(getattr(one, name) for name in SUMMED) < 0 for places in found.values() for one in places):
        keep_places()
        return
    for table, places in found.items():
        empty = [one.key for one in places if not any(getattr(one, name) for name in SUMMED)]
        table._default_manager.filter(key__in=empty).delete()
        _write(table, [one for one in places if one.key not in empty])


def _moved(table: type[Kept], places: list[Place], moved: Mapping[Place, Sums]) -> list[Kept]:
    keys = {_key(place): place for place in places if any(moved[place].values())}
    there = {one.key: one for one in table._default_manager.filter(key__in=keys)}
    return [
        _row(
            table, place,
            {name: Decimal(getattr(there.get(key, _NONE), name)) + moved[place][name] for name in SUMMED},
        )
        for key, place in keys.items()
    ]  # fmt: skip


def _keep(table: type[Kept], ways: Iterable[str]) -> int:
    there = {one.key: one for one in table._default_manager.all()}
    right: dict[str, Kept] = {}
    for by in ways:
        columns = ["year", "area", "authority", *([by] if by else [])]
        added: Any = (
            YearSum.objects.order_by().values(*columns).annotate(**{f"of_{each}": Sum(each) for each in SUMMED})
        )
        for found in added.iterator(chunk_size=_WRITTEN):
            place = (found["year"], found["area"], found["authority"], by, found[by] if by else "")
            one = _row(table, place, {name: found[f"of_{name}"] for name in SUMMED})
            right[one.key] = one
    changed = [one for key, one in right.items() if not _is_same(one, there.get(key))]
    gone = [one.pk for key, one in there.items() if key not in right]
    for begin in range(0, len(gone), _WRITTEN):
        table._default_manager.filter(pk__in=gone[begin : begin + _WRITTEN]).delete()
    _write(table, changed)
    return len(changed) + len(gone)


def _write(table: type[Kept], rows: list[Kept]) -> None:
    manager: Any = table._default_manager
    manager.bulk_create(rows, batch_size=_WRITTEN, update_conflicts=True, unique_fields=["key"], update_fields=SUMMED)


def _is_same(one: Kept, other: Kept | None) -> bool:
    return other is not None and all(getattr(one, name) == getattr(other, name) for name in SUMMED)


def _row(table: type[Kept], place: Place, sums: Mapping[str, Any]) -> Kept:
    year, area, authority, by, value = place
    part = {"by": by, "value": value} if by else {}
    return table(key=_key(place), year=year, area_id=area, authority_id=authority, **part, **sums)


def _key(place: Place) -> str:
    year, area, authority, by, value = place
    return "/".join(str(each or "-") for each in (year, area, authority, *((by, value) if by else ())))
