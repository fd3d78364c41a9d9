"""Keeping the figures: whoever something happened to is counted anew, and in turn everybody, so that nothing that left
no sign stays wrong (docs/decisions).

A part is one transaction: marks, years and sums move together, so that every sum equals its rows at any moment.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from accounts.models import Organization
from ceportal.kernel.models import Counter
from ceportal.kernel.services.counters import hold_counter
from ceportal.office.models import CountedYear, YearSum
from ceportal.office.rules.counting import MEASURED, STANDINGS
from ceportal.office.selectors.counting import (
    ROUND,
    Fact,
    changed_people,
    counted_before,
    facts_of,
    marks,
    next_in_turn,
    units_of,
)
from ceportal.office.services.agreeing import keep_agreements
from ceportal.office.services.counting_days import authority_of, count_days
from ceportal.office.services.counting_officers import count_officers
from ceportal.office.services.counting_places import SUMMED, Place, add_to, keep_places, move_places

# One writer at a time holds this counter.
_LOCK = "statistics"
PARTS, SIGNS, IN_TURN = 5, 1000, 400
_WRITTEN = 500
_YEARS, _SUMS = CountedYear._meta.db_table, YearSum._meta.db_table
_PARTS_OF_A_SUM = {name: f"SUM(CASE WHEN standing = '{name}' THEN 1 ELSE 0 END)" for name in STANDINGS} | {
    name: f"SUM({name})" for name in MEASURED
}
_ADD_UP = f"""
    UPDATE {_SUMS} SET {", ".join(f"{name} = found.{name}" for name in _PARTS_OF_A_SUM)}
    FROM (
        SELECT year_sum_id, {", ".join(f"{added} AS {name}" for name, added in _PARTS_OF_A_SUM.items())}
        FROM {_YEARS} GROUP BY year_sum_id
    ) AS found
    WHERE {_SUMS}.id = found.year_sum_id
"""  # noqa: S608 - the tables' and columns' own names
_REMOVE_EMPTY = f"""
    DELETE FROM {_SUMS} WHERE NOT EXISTS (SELECT 1 FROM {_YEARS} WHERE year_sum_id = {_SUMS}.id)
"""  # noqa: S608


def count_years(*, now: datetime) -> int:
    """A few parts, or fewer when nothing is left and each has had their turn; gives how many years were found otherwise
    than they had been counted.
    """
    changed = 0
    for _ in range(PARTS):
        written, is_through = _count_a_part(now=now)
        changed += written
        if is_through:
            break
    count_days(now=now)
    keep_agreements(now=now)
    count_officers(now=now)
    return changed


@transaction.atomic
def _count_a_part(*, now: datetime) -> tuple[int, bool]:
    hold_figures()
    read = marks()
    changed, after = changed_people(read, most=SIGNS)
    in_turn, place = next_in_turn(read, most=IN_TURN)
    written = count_people({*changed, *in_turn}, now=now)
    moved = {name: value for name, value in (after | {ROUND: place}).items() if read.get(name) != value}
    for name, value in moved.items():
        Counter.objects.update_or_create(name=name, defaults={"value": value})
    if place == 0:
        keep_places()
    return written, place == 0 and all(after[name] == read.get(name, 0) for name in after)


def hold_figures() -> None:
    """Nobody else writes years or sums until the caller's transaction ends."""
    hold_counter(_LOCK)


def count_people(keys: Collection[int], *, now: datetime) -> int:
    """Count the years of these people (by primary keys) anew, in the caller's transaction."""
    touched, written = keep_years(keys, now=now)
    keep_sums(touched)
    return written


