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
from django.db.models import Model, Q, QuerySet

from ceportal.kernel.web.problems import Problem

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 25
_YEARS = range(1900, 2200)


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """`items`, and the cursor of the next page or an empty string. `is_first` tells whether one came in the middle."""

    items: list[Row]
    next_cursor: str
    is_first: bool


def keyset_page(
    rows: QuerySet[Row] | Sequence[QuerySet[Row]], *, order: tuple[str, ...], cursor: str, size: int = PAGE_SIZE
) -> KeysetPage[Row]:
    """The page of `rows` after `cursor`, in `order` (field names, `-` for descending, the last one unique).

    Several querysets stand for all their rows, each once: each is read by an index of its own, where one with an OR
    would read the whole table. A cursor that this function did not make is read as the first page: a link someone cut
    short still shows a list.
    """
    arms = [rows] if isinstance(rows, QuerySet) else list(rows)
    after = _read(cursor, len(order))
    if after:
        try:
            _refuse_strange_days(arms[0], order, after)
            items = _first(arms, order, size + 1, _beyond(order, after))
        except (ValidationError, ValueError, TypeError, OverflowError, FieldError):
            after = None
    if not after:
        items = _first(arms, order, size + 1, Q())
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
    found = {row.pk: row for arm in arms for row in arm.filter(beyond).order_by(*order)[:count]}
    rows = list(found.values())
    for name in reversed(order) if len(arms) > 1 else ():
        rows.sort(key=attrgetter(name.lstrip("-")), reverse=name.startswith("-"))
    return rows[:count]


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
