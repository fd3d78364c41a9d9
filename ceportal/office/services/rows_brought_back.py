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
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from ceportal.kernel.services.trail import record
from ceportal.office.selectors.readers import READERS

_OF_YEAR = "professional_id = %(professional_id)s AND year = %(year)s"
_ITSELF = "id = %(id)s"


_ACCOUNTS, _CLAIMS, _ENTRIES = "credits_yearaccount", "credits_claim", "credits_hourentry"
_LEDGER = {_ACCOUNTS, _CLAIMS, _ENTRIES}
# Claims are held and released many at once, with one event that stands at none of them.
_DAYS = ("year", "started_on", "ended_on")
_WHOSE = (*_DAYS, "professional_id", "subject", "public_kind", "hours")


@dataclass(frozen=True)
class _Rows:
    """Rows of `table`, by the columns of the one that was found. `kinds`: how the checker calls what it must find right
    in them afterwards. `moved`: how to see that the portal itself has changed one since: by a column that each change
    counts up, by the events about it that begin so (`claim.`), or not at all, for what is never changed. `only` these
    columns come back, where it names some; none that is `left`: the portal changes it without an event about the row.
    `known_by`: what tells it from another row that was given the same number after a restore.
    """

    table: str
    where: str
    kinds: tuple[str, ...] = ()
    moved: str = ""
    only_missing: bool = False
    only: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    known_by: str = "ref"


