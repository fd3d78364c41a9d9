"""What many tests stand on: written by its loader the first time, and put back as it then stood every time after.

A test's tables are emptied by a rollback, so the rows are kept in memory, as the database itself writes them. Where a
test has filled one of the tables already, the loader runs: it knows what to do with what is there.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models


class Standing:
    """`load` writes rows of `of` and of nothing else (a test holds it to that)."""

    def __init__(self, load: Callable[[], object], of: Sequence[type[models.Model]]) -> None:
        self.load, self.of = load, of
        self.tables = [model._meta.db_table for model in of]
        self.kept: dict[str, Any] = {}

    def put(self) -> None:
        if self._is_begun():
            self.load()
        elif self.kept:
            self._put_back()
        else:
            self.load()
            take = _copied if connection.vendor == "postgresql" else _selected
            self.kept = {table: take(table) for table in self.tables}

    def _is_begun(self) -> bool:
        asks = (f'SELECT 1 WHERE EXISTS (SELECT 1 FROM "{table}")' for table in self.tables)
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(asks))
            return cursor.fetchone() is not None

    def _put_back(self) -> None:
        with connection.cursor() as cursor:
            for table, rows in self.kept.items():
                if connection.vendor == "postgresql":
                    cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(rows))
                elif rows:
                    places = ", ".join(["?"] * len(rows[0]))
                    # Past Django's cursor, which would write every `?` anew.
                    cursor.connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)


def _copied(table: str) -> str:
    rows = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
    return rows.getvalue()


def _selected(table: str) -> list[tuple[Any, ...]]:
    """As they are stored: of `+column` SQLite's driver does not know the type, and makes no Python value of it."""
    with connection.cursor() as cursor:
        columns = [f'+"{column.name}"' for column in connection.introspection.get_table_description(cursor, table)]
        cursor.execute(f'SELECT {", ".join(columns)} FROM "{table}"')
        return list(cursor.fetchall())
