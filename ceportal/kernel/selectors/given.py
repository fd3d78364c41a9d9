"""Rows that a statement brings along: one text of JSON read as a table, on PostgreSQL and on SQLite alike.

A thousand rows are one parameter, so that a statement is the same text however many there are (docs/decisions/0035).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection

_ENCODER = msgspec.json.Encoder(decimal_format="string")
# As SQLite reads a column, and how it stores what Django gives it otherwise than it is written in JSON.
_READ = "json_extract(value, '$.{}')"
_AS_STORED = {"uuid": "replace({}, '-', '')"}


def given(rows: Sequence[Any], columns: Mapping[str, str]) -> tuple[str, str]:
    """What stands behind FROM, called `given`, and its one parameter.

    `rows` are mappings or structs that have at least `columns`, which are named with their types on PostgreSQL.
    """
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        source = f"json_to_recordset(%s::json) AS given({typed})"
    else:
        read = ", ".join(
            f"{_AS_STORED.get(kind, '{}').format(_READ.format(name))} AS {name}" for name, kind in columns.items()
        )
        source = f"(SELECT {read} FROM json_each(%s)) AS given"  # noqa: S608 - names of columns, none from outside
    return source, _ENCODER.encode(rows).decode()


def new_ref() -> str:
    """What makes a random name of a row in a statement, where nobody needs to know it."""
    return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"


def as_hours(value: Any) -> Decimal:
    """A number as it was written down: SQLite gives back what it made of it."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
