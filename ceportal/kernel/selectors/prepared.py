"""Queries that every page asks, written once a process: writing one takes the ORM longer than a database to answer."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Stands for whoever asks while the query is written; no row has it.
ASKER = -(2**31) + 1


class Prepared:
    """`rows(ASKER)` is the query, a `values_list`; `ask(pk)` gives its rows for another, as the database has them (no
    converter of a field runs: a moment may come as text). What else the query compares with must not change.
    """

    def __init__(self, rows: Callable[[int], QuerySet[Any, tuple[Any, ...]]]) -> None:
        self._rows = rows
        self._written: tuple[str, tuple[Any, ...]] | None = None

    def ask(self, pk: int) -> list[tuple[Any, ...]]:
        if self._written is None:
            self._written = self._rows(ASKER).query.sql_with_params()
        sql, params = self._written
        with connection.cursor() as cursor:
            cursor.execute(sql, [pk if param == ASKER else param for param in params])
            return list(cursor.fetchall())
