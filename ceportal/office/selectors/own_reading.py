"""The independent checker: rows read by plain SQL, summed, dated and hashed here (reliability R9).

Nothing of the rooms is asked, neither models nor selectors nor rules: an error there must show here. Each reader takes
a chunk of rows after a number and gives what it found wrong and where the next one begins (None: that was all).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from ceportal.kernel.shelves.kinds import Shelf, ShelfAway, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.rules.checking import Finding, line_of, seal_digest, sheet_text_digest, utc_text

ROWS, FILES, SEALS = 1000, 50, 20


@dataclass(frozen=True)
class Chunk:
    """What a reader has read: how many rows, what is wrong, and the last number (None when nothing is left)."""

    read: int
    findings: list[Finding]
    last: int | None


Reader = Callable[[int], Chunk]


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _chunk(rows: list[tuple[Any, ...]], most: int, findings: Iterable[Finding]) -> Chunk:
    return Chunk(len(rows), list(findings), rows[-1][0] if len(rows) == most else None)


def _found(kind: str, ref: Any) -> Finding:
    return Finding(kind, str(ref).replace("-", ""))


def _sums(people: Iterable[int]) -> dict[tuple[int, int], dict[str, Decimal]]:
    """Hours by person and year, then by subject, added one by one."""
    marks = sorted(set(people)) or [0]
    found: dict[tuple[int, int], dict[str, Decimal]] = {}
    places = ", ".join(["%s"] * len(marks))
    sql = f"SELECT professional_id, year, subject, hours FROM credits_hourentry WHERE professional_id IN ({places})"  # noqa: S608
    for person, year, subject, hours in _rows(sql, *marks):
        of_year = found.setdefault((person, year), {})
        of_year[subject] = of_year.get(subject, Decimal(0)) + Decimal(str(hours))
    return found


def read_accounts(after: int) -> Chunk:
    """total: each subject of an account is the sum of its entries."""
    sql = (
        "SELECT id, ref, professional_id, year, public, professional_hours, elective"
        " FROM credits_yearaccount WHERE id > %s ORDER BY id LIMIT %s"
    )
    rows = _rows(sql, after, ROWS)
    sums = _sums(row[2] for row in rows)

    def wrong() -> Iterator[Finding]:
        for _, ref, person, year, *kept in rows:
            own = sums.get((person, year), {})
            if [Decimal(str(hours)) for hours in kept] != [
                own.get(subject, Decimal(0)) for subject in ("public", "professional", "elective")
            ]:
                yield _found("total", ref)

    return _chunk(rows, ROWS, wrong())


def read_declarations(after: int) -> Chunk:
    """state: what is approved was approved in its last round by somebody other than the declarant."""
    sql = (
        "SELECT d.id, d.ref, d.state, d.round, d.declarant_id FROM credits_declaration d"
        " WHERE d.id > %s AND d.state IN ('approved', 'reversed') ORDER BY d.id LIMIT %s"
    )
    rows = _rows(sql, after, ROWS)
    if not rows:
        return Chunk(0, [], None)
    said = _rows(
        "SELECT subject_id, round, by_id FROM reviews_decision WHERE move = 'approve' AND subject_id BETWEEN %s AND %s",
        rows[0][0],
        rows[-1][0],
    )
    approvals = {(subject, number, by) for subject, number, by in said}
    rounds = {(subject, number) for subject, number, _ in approvals}
    wrong = (
        _found("state", ref)
        for key, ref, _, number, declarant in rows
        if (key, number) not in rounds or (key, number, declarant) in approvals
    )
    return _chunk(rows, ROWS, wrong)


def read_claims(after: int) -> Chunk:
    """year: hours count in the year in which the training ended."""
    sql = "SELECT id, ref, year, ended_on FROM credits_claim WHERE id > %s ORDER BY id LIMIT %s"
    rows = _rows(sql, after, ROWS)
    return _chunk(rows, ROWS, (_found("year", row[1]) for row in rows if row[2] != _day(row[3]).year))


def read_certificates(after: int) -> Chunk:
    """certificate: what it says, and its sheet, are those the trail was told of when they were made, and what is in
    force stands on a year that is met and says its sum.

    A year that has just changed is the clock's to settle, and not looked at.
    """
    sql = (
        "SELECT c.id, c.ref, c.state, c.professional_id, c.year, c.account_version, c.snapshot, c.snapshot_digest,"
        " c.pdf_digest, a.is_met, a.version, w.id FROM certificates_certificate c"
        " LEFT JOIN credits_yearaccount a ON a.professional_id = c.professional_id AND a.year = c.year"
        " LEFT JOIN credits_changedaccount w ON w.account_id = a.id WHERE c.id > %s ORDER BY c.id LIMIT %s"
    )
    rows = _rows(sql, after, ROWS)
    sums, told = _sums(row[3] for row in rows), _told_of(rows)

    def wrong() -> Iterator[Finding]:
        for key, ref, state, person, year, seen, text, digest, pdf, is_met, version, waits in rows:
            snapshot = _read_json(text)
            own = sum(sums.get((person, year), {}).values(), Decimal(0))
            is_unearned = state == "issued" and not waits and not is_met
            says_other = state == "issued" and seen == version and Decimal(snapshot["hours"]["total"]) != own
            is_other = (sheet_text_digest(snapshot), pdf) != (digest, told.get((key, "issue"), ""))
            if is_other or digest != told.get((key, "promise")) or is_unearned or says_other:
                yield _found("certificate", ref)

    return _chunk(rows, ROWS, wrong())


def _told_of(rows: list[tuple[Any, ...]]) -> dict[tuple[int, str], str]:
    """Of certificates, the digest that the trail has of what each says (`promise`) and of its sheet (`issue`)."""
    events = _rows(
        "SELECT c.id, e.action, e.after FROM certificates_certificate c"
        " JOIN kernel_auditevent e ON e.subject_ref = c.ref"
        " AND e.action IN ('certificate.promise', 'certificate.issue') WHERE c.id BETWEEN %s AND %s",
        *(rows[0][0], rows[-1][0]) if rows else (0, 0),
    )
    found = {}
    for key, action, after in events:
        said = _read_json(after)
        found[key, action.removeprefix("certificate.")] = said.get("pdf") or said.get("snapshot_digest", "")
    return found


def _read_json(value: Any) -> Any:
    """SQLite gives it as text."""
    return json.loads(value) if isinstance(value, str) else value


def read_sheets(after: int) -> Chunk:
    """sheet: the PDF of every certificate that was published is there, byte for byte."""
    sql = (
        "SELECT id, ref, pdf_digest, pdf_size FROM certificates_certificate"
        " WHERE id > %s AND issued_at IS NOT NULL ORDER BY id LIMIT %s"
    )
    return _of_sheets("sheet", _rows(sql, after, FILES))


def read_letters(after: int) -> Chunk:
    """letter: the PDF of every letter that somebody fetched is there, byte for byte."""
    sql = "SELECT id, ref, pdf_digest FROM office_letter WHERE id > %s AND pdf_digest <> '' ORDER BY id LIMIT %s"
    return _of_sheets("letter", [(*row, None) for row in _rows(sql, after, FILES)])


def _of_sheets(kind: str, rows: list[Any]) -> Chunk:
    shelf = shelf_named("certificates")
    wrong = (row for row in rows if not _is_whole(shelf, f"{row[2][:2]}/{row[2]}.pdf", row[2], row[3]))
    return _chunk(rows, FILES, (_found(kind, row[1]) for row in wrong))


def read_files(after: int) -> Chunk:
    """file: the bytes that are shown of every stored file, unless a scanner has taken them."""
    sql = (
        "SELECT id, ref, shown_digest, shown_size FROM kernel_storedfile"
        " WHERE id > %s AND state <> 'infected' ORDER BY id LIMIT %s"
    )
    rows = _rows(sql, after, FILES)
    shelf = shelf_named("files")
    wrong = (row for row in rows if not _is_whole(shelf, f"{row[2][:2]}/{row[2]}", row[2], row[3]))
    return _chunk(rows, FILES, (_found("file", row[1]) for row in wrong))


def read_seals(after: int) -> Chunk:
    """chain: every seal follows the one before and covers the events it says, as they were."""
    rows = _rows(
        "SELECT number, first_id, last_id, count, sealed_at, previous_digest, digest"
        " FROM kernel_auditseal WHERE number > %s ORDER BY number LIMIT %s",
        after,
        SEALS,
    )
    before = dict(_rows("SELECT number, digest FROM kernel_auditseal WHERE number = %s", after))

    def wrong() -> Iterator[Finding]:
        number, digest = after, before.get(after, "")
        for row in rows:
            lines = list(_lines(row[1], row[2]))
            moment = _moment(row[4]).astimezone(UTC).isoformat(timespec="microseconds")
            own = seal_digest(row[5], [*row[:4], moment], lines)
            if (row[0], row[5], row[3], row[6]) != (number + 1, digest, len(lines), own):
                yield Finding("chain", str(row[0]))
            number, digest = row[0], row[6]

    return _chunk(rows, SEALS, wrong())


def _lines(first: int, last: int) -> Iterator[str]:
    is_spaced = connection.vendor == "postgresql"
    names = "id, ref, at, actor_id, actor_label, actor_digest, address, request_id, action, subject_kind, subject_ref"
    at, texts = ("at", "::text") if is_spaced else ("CAST(at AS text)", "")
    sql = (
        f"SELECT {names.replace(' at,', f' {at},')}, before{texts}, after{texts}, role"  # noqa: S608
        " FROM kernel_auditevent WHERE id BETWEEN %s AND %s ORDER BY id"
    )
    for key, ref, moment, actor, label, digest, *rest in _rows(sql, first, last):
        *told, role = [str(value) for value in rest]
        when = utc_text(moment) if isinstance(moment, datetime) else moment
        values = [key, str(ref), when, actor, digest or label, *told, *([role] if role else [])]
        yield line_of(values, is_spaced=is_spaced)


def _is_whole(shelf: Shelf, key: str, digest: str, size: int | None) -> bool:
    """A size of None was never written down.

    A store that is away tells nothing of what it holds: the round is broken off, and begun again.
    """
    try:
        data = read(shelf, key)
    except ShelfAway:
        raise
    except OSError:
        return False
    return size in {None, len(data)} and hashlib.sha256(data).hexdigest() == digest


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    """SQLite keeps a moment in UTC without saying so."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


READERS: Mapping[str, Reader] = {
    "total": read_accounts,
    "state": read_declarations,
    "year": read_claims,
    "certificate": read_certificates,
    "sheet": read_sheets,
    "file": read_files,
    "chain": read_seals,
    "letter": read_letters,
}