def keep_years(keys: Collection[int], *, now: datetime) -> tuple[set[int], int]:
    """Write their years as they are now; gives the sums that are no longer right, and how many years changed."""
    facts, before = facts_of(keys, now=now), counted_before(keys)
    units = units_of(facts.values())
    wanted = {place: _row(place, fact, units) for place, fact in facts.items()}
    changed = {place: row for place, row in wanted.items() if _differs(row, before.get(place))}
    gone = [before[place].pk for place in before.keys() - wanted.keys()]
    touched = {before[place].year_sum_id for place in before if place in changed or place not in wanted}
    sums = _sums_of(row["sum"] for row in changed.values())
    made = [
        CountedYear(
            professional_id=person, year=year, year_sum_id=sums[row["sum"]["key"]], organization_id=row["organization"],
            standing=row["standing"], **row["measures"],
        )
        for (person, year), row in changed.items()
    ]  # fmt: skip
    CountedYear.objects.filter(pk__in=gone).delete()
    CountedYear.objects.bulk_create(
        made, batch_size=_WRITTEN, update_conflicts=True, unique_fields=["professional", "year"],
        update_fields=["year_sum", "organization", "standing", *MEASURED],
    )  # fmt: skip
    return touched | {row.year_sum_id for row in made}, len(made) + len(gone)


def keep_sums(keys: Iterable[int] | None = None) -> None:
    """Add these sums up from their rows, or all of them; those without any are removed. The sums of their places move
    along by what has changed.
    """
    if keys is None:
        with connection.cursor() as cursor:
            for statement in (_ADD_UP, _REMOVE_EMPTY):
                cursor.execute(statement)
        keep_places()
        return
    wanted = list(keys)
    rows, sums = CountedYear.objects.filter(year_sum__in=wanted).order_by(), YearSum.objects.filter(pk__in=wanted)
    people: dict[str, Any] = {name: Count("pk", filter=Q(standing=name)) for name in STANDINGS}
    added = rows.values("year_sum").annotate(**people, **{f"of_{name}": Sum(name) for name in MEASURED})
    found: dict[int, dict[str, Any]] = {row["year_sum"]: dict(row) for row in added}
    there = list(sums)
    empty = [one.pk for one in there if one.pk not in found]
    moved: dict[Place, dict[str, Decimal]] = {}
    for one in there:
        more = {}
        for name in SUMMED:
            column = name if name in STANDINGS else f"of_{name}"
            value = found.get(one.pk, {}).get(column, 0)
            more[name] = Decimal(value) - Decimal(getattr(one, name))
            setattr(one, name, value)
        add_to(moved, one, more)
        one.pk = None if one.pk in found else one.pk
    YearSum.objects.bulk_create(
        [one for one in there if one.pk is None], batch_size=_WRITTEN, update_conflicts=True, unique_fields=["key"],
        update_fields=SUMMED,
    )  # fmt: skip
    YearSum.objects.filter(pk__in=empty).delete()
    move_places(moved)


def columns_of_sum(year: int, fact: Fact, unit: Organization | None) -> dict[str, Any]:
    """The columns by which a sum is known in which this year of somebody stands. `unit` is the one that `fact` names,
    with its authority.
    """
    said: dict[str, Any] = {
        "year": year, "area_id": fact.area, "authority_id": authority_of(unit) if unit else None, "trade": fact.trade,
        "nature": unit.nature if unit else "", "level": fact.level,
    }  # fmt: skip
    return {"key": "/".join(str(value or "-") for value in said.values()), **said}


def _row(place: tuple[int, int], fact: Fact, units: dict[int, Organization]) -> dict[str, Any]:
    return {
        "sum": columns_of_sum(place[1], fact, units.get(fact.organization or 0)),
        "organization": fact.organization,
        "standing": str(fact.standing),
        "measures": fact.measures,
    }


def _differs(row: dict[str, Any], before: CountedYear | None) -> bool:
    if before is None or before.year_sum.key != row["sum"]["key"]:
        return True
    if (before.organization_id, before.standing) != (row["organization"], row["standing"]):
        return True
    return any(getattr(before, name) != value for name, value in row["measures"].items())


def _sums_of(wanted: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The keys of the rows of these sums, made where there were none."""
    by_key = {one["key"]: one for one in wanted}
    found = dict(YearSum.objects.filter(key__in=by_key).values_list("key", "pk"))
    new = [YearSum(**one) for key, one in by_key.items() if key not in found]
    YearSum.objects.bulk_create(new, batch_size=_WRITTEN)
    return found | {one.key: one.pk for one in new}
