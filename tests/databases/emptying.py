"""How a committing test leaves the database as it found it: only the tables it filled are emptied.

Django's own flush empties all of them and makes the content types and permissions anew, which takes longer than most
tests. These stay here: nothing writes them but migrations.
"""

from collections.abc import Sequence
from functools import cache

from django.db import connection
from django.test import TransactionTestCase

from ceportal.kernel.services.append_only import GUARDED, guard, unguard

KEPT = {"auth_permission", "django_content_type", "django_migrations"}
GUARDED_TABLES = {model._meta.db_table for model in GUARDED}


def empty_quickly() -> None:
    """For all committing tests of this process."""
    TransactionTestCase._fixture_teardown = lambda _: empty(filled())


def filled() -> list[str]:
    """Tables with rows, by one query."""
    asks = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in _tables())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asks))
        return [row[0] for row in cursor.fetchall()]


def empty(tables: Sequence[str]) -> None:
    """In whatever order: what refers to a row goes with it."""
    off, on = _references()
    is_guarded = connection.vendor == "sqlite" and not GUARDED_TABLES.isdisjoint(tables)
    if is_guarded:  # PostgreSQL fires no trigger under this role
        unguard()
    with connection.cursor() as cursor:
        cursor.execute(off)
        try:
            for table in tables:
                cursor.execute(f'DELETE FROM "{table}"')
        finally:
            cursor.execute(on)
    if is_guarded:
        guard()


@cache
def _tables() -> tuple[str, ...]:
    return tuple(sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT))


def _references() -> tuple[str, str]:
    if connection.vendor == "sqlite":
        return "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"
    return "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
