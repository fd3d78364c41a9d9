"""The independent checker: rows read by plain SQL, summed, dated and hashed here (reliability R9).

Nothing of the rooms is asked, neither models nor selectors nor rules: an error there must show here. Each reader takes
a chunk of rows after a number and gives what it found wrong and where the next one begins (None: that was all).
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from os import SEEK_END
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from ceportal.kernel.shelves.kinds import Shelf, ShelfAway, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.rules.checking import Finding, line_of, seal_digest, utc_text

ROWS, FILES, SEALS = 1000, 50, 20
# Bytes of the file of heads that are read: some hundred and sixty lines.
TAIL = 16 * 1024
ZERO = Decimal(0)


@dataclass(frozen=True)
class Chunk:
    """What a reader has read: how many rows, what is wrong, and the last number (None when nothing is left)."""

    read: int
    findings: list[Finding]
    last: int | None


Reader = Callable[[int], Chunk]


def rows_of(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def marks(values: Collection[Any]) -> str:
    """The places of so many values in a statement; of none one, which is 0."""
    return ", ".join(["%s"] * (len(values) or 1))


def chunk_of(rows: list[tuple[Any, ...]], most: int, findings: Iterable[Finding]) -> Chunk:
    return Chunk(len(rows), list(findings), rows[-1][0] if len(rows) == most else None)


def found(kind: str, ref: Any) -> Finding:
    return Finding(kind, str(ref).replace("-", ""))


@dataclass
class Sums:
    """Hours of a person's year, added one by one. `compulsory` is a part of `public`; `held` counts for nothing yet."""

    public: Decimal = ZERO
    compulsory: Decimal = ZERO
    professional: Decimal = ZERO
    elective: Decimal = ZERO
    held: Decimal = ZERO

    def add(self, subject: str, public_kind: str, kind: str, hours: Decimal) -> None:
        self.public += hours if subject == "public" else ZERO
        self.compulsory += hours if (subject, public_kind) == ("public", "compulsory") else ZERO
        self.professional += hours if subject == "professional" else ZERO
        self.elective += hours if subject == "elective" else ZERO
        self.held -= hours if kind in {"hold", "release"} else ZERO

    @property
    def total(self) -> Decimal:
        return self.public + self.professional + self.elective


def sums_of(people: Iterable[int]) -> defaultdict[tuple[int, int], Sums]:
    """By person and year."""
    keys = sorted(set(people))
    added = defaultdict[tuple[int, int], Sums](Sums)
    columns = "professional_id, year, subject, public_kind, kind, hours"
    sql = f"SELECT {columns} FROM credits_hourentry WHERE professional_id IN ({marks(keys)})"  # noqa: S608
    for person, year, subject, public_kind, kind, hours in rows_of(sql, *(keys or [0])):
        added[person, year].add(subject, public_kind, kind, Decimal(str(hours)))
    return added


def read_accounts(after: int) -> Chunk:
    """total: each subject of an account, its compulsory part and what is held are the sums of its entries."""
    sql = (
        "SELECT id, ref, professional_id, year, public, public_compulsory, professional_hours, elective, held"
        " FROM credits_yearaccount WHERE id > %s ORDER BY id LIMIT %s"
    )
    rows = rows_of(sql, after, ROWS)
    sums = sums_of(row[2] for row in rows)
    wrong = (
        found("total", ref)
        for _, ref, person, year, *kept in rows
        if Sums(*(Decimal(str(hours)) for hours in kept)) != sums[person, year]
    )
    return chunk_of(rows, ROWS, wrong)


def read_entries(after: int) -> Chunk:
    """entry: each has an account of its year, and is of the person, year and subject of its claim."""
    sql = (
        "SELECT e.id, e.ref, a.id, e.professional_id, e.year, e.subject, e.public_kind,"
        " c.professional_id, c.year, c.subject, c.public_kind FROM credits_hourentry e"
        " LEFT JOIN credits_claim c ON c.id = e.claim_id"
        " LEFT JOIN credits_yearaccount a ON a.professional_id = e.professional_id AND a.year = e.year"
        " WHERE e.id > %s ORDER BY e.id LIMIT %s"
    )
    rows = rows_of(sql, after, ROWS)
    return chunk_of(rows, ROWS, (found("entry", row[1]) for row in rows if row[2] is None or row[3:7] != row[7:]))


