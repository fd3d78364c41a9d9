"""Tables to which rows are only added: triggers of the database refuse to change or remove one, whoever asks.

Made again after every migration (SQLite drops a table's triggers when it remakes the table). Who owns the database can
take them off; what was done then, the chain tells.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ceportal.kernel.models import AuditEvent, AuditSeal

# For each table the column that may be emptied, if any.
GUARDED = {AuditEvent: "actor_label", AuditSeal: ""}
_REFUSAL = "rows of the trail are neither changed nor removed"


def guard(using: str = "default") -> None:
    """Put the triggers on; those that are there stay."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def unguard(using: str = "default") -> None:
    """Take them off: for tests that empty their tables, or play the owner of the database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in GUARDED:
            table = model._meta.db_table
            for act in ("update", "erase", "delete", "truncate"):
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_{act}"{on}')


def guard_after_migration(using: str, **_: Any) -> None:
    """A receiver of `post_migrate`; the tables may not be there yet."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    columns = {model._meta.db_table for model in GUARDED}
    if columns <= tables:
        guard(using)


def _statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    is_sqlite = connection.vendor == "sqlite"
    if not is_sqlite:
        yield (
            "CREATE OR REPLACE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
    for model, erasable in GUARDED.items():
        table = model._meta.db_table
        fixed = ", ".join(f'"{field.column}"' for field in model._meta.fields if field.column != erasable)
        trigger = _sqlite_trigger if is_sqlite else _postgresql_trigger
        yield trigger(table, "update", f"UPDATE OF {fixed}")
        yield trigger(table, "delete", "DELETE")
        if erasable:
            yield trigger(table, "erase", f'UPDATE OF "{erasable}"', f"NEW.\"{erasable}\" <> ''")
        if not is_sqlite:
            yield trigger(table, "truncate", "TRUNCATE", each="STATEMENT")


def _sqlite_trigger(table: str, act: str, event: str, when: str = "", each: str = "ROW") -> str:
    condition = f"WHEN {when} " if when else ""
    return (
        f'CREATE TRIGGER IF NOT EXISTS "{table}_no_{act}" BEFORE {event} ON "{table}" FOR EACH {each} {condition}'
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _postgresql_trigger(table: str, act: str, event: str, when: str = "", each: str = "ROW") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return (
        f'CREATE OR REPLACE TRIGGER "{table}_no_{act}" BEFORE {event} ON "{table}" FOR EACH {each} {condition}'
        "EXECUTE FUNCTION kernel_append_only()"
    )
