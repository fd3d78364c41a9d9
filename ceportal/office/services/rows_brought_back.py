"""Rows that somebody wrote past the services, brought back as the database of a backup has them.

Plain SQL on both sides: a row comes back column by column, whatever the models think of it. What the portal itself has
changed since the backup is left as it is, and nothing stays unless the independent checker finds it right afterwards.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import dj_database_url
from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from ceportal.kernel.services.trail import record
from ceportal.office.selectors.readers import READERS

_OF_YEAR = "professional_id = %(professional_id)s AND year = %(year)s"
_ITSELF = "id = %(id)s"


@dataclass(frozen=True)
class _Rows:
    """Rows of `table`, by the columns of the one that was found. `kind`: how the checker calls them, where it reads
    them by themselves. `moved`: how to see that the portal itself has changed one since: by a column that each change
    counts up, by the events about it that begin so (`claim.`), or not at all, for what is never changed.
    """

    table: str
    where: str
    kind: str = ""
    moved: str = ""
    only_missing: bool = False


_ACCOUNT = _Rows("credits_yearaccount", _OF_YEAR, "total", "version")
# By what the checker calls it: the table of the row it names, and all that may have to come back for it, in the order
# in which one row needs another.
KINDS: Mapping[str, tuple[str, tuple[_Rows, ...]]] = MappingProxyType(
    {
        "total": (
            "credits_yearaccount",
            (
                _Rows("credits_claim", _OF_YEAR, only_missing=True),
                _Rows("credits_hourentry", _OF_YEAR),
                _ACCOUNT,
            ),
        ),
        "state": (
            "credits_declaration",
            (
                _Rows("credits_declaration", _ITSELF, "state", "declaration."),
                _Rows("reviews_decision", "subject_id = %(id)s"),
            ),
        ),
        "year": ("credits_claim", (_Rows("credits_claim", _ITSELF, "year", "claim."),)),
        "entry": (
            "credits_hourentry",
            (
                _Rows("credits_claim", "id = %(claim_id)s", "claim", "claim."),
                _Rows("credits_hourentry", _ITSELF, "entry"),
                _ACCOUNT,
            ),
        ),
        "claim": (
            "credits_claim",
            (
                _Rows("credits_claim", _ITSELF, "claim", "claim."),
                _Rows("credits_hourentry", "claim_id = %(id)s", "entry"),
            ),
        ),
        "verdict": ("credits_yearaccount", (_Rows("credits_yearaccount", _ITSELF, "verdict", "version"),)),
        "certificate": (
            "certificates_certificate",
            (_ACCOUNT, _Rows("certificates_certificate", _ITSELF, "certificate", "certificate.")),
        ),
    }
)


class CannotBringBack(Exception):
    """Says in words why nothing was changed."""


@dataclass(frozen=True)
class Brought:
    """A row that came back: its table, its number, the columns that were other (all, where it was gone)."""

    table: str
    number: int
    columns: list[str]


def bring_back_rows(kind: str, ref: str, address: str, *, now: datetime) -> list[Brought]:
    """The row that the checker names by `kind` and `ref` (hex), and what it is judged by, as the database at `address`
    has them (a DATABASE_URL; of a backup, started beside). One event names what came back, and no value of it.

    Raises `CannotBringBack`: then nothing was changed.
    """
    table, groups = KINDS[kind]
    with _beside(address) as backup, transaction.atomic():
        found = next(_rows(backup, table, "ref = %(ref)s", {"ref": _ref(ref)}), None)
        if found is None:
            raise CannotBringBack("备份里没有这一行，请用更近的备份。")
        changed = [change for rows in groups for change in _of(rows, found, backup)]
        _must_be_right(found, groups)
        (model,) = [each for each in apps.get_models() if each._meta.db_table == table and not each._meta.proxy]
        subject: Any = model._base_manager.get(pk=found["id"])
        after = {"kind": kind, "rows": [asdict(each) for each in changed]}
        record("row.bring_back", subject, by=None, now=now, after=after)
    return changed


def _of(rows: _Rows, found: dict[str, Any], backup: BaseDatabaseWrapper) -> Iterator[Brought]:
    for was in _rows(backup, rows.table, rows.where, found):
        current = next(_rows(connection, rows.table, _ITSELF, was, is_held=True), None)
        if current is None:
            places = ", ".join(["%s"] * len(was))
            _write(f"INSERT INTO {rows.table} ({', '.join(was)}) VALUES ({places})", was.values())  # noqa: S608
            yield Brought(rows.table, was["id"], sorted(was))
            continue
        columns = [name for name in was if was[name] != current[name]]
        if not columns or rows.only_missing or _has_moved(rows, was, current, backup):
            continue
        _write(
            f"UPDATE {rows.table} SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s",  # noqa: S608
            [*(was[name] for name in columns), was["id"]],
        )
        yield Brought(rows.table, was["id"], columns)


def _has_moved(rows: _Rows, was: dict[str, Any], current: dict[str, Any], backup: BaseDatabaseWrapper) -> bool:
    """Whether the portal itself has changed it since."""
    if not rows.moved.endswith("."):
        return bool(rows.moved) and was[rows.moved] != current[rows.moved]
    about = {"subject_ref": was["ref"], "actions": f"{rows.moved}%"}
    told = "subject_ref = %(subject_ref)s AND action LIKE %(actions)s"
    return len(list(_rows(connection, "kernel_auditevent", told, about))) != len(
        list(_rows(backup, "kernel_auditevent", told, about))
    )


def _must_be_right(found: dict[str, Any], groups: tuple[_Rows, ...]) -> None:
    """By the checker's own reading of each row that it reads by itself."""
    for rows in groups:
        for row in _rows(connection, rows.table, rows.where, found) if rows.kind else ():
            said = {finding.ref for finding in READERS[rows.kind](row["id"] - 1).findings}
            if UUID(str(row["ref"])).hex in said:
                raise CannotBringBack(
                    f"补回后 {rows.kind} {UUID(str(row['ref'])).hex} 仍然不符：备份里的也不对，或者备份之后又有变动。"
                    "没有改动任何数据；请用另一个时刻的备份。"
                )