def read_claims(after: int) -> Chunk:
    """claim: what counts has entries, whose sum it is; of anything else nothing is left."""
    sql = "SELECT id, ref, state, hours FROM credits_claim WHERE id > %s ORDER BY id LIMIT %s"
    rows = rows_of(sql, after, ROWS)
    if not rows:
        return Chunk(0, [], None)
    entries: dict[int, Decimal] = {}
    said = "SELECT claim_id, hours FROM credits_hourentry WHERE claim_id BETWEEN %s AND %s"
    for claim, hours in rows_of(said, rows[0][0], rows[-1][0]):
        entries[claim] = entries.get(claim, ZERO) + Decimal(str(hours))
    wrong = (
        found("claim", ref)
        for key, ref, state, hours in rows
        if entries.get(key, None if state == "live" else ZERO) != (Decimal(str(hours)) if state == "live" else ZERO)
    )
    return chunk_of(rows, ROWS, wrong)


def read_declarations(after: int) -> Chunk:
    """state: what is approved was approved in its last round by somebody other than the declarant; of an account that
    was merged, what came over was so there.
    """
    sql = (
        "SELECT d.id, d.ref, d.round, d.declarant_id, d.previous_id, d.professional_id FROM credits_declaration d"
        " WHERE d.id > %s AND d.state IN ('approved', 'reversed') ORDER BY d.id LIMIT %s"
    )
    rows = rows_of(sql, after, ROWS)
    wrong = _not_approved([(row[0], *row[2:]) for row in rows])
    return chunk_of(rows, ROWS, (found("state", row[1]) for row in rows if row[0] in wrong))


def _not_approved(rows: list[tuple[Any, ...]]) -> set[int]:
    """Of declarations by key, round, declarant, the one before and its person: those that nobody else approved, neither
    here nor before they came over.
    """
    if not rows:
        return set()
    approved = "SELECT subject_id, round, by_id FROM reviews_decision WHERE move = 'approve' AND subject_id IN "
    approvals = set(rows_of(f"{approved}({marks(rows)})", *(row[0] for row in rows)))
    rounds = {(subject, number) for subject, number, _ in approvals}
    left = {row[0]: row for row in rows if (row[0], row[1]) not in rounds}
    wrong = {key for key, number, declarant, *_ in rows if (key, number, declarant) in approvals}
    before = [row[3] for row in left.values() if row[3] is not None]
    came = rows_of(
        "SELECT d.id, d.round, d.declarant_id, d.previous_id, d.professional_id, p.merged_into_id"  # noqa: S608
        " FROM credits_declaration d JOIN accounts_professional p ON p.id = d.professional_id"
        f" WHERE p.merged_into_id IS NOT NULL AND d.id IN ({marks(before)})",
        *(before or [0]),
    )
    there = {row[0]: row for row in came}
    wrong_there = _not_approved([row[:5] for row in came])
    for key, number, _, previous, person in left.values():
        was = there.get(previous)
        if was is None or (was[1], was[5]) != (number, person) or previous in wrong_there:
            wrong.add(key)
    return wrong


def read_years(after: int) -> Chunk:
    """year: hours count in the year in which the training ended."""
    sql = "SELECT id, ref, year, ended_on FROM credits_claim WHERE id > %s ORDER BY id LIMIT %s"
    rows = rows_of(sql, after, ROWS)
    return chunk_of(rows, ROWS, (found("year", row[1]) for row in rows if row[2] != _day(row[3]).year))


def read_sheets(after: int) -> Chunk:
    """sheet: the PDF of every certificate that was published is there, byte for byte."""
    sql = (
        "SELECT id, ref, pdf_digest, pdf_size FROM certificates_certificate"
        " WHERE id > %s AND issued_at IS NOT NULL ORDER BY id LIMIT %s"
    )
    return _of_sheets("sheet", rows_of(sql, after, FILES))


