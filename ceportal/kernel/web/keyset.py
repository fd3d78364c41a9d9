"""Pages of long lists by their last key: as quick at the millionth row as at the first (no OFFSET, no COUNT)."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldError, ValidationError
from django.db.models import F, Max, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.sql import Query

from ceportal.kernel.web.problems import Problem

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 25
# Of what is `OfFew`: so many of the table's newest rows are looked through first; so many owners are few where each has
# few rows, and where each is asked for its newest.
_NEWEST, _FEW, _FEW_TO_ASK = 5_000, 5_000, 500
# From so many tables joined to what a condition finds by asking others, the keys are found before them. Of more than
# eight tables PostgreSQL takes those that are asked about last (`from_collapse_limit`), and it sorts rows as wide.
_WIDE, _TRIES = 2, 3
_YEARS = range(1900, 2200)


@dataclass(frozen=True)
class OfFew(Generic[Row]):
    """`rows` of some `owners`, to which `path` leads; these may be few and their rows old. Where they are not among the
    newest of the table, they are found by their owners and not by walking on.

    `has_few_each`: an owner has no more rows than can be sorted (a person); else an index leads to each owner's newest.
    """

    rows: QuerySet[Row]
    path: str
    owners: QuerySet[Any]
    has_few_each: bool


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """`items`, and the cursor of the next page or an empty string. `is_first` tells whether one came in the middle."""

    items: list[Row]
    next_cursor: str
    is_first: bool


def keyset_page(
    rows: QuerySet[Row] | Sequence[QuerySet[Row]] | OfFew[Row],
    *,
    order: tuple[str, ...],
    cursor: str,
    size: int = PAGE_SIZE,
) -> KeysetPage[Row]:
    """The page of `rows` after `cursor`, in `order` (field names, `-` for descending, the last one unique).

    Several querysets stand for all their rows, each once: each is read by an index of its own, where one with an OR
    would read the whole table. What is `OfFew` is in the order of `-id` alone. A cursor that this function did not make
    is read as the first page: a link someone cut short still shows a list.
    """

    def first(beyond: Q) -> list[Row]:
        if isinstance(rows, OfFew):
            return _newest_of_few(rows, size + 1, beyond)
        return _first([rows] if isinstance(rows, QuerySet) else rows, order, size + 1, beyond)

    after = _read(cursor, len(order))
    if after:
        one = rows if isinstance(rows, QuerySet) else rows.rows if isinstance(rows, OfFew) else rows[0]
        try:
            _refuse_strange_days(one, order, after)
            items = first(_beyond(order, after))
        except (ValidationError, ValueError, TypeError, OverflowError, FieldError):
            after = None
    if not after:
        items = first(Q())
    more = len(items) > size
    items = items[:size]
    return KeysetPage(items, _write(items[-1], order) if more else "", after is None)


def strict_page(rows: QuerySet[Row], *, order: tuple[str, ...], cursor: str, size: int) -> KeysetPage[Row]:
    """The same for programs: 400 for a cursor that none of these pages gave. Beginning anew would never end."""
    page = keyset_page(rows, order=order, cursor=cursor, size=size)
    if cursor and page.is_first:
        raise Problem(400, "cursor", "after 应是上一页给出的 next，请原样填写。", pointer="/after")
    return page


def _first(arms: Sequence[QuerySet[Row]], order: tuple[str, ...], count: int, beyond: Q) -> list[Row]:
    """The first so many of all arms."""
    found = {row.pk: row for arm in arms for row in _first_of(arm.filter(beyond).order_by(*order), count)}
    rows = list(found.values())
    for name in reversed(order) if len(arms) > 1 else ():
        rows.sort(key=attrgetter(name.lstrip("-")), reverse=name.startswith("-"))
    return rows[:count]


def _first_of(rows: QuerySet[Row], count: int) -> list[Row]:
    """The first so many; where many tables are joined to what a question about others finds, their keys before them.
    Asked again when one of them has gone in between: the page would be taken for the last one.
    """
    if _joined(rows.query.select_related) < _WIDE or not _asks_others(rows.query.where):
        return list(rows[:count])
    narrow = rows.select_related(None).prefetch_related(None).values_list("pk", flat=True)
    for _ in range(_TRIES):
        keys = list(narrow[:count])
        found = list(rows.filter(pk__in=keys)) if keys else []
        if len(found) == len(keys):
            break
    return found


def _joined(related: Any) -> int:
    """How many tables `select_related` names."""
    return sum(1 + _joined(further) for further in related.values()) if isinstance(related, dict) else 0


def _asks_others(part: Any) -> bool:
    """Whether a condition has a query within."""
    if isinstance(part, Query | Subquery):
        return True
    sources = part.get_source_expressions() if hasattr(part, "get_source_expressions") else ()
    return any(map(_asks_others, sources))


def _newest_of_few(few: OfFew[Row], count: int, beyond: Q) -> list[Row]:
    """The newest so many: of the owners where these are few and have few rows each; else of the table's newest rows,
    else of the owners where these are few, else by walking on.
    """
    if few.has_few_each and (keys := _keys_of_few(few)) is not None:
        return _newest_of(few, keys, count, beyond)
    table = few.rows.model._default_manager.filter(beyond).order_by("-pk")
    mine = few.rows.filter(beyond, **{f"{few.path}__in": few.owners.order_by().values("pk")}).order_by("-pk")
    floor = table.values_list("pk", flat=True)[_NEWEST - 1 : _NEWEST].first()
    found = list((mine.filter(pk__gte=floor) if floor else mine)[:count])
    if floor is None or len(found) == count:
        return found
    if few.has_few_each or (keys := _keys_of_few(few)) is None:
        return list(mine[:count])
    return _newest_of(few, keys, count, beyond)


def _keys_of_few(few: OfFew[Row]) -> list[Any] | None:
    """None where the owners are many."""
    most = _FEW if few.has_few_each else _FEW_TO_ASK
    keys = list(few.owners.order_by().values_list("pk", flat=True)[: most + 1])
    return keys if len(keys) <= most else None


def _newest_of(few: OfFew[Row], keys: Sequence[Any], count: int, beyond: Q) -> list[Row]:
    plain = few.rows.select_related(None).filter(beyond, **{f"{few.path}__in": keys})
    if not few.has_few_each:
        own = few.rows.select_related(None).filter(beyond, **{few.path: OuterRef("pk")}).order_by("-pk")
        last = Subquery(own.values("pk")[count - 1 : count])
        # So many are there from here on, for one of them has so many by itself; of each other one so many at most.
        floor = few.owners.order_by().annotate(last=last).aggregate(most=Max("last"))["most"]
        plain = plain.filter(pk__gte=floor) if floor else plain
    # In an order that no index has: the database would walk along one that has it, which is what takes long.
    in_turn = plain.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)[:count]
    return list(few.rows.filter(pk__in=list(in_turn)).order_by("-pk"))


def _refuse_strange_days(rows: QuerySet[Any], order: tuple[str, ...], after: list[Any]) -> None:
    """ValueError for a day that no row of ours has: at the ends of the calendar each database fails in its own way."""
    for name, value in zip(order, after, strict=True):
        day = rows.model._meta.get_field(name.lstrip("-")).to_python(value)
        if isinstance(day, date) and day.year not in _YEARS:
            raise ValueError(day.year)


def _beyond(order: tuple[str, ...], after: list[Any]) -> Q:
    """(a, b) > (x, y) spelled out, with each field's own direction."""
    condition, equal = Q(), Q()
    for name, value in zip(order, after, strict=True):
        field = name.lstrip("-")
        step = Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        condition |= equal & step
        equal &= Q(**{field: value})
    return condition


def _write(row: Row, order: tuple[str, ...]) -> str:
    values = [_plain(getattr(row, name.lstrip("-"))) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _read(cursor: str, length: int) -> list[Any] | None:
    if not cursor or len(cursor) > 400:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != length or "\x00" in "".join(map(str, values)):
        return None
    return values