@contextmanager
def _beside(address: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection that only reads; of an SQLite file, without a trace beside it."""
    known = dj_database_url.parse(address)
    if known["ENGINE"].endswith("sqlite3"):
        known["NAME"] = f"file:{known['NAME']}?mode=ro&immutable=1"
    else:
        known["OPTIONS"] = {**known.get("OPTIONS", {}), "options": "-c default_transaction_read_only=on"}
    if known["ENGINE"].rpartition(".")[2] != connection.vendor.replace("sqlite", "sqlite3"):
        raise CannotBringBack("备份的数据库与本系统的不是同一种。")
    beside = ConnectionHandler({"default": dict(known)})["default"]
    try:
        yield beside
    finally:
        beside.close()


def _rows(
    database: BaseDatabaseWrapper, table: str, where: str, values: Mapping[str, Any], *, is_held: bool = False
) -> Iterator[dict[str, Any]]:
    """`is_held`: nobody else changes them before the transaction ends (on SQLite nobody writes beside it anyway)."""
    hold = database.ops.for_update_sql() if is_held and database.features.has_select_for_update else ""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY id {hold}", dict(values))  # noqa: S608 - our own
        names = [column[0] for column in cursor.description]
        found = cursor.fetchall()
    for row in found:
        yield dict(zip(names, row, strict=True))


def _write(sql: str, values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))


def _ref(text: str) -> str:
    """As the database keeps it. Raises `CannotBringBack` for what is no ref."""
    try:
        ref = UUID(text)
    except ValueError:
        raise CannotBringBack(f"“{text}”不是核对所说的编号（32 位）。") from None
    return ref.hex if connection.vendor == "sqlite" else str(ref)