_ACCOUNT = _Rows(_ACCOUNTS, _OF_YEAR, ("total",), "version")
# By what the checker calls it: the table of the row it names, and all that may have to come back for it, in the order
# in which one row needs another.
KINDS: Mapping[str, tuple[str, tuple[_Rows, ...]]] = MappingProxyType(
    {
        "total": (
            _ACCOUNTS,
            (
                _Rows(_CLAIMS, _OF_YEAR, only_missing=True),
                _Rows(_ENTRIES, _OF_YEAR),
                _ACCOUNT,
            ),
        ),
        "state": (
            "credits_declaration",
            (
                _Rows(
                    "credits_declaration",
                    _ITSELF,
                    ("state",),
                    "declaration.",
                    left=("reminded_at_days", "searched_version", "awaits_follow_up"),
                ),
                _Rows("reviews_decision", "subject_id = %(id)s", known_by="subject_id"),
            ),
        ),
        "year": (_CLAIMS, (_Rows(_CLAIMS, _ITSELF, ("year", "claim"), "claim.", only=_DAYS),)),
        "entry": (
            _ENTRIES,
            (
                _Rows(_CLAIMS, "id = %(claim_id)s", ("claim",), "claim.", only=_WHOSE),
                _Rows(_ENTRIES, _ITSELF, ("entry",)),
                _ACCOUNT,
            ),
        ),
        "claim": (
            _CLAIMS,
            (
                _Rows(_CLAIMS, _ITSELF, ("claim",), "claim."),
                _Rows(_ENTRIES, "claim_id = %(id)s", ("entry",)),
            ),
        ),
        "verdict": (_ACCOUNTS, (_Rows(_ACCOUNTS, _ITSELF, ("verdict",), "version"),)),
        "certificate": (
            "certificates_certificate",
            (
                _ACCOUNT,
                _Rows(
                    "certificates_certificate",
                    _ITSELF,
                    ("certificate",),
                    "certificate.",
                    left=("account_version", "attempts", "claimed_until", "last_error"),
                ),
            ),
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
        _lock_accounts(found, groups, backup)
        changed = [change for rows in groups for change in _of(rows, found, backup)]
        _must_be_right(found, groups)
        (model,) = [each for each in apps.get_models() if each._meta.db_table == table and not each._meta.proxy]
        subject: Any = model._base_manager.get(pk=found["id"])
        after = {"kind": kind, "rows": [asdict(each) for each in changed]}
        record("row.bring_back", subject, by=None, now=now, after=after)
    return changed


def _lock_accounts(found: dict[str, Any], groups: tuple[_Rows, ...], backup: BaseDatabaseWrapper) -> None:
    """Before any claim: the ledger locks accounts by year and person, then claims."""
    places = set()
    for rows in groups:
        for was in _rows(backup, rows.table, rows.where, found) if rows.table in _LEDGER else ():
            both = [was, *_rows(connection, rows.table, _ITSELF, was)]
            places |= {(row["year"], row["professional_id"]) for row in both if row["professional_id"] is not None}
    for year, person in sorted(places):
        list(_rows(connection, _ACCOUNTS, _OF_YEAR, {"year": year, "professional_id": person}, is_held=True))


def _of(rows: _Rows, found: dict[str, Any], backup: BaseDatabaseWrapper) -> Iterator[Brought]:
    here = _columns_of(rows.table)
    for was in _rows(backup, rows.table, rows.where, found):
        current = _same(rows, was)
        if unknown := was.keys() - here if current else was.keys() ^ here:
            raise CannotBringBack(
                f"备份是另一个版本的系统的：{rows.table} 的 {'、'.join(sorted(unknown))} 只有一边有。没有改动任何数据；"
                "请用现在这个版本的备份。没有的话，在另一处装上备份那个版本的系统，恢复这份备份，在那里查看这一行。"
            )
        if current is None:
            places = ", ".join(["%s"] * len(was))
            _write(f"INSERT INTO {rows.table} ({', '.join(was)}) VALUES ({places})", was.values())  # noqa: S608
            yield Brought(rows.table, was["id"], sorted(was))
            continue
        wanted = [name for name in rows.only or was if name not in rows.left]
        columns = [name for name in wanted if was[name] != current[name]]
        if not columns or rows.only_missing or _has_moved(rows, was, current, backup):
            continue
        _write(
            f"UPDATE {rows.table} SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s",  # noqa: S608
            [*(was[name] for name in columns), was["id"]],
        )
        yield Brought(rows.table, was["id"], columns)


def _same(rows: _Rows, was: dict[str, Any]) -> dict[str, Any] | None:
    """The row as it is now, held; nothing where it is gone. Raises `CannotBringBack` where its number is another's."""
    where = f"{_ITSELF} OR ref = %(ref)s" if rows.known_by == "ref" else _ITSELF
    found = list(_rows(connection, rows.table, where, was, is_held=True))
    if any(was[name] != row[name] for row in found for name in ("id", rows.known_by)):
        raise CannotBringBack(
            f"备份里 {rows.table} 的第 {was['id']} 行，在本系统里是另外一行：那份备份之后，系统恢复过更早的数据。"
            "没有改动任何数据；请用那次恢复以后的备份。"
        )
    return found[0] if found else None


def _has_moved(rows: _Rows, was: dict[str, Any], current: dict[str, Any], backup: BaseDatabaseWrapper) -> bool:
    """Whether the portal itself has changed it since."""
    if not rows.moved.endswith("."):
        return bool(rows.moved) and was[rows.moved] != current[rows.moved]
    about = {"subject_ref": was["ref"], "actions": f"{rows.moved}%"}
    told = "subject_ref = %(subject_ref)s AND action LIKE %(actions)s"
    return len(list(_rows(connection, "kernel_auditevent", told, about))) != len(
        list(_rows(backup, "kernel_auditevent", told, about))
    ) or _was_entered(rows, was, backup)


def _was_entered(rows: _Rows, was: dict[str, Any], backup: BaseDatabaseWrapper) -> bool:
    """Whether a claim that comes back with its state has entries that the backup has not: held with others, say."""
    if rows.table != _CLAIMS or rows.only:
        return False
    here, there = (
        {row["id"] for row in _rows(database, _ENTRIES, "claim_id = %(id)s", was)} for database in (connection, backup)
    )
    return bool(here - there)


def _must_be_right(found: dict[str, Any], groups: tuple[_Rows, ...]) -> None:
    """By the checker's own reading of each row that it reads by itself."""
    for rows in groups:
        for row in _rows(connection, rows.table, rows.where, found) if rows.kinds else ():
            for kind in rows.kinds:
                if any(finding.ref == UUID(str(row["ref"])).hex for finding in READERS[kind](row["id"] - 1).findings):
                    raise CannotBringBack(
                        f"补回后 {kind} {UUID(str(row['ref'])).hex} 仍然不符：备份里的也不对，或者备份之后又有变动。"
                        "没有改动任何数据；请用另一个时刻的备份。"
                    )


@contextmanager
def _beside(address: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection that only reads; of an SQLite file, without a trace beside it. Raises `CannotBringBack`."""
    try:
        known = dj_database_url.parse(address)
    except ValueError:
        raise CannotBringBack(
            "备份数据库的地址写得不对，没有改动任何数据。请照 DATABASE_URL 的写法："
            "postgresql:///ceportal?host=/var/run/postgresql&port=5433，或 sqlite:////备份目录/portal.sqlite3。"
        ) from None
    if known["ENGINE"].endswith("sqlite3"):
        known["NAME"] = f"file:{known['NAME']}?mode=ro&immutable=1"
    else:
        known["OPTIONS"] = {**known.get("OPTIONS", {}), "options": "-c default_transaction_read_only=on"}
    if known["ENGINE"].rpartition(".")[2] != connection.vendor.replace("sqlite", "sqlite3"):
        raise CannotBringBack("备份的数据库与本系统的不是同一种。")
    beside = ConnectionHandler({"default": dict(known)})["default"]
    try:
        beside.ensure_connection()
    except DatabaseError as error:
        raise CannotBringBack(
            f"连不上备份的数据库，没有改动任何数据。请看它是否已启动，地址是否写对：{error}"
        ) from error
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


def _columns_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id IS NULL")  # noqa: S608 - our own
        return {column[0] for column in cursor.description}


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
