"""Rows that a statement brings along, read as a table, on PostgreSQL and on SQLite alike.

On SQLite they are one text of JSON. On PostgreSQL each column is one text, cut where a sign stands that no text has:
a quarter of the time it takes to read JSON (docs/decisions/0035, 0060). A statement is the same however many rows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from operator import attrgetter, is_, itemgetter
from typing import Any

import msgspec
from django.db import connection

from ceportal.kernel.rules.refs import leading

_ENCODER = msgspec.json.Encoder(decimal_format="string")
# As SQLite reads a column, and how it stores what Django gives it otherwise than it is written in JSON.
_READ = "json_extract(value, '$.{}')"
_AS_STORED = {"uuid": "replace({}, '-', '')"}
# Between two values, and in place of one that is none. What is empty cannot be cut: few rows are JSON.
_NEXT, _NONE, _FEW = "\x1f", "\x1e", 8
# In a question of its own: the planner, who would count what it sees, takes them for few and looks each of them up.
_CUT = "(SELECT string_to_array(%s, E'\\x1f', E'\\x1e')::{}[])"


def given(rows: Sequence[Any], columns: Mapping[str, str]) -> tuple[str, list[str]]:
    """What stands behind FROM, called `given`, and its parameters.

    `rows` are mappings or structs that have at least `columns`, which are named with their types on PostgreSQL.
    """
    if connection.vendor != "postgresql":
        read = ", ".join(
            f"{_AS_STORED.get(kind, '{}').format(_READ.format(name))} AS {name}" for name, kind in columns.items()
        )
        return f"(SELECT {read} FROM json_each(%s)) AS given", [_ENCODER.encode(rows).decode()]  # noqa: S608 - names of columns, none from outside
    texts = _by_column(rows, columns) if len(rows) > _FEW else None
    if texts is None:
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"json_to_recordset(%s::json) AS given({typed})", [_ENCODER.encode(rows).decode()]
    cut = ", ".join(map(_CUT.format, columns.values()))
    return f"unnest({cut}) AS given({', '.join(columns)})", texts


def _by_column(rows: Sequence[Any], columns: Mapping[str, str]) -> list[str] | None:
    """None where some text holds a sign that cuts."""
    of = itemgetter if isinstance(rows[0], Mapping) else attrgetter
    texts = []
    for name, kind in columns.items():
        values = list(map(of(name), rows))
        try:
            text, nones = _NEXT.join(values), 0
        except TypeError:  # not all of them texts
            nones = sum(map(is_, values, repeat(None)))  # `count` asks each number whether it equals None
            text = _NEXT.join(map(_AS_TEXT.get(kind, str), values) if not nones else _with_nones(values, kind))
        if text.count(_NEXT) != len(rows) - 1 or text.count(_NONE) != nones:
            return None
        texts.append(text)
    return texts


def _with_nones(values: Sequence[Any], kind: str) -> list[str]:
    as_text = _AS_TEXT.get(kind, str)
    return [_NONE if value is None else as_text(value) for value in values]


def _as_json(value: Any) -> str:
    return _ENCODER.encode(value).decode()


# The days of a batch are few.
_AS_TEXT: dict[str, Callable[[Any], str]] = {"jsonb": _as_json, "date": lru_cache(maxsize=1024)(str)}


def new_ref(at: datetime) -> str:
    """What makes the name of a row in a statement, where nobody needs to know it: as `new_refs` does."""
    led = leading(at)
    if connection.vendor == "postgresql":
        return f"('{led[:8]}-{led[8:]}-7' || substr(gen_random_uuid()::text, 16))::uuid"
    # As it is stored there: without hyphens.
    return f"('{led}7' || substr(lower(hex(randomblob(2))), 2) || '8' || substr(lower(hex(randomblob(8))), 2))"


def as_hours(value: Any) -> Decimal:
    """A number as it was written down: SQLite gives back what it made of it."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