def read_letters(after: int) -> Chunk:
    """letter: the PDF of every letter that somebody fetched is there, byte for byte."""
    sql = "SELECT id, ref, pdf_digest FROM office_letter WHERE id > %s AND pdf_digest <> '' ORDER BY id LIMIT %s"
    return _of_sheets("letter", [(*row, None) for row in rows_of(sql, after, FILES)])


def _of_sheets(kind: str, rows: list[Any]) -> Chunk:
    shelf = shelf_named("certificates")
    wrong = (row for row in rows if not _is_whole(shelf, f"{row[2][:2]}/{row[2]}.pdf", row[2], row[3]))
    return chunk_of(rows, FILES, (found(kind, row[1]) for row in wrong))


def read_files(after: int) -> Chunk:
    """file: the bytes that are shown of every stored file, unless a scanner has taken them."""
    sql = (
        "SELECT id, ref, shown_digest, shown_size FROM kernel_storedfile"
        " WHERE id > %s AND state <> 'infected' ORDER BY id LIMIT %s"
    )
    rows = rows_of(sql, after, FILES)
    shelf = shelf_named("files")
    wrong = (row for row in rows if not _is_whole(shelf, f"{row[2][:2]}/{row[2]}", row[2], row[3]))
    return chunk_of(rows, FILES, (found("file", row[1]) for row in wrong))


def read_seals(after: int) -> Chunk:
    """chain: every seal follows the one before and covers the events it says, as they were; the last ones are those
    whose digests were kept beside the database.
    """
    rows = rows_of(
        "SELECT number, first_id, last_id, count, sealed_at, previous_digest, digest"
        " FROM kernel_auditseal WHERE number > %s ORDER BY number LIMIT %s",
        after,
        SEALS,
    )
    before = dict(rows_of("SELECT number, digest FROM kernel_auditseal WHERE number = %s", after))

    def wrong() -> Iterator[Finding]:
        number, digest = after, before.get(after, "")
        for row in rows:
            lines = list(_lines(row[1], row[2]))
            moment = _moment(row[4]).astimezone(UTC).isoformat(timespec="microseconds")
            own = seal_digest(row[5], [*row[:4], moment], lines)
            if (row[0], row[5], row[3], row[6]) != (number + 1, digest, len(lines), own):
                yield Finding("chain", str(row[0]))
            number, digest = row[0], row[6]
        if len(rows) < SEALS:
            yield from (Finding("chain", str(number)) for number in _heads_that_differ())

    return chunk_of(rows, SEALS, wrong())


def _heads_that_differ() -> list[int]:
    """The last numbers in `audit/heads.txt` whose seal is missing or another one now; a torn line says nothing."""
    place = Path(settings.DATA_DIR) / "audit" / "heads.txt"
    if not place.exists():
        return []
    with place.open("rb") as kept:
        size = kept.seek(0, SEEK_END)
        kept.seek(max(0, size - TAIL))
        lines = kept.read().decode("ascii", "replace").splitlines()[1 if size > TAIL else 0 :]
    read_heads = [parts for line in lines if len(parts := line.split()) == 3 and parts[0].isdigit()]
    heads = {int(number): digest for number, digest, _ in read_heads}
    sql = "SELECT number, digest FROM kernel_auditseal WHERE number BETWEEN %s AND %s"
    seals = dict(rows_of(sql, min(heads, default=0), max(heads, default=0)))
    return [number for number, digest in heads.items() if seals.get(number) != digest]


def _lines(first: int, last: int) -> Iterator[str]:
    is_spaced = connection.vendor == "postgresql"
    names = "id, ref, at, actor_id, actor_label, actor_digest, address, request_id, action, subject_kind, subject_ref"
    at, texts = ("at", "::text") if is_spaced else ("CAST(at AS text)", "")
    sql = (
        f"SELECT {names.replace(' at,', f' {at},')}, before{texts}, after{texts}, role"  # noqa: S608
        " FROM kernel_auditevent WHERE id BETWEEN %s AND %s ORDER BY id"
    )
    for key, ref, moment, actor, label, digest, *rest in rows_of(sql, first, last):
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
