"""The trail as it is sealed and examined: each event as one line, in order, many a second."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum
from django.db.models.functions import TruncDate

from ceportal.kernel.models import AuditEvent, AuditSeal
from ceportal.kernel.rules.chaining import Event, Run, Verdict, examine, name_digest

_CHUNK = 5000
# Of the file of heads: the words of a line, and more bytes than a hundred lines have.
_PARTS, _TAIL = 3, 16 * 1024
_TABLE = AuditEvent._meta.db_table
_WHO = "CASE WHEN actor_digest = '' THEN actor_label ELSE actor_digest END"
_AT = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
_REST = "address, request_id, action, subject_kind, subject_ref"
_SQLITE = f"id, ref, at, actor_id, {_WHO}, {_REST}, before, after"
_POSTGRESQL = f"id, ref, {_AT}, actor_id, {_WHO}, {_REST}, before::text, after::text"


def _line(array: str, values: str) -> str:
    """Events from before roles were noted have none, and the line they were sealed by."""
    text = "::text" if array == "json_build_array" else ""
    return f"CASE WHEN role = '' THEN {array}({values}){text} ELSE {array}({values}, role){text} END"


# The line is a JSON array, so that no value can run into the next. Numbers and texts as the database keeps them: a
# trail that moves to another kind of database begins another chain.
_LINES = {
    "sqlite": (
        f"SELECT id, {_line('json_array', _SQLITE)}, CAST(at AS text), ref, actor_label, actor_digest FROM {_TABLE}"  # noqa: S608
    ),
    "postgresql": (
        f"SELECT id, {_line('json_build_array', _POSTGRESQL)}, {_AT}, replace(ref::text, '-', ''), actor_label,"  # noqa: S608
        f" actor_digest FROM {_TABLE}"
    ),
}


def events_after(last_id: int, up_to: int | None = None, *, most: int | None = None) -> Iterator[Event]:
    """The events with a number after `last_id` (not beyond `up_to`), in order, `most` of them."""
    sql, numbers = f"{_LINES[connection.vendor]} WHERE id > %s", [last_id]
    if up_to is not None:
        sql, numbers = f"{sql} AND id <= %s", [*numbers, up_to]
    sql += " ORDER BY id"
    if most is not None:
        sql, numbers = f"{sql} LIMIT %s", [*numbers, most]
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, numbers)
        while rows := cursor.fetchmany(_CHUNK):
            for key, line, at, ref, label, digest in rows:
                yield Event(key, line, at, not digest or not label or name_digest(ref, label) == digest)


def run_of(seal: AuditSeal) -> Run:
    return Run(
        seal.number, seal.first_id, seal.last_id, seal.count, seal.sealed_at, seal.previous_digest, seal.digest
    )  # fmt: skip


def last_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-number").first()


def heads_file() -> Path:
    """Where the heads are kept beside the database, one line a seal: number, digest, moment."""
    return Path(settings.DATA_DIR) / "audit" / "heads.txt"


def kept_heads() -> dict[int, str]:
    """Digests by the number of their seal. A line that was torn by a power cut is none."""
    return _heads_in(heads_file().read_bytes()) if heads_file().exists() else {}


def last_kept_head() -> int:
    """The number of the last seal in the file; 0 without one. Read from its end, however long it has become."""
    if not heads_file().exists():
        return 0
    with heads_file().open("rb") as kept:
        kept.seek(max(0, kept.seek(0, os.SEEK_END) - _TAIL))
        return max(_heads_in(kept.read()), default=0)


def _heads_in(lines: bytes) -> dict[int, str]:
    parts = (line.split() for line in lines.decode("ascii", "replace").splitlines())
    return {int(part[0]): part[1] for part in parts if len(part) == _PARTS and part[0].isdigit()}


def verify_trail(*, now: datetime, also: dict[int, str] | None = None) -> Verdict:
    """Every event against its seal, the seals against each other and against the heads kept elsewhere."""
    runs = (run_of(seal) for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=_CHUNK))
    return examine(events_after(0), runs, kept_heads() | (also or {}), now=now)


def daily_heads(*, today: date, days: int = 31) -> list[dict[str, object]]:
    """The last seal of each day with events, the newest first: day, number, digest, how many events, is_over."""
    rows = AuditSeal.objects.filter(sealed_at__date__gt=today - timedelta(days=days))
    by_day = (
        rows.annotate(day=TruncDate("sealed_at"))
        .values("day")
        .annotate(number=Max("number"), events=Sum("count"))
        .order_by("-day")
    )
    found = list(by_day)
    seals = AuditSeal.objects.in_bulk([row["number"] for row in found], field_name="number")
    return [row | {"seal": seals[row["number"]], "is_over": row["day"] < today} for row in found]
