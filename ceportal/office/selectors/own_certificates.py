"""The independent checker's reading of certificates: what they say against the trail, and what they stand on."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ceportal.office.rules.checking import Finding, sheet_text_digest
from ceportal.office.selectors.own_reading import ROWS, ZERO, Chunk, chunk_of, found, marks, rows_of, sums_of


def read_certificates(after: int) -> Chunk:
    """certificate: what it says, and its sheet, are those the trail was told of when they were made, its total is that
    of its items; and what is in force stands on a year that is met, and on items that still count, entered as they are
    printed.

    Hours learnt later leave it as it is. Not looked at is what the clock has yet to settle: a year that has just
    changed, items that are held, an account whose hours are being brought over to another.
    """
    sql = (
        "SELECT c.id, c.ref, c.state, c.professional_id, c.year, c.snapshot, c.snapshot_digest, c.pdf_digest,"
        " a.is_met, w.id, p.merged_into_id FROM certificates_certificate c"
        " JOIN accounts_professional p ON p.id = c.professional_id"
        " LEFT JOIN credits_yearaccount a ON a.professional_id = c.professional_id AND a.year = c.year"
        " LEFT JOIN credits_changedaccount w ON w.account_id = a.id WHERE c.id > %s ORDER BY c.id LIMIT %s"
    )
    rows = rows_of(sql, after, ROWS)
    told, stands = _told_of(rows), _Standing(rows)

    def wrong() -> Iterator[Finding]:
        for key, ref, state, person, year, text, digest, pdf, is_met, waits, merged_into in rows:
            said = _read_json(text)
            is_other = (sheet_text_digest(said), pdf) != (digest, told.get((key, "issue"), ""))
            is_settled = state == "issued" and not waits and not (merged_into and stands.counts(person, year))
            has_ground = not is_settled or stands.on(person, year, said["items"], is_met=bool(is_met))
            if is_other or digest != told.get((key, "promise")) or not _adds_up(said) or not has_ground:
                yield found("certificate", ref)

    return chunk_of(rows, ROWS, wrong())


def _adds_up(said: Mapping[str, Any]) -> bool:
    return sum((Decimal(item["hours"]) for item in said["items"]), ZERO) == Decimal(said["hours"]["total"])


class _Standing:
    """What the certificates among `rows` stand on."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        people = sorted({row[3] for row in rows})
        self._sums = sums_of(people)
        # By person and name: a claim's state, and the sum of its entries.
        self._claims: dict[tuple[int, str], tuple[str, Decimal]] = {}
        self._archived: set[tuple[int, int]] = set()
        sql = (
            "SELECT c.professional_id, c.ref, c.state, SUM(e.hours), c.year, c.source FROM credits_claim c"  # noqa: S608
            f" LEFT JOIN credits_hourentry e ON e.claim_id = c.id WHERE c.professional_id IN ({marks(people)})"
            " GROUP BY c.id, c.professional_id, c.ref, c.state, c.year, c.source"
        )
        for person, ref, state, hours, year, source in rows_of(sql, *(people or [0])):
            self._claims[person, _plain(ref)] = state, Decimal(str(hours or 0))
            if source == "platform:archive":
                self._archived.add((person, year))

    def counts(self, person: int, year: int) -> bool:
        """Whether anything counts, or may count, in that year."""
        sums = self._sums[person, year]
        return bool(sums.total or sums.held)

    def on(self, person: int, year: int, items: list[Mapping[str, str]], *, is_met: bool) -> bool:
        """Whether the year is met, and each of `items` is entered as it is printed. True while one is held."""
        claims = [self._claims.get((person, _plain(item["ref"]))) for item in items]
        if any(claim and claim[0] == "held" for claim in claims):
            return True
        is_archived = (person, year) in self._archived
        return is_met and all(
            is_archived if claim is None else claim == ("live", Decimal(item["hours"]))
            for item, claim in zip(items, claims, strict=True)
        )


def _told_of(rows: list[tuple[Any, ...]]) -> dict[tuple[int, str], str]:
    """Of certificates, the digest that the trail has of what each says (`promise`) and of its sheet (`issue`)."""
    events = rows_of(
        "SELECT c.id, e.action, e.after FROM certificates_certificate c"
        " JOIN kernel_auditevent e ON e.subject_ref = c.ref"
        " AND e.action IN ('certificate.promise', 'certificate.issue') WHERE c.id BETWEEN %s AND %s",
        *(rows[0][0], rows[-1][0]) if rows else (0, 0),
    )
    told = {}
    for key, action, after in events:
        said = _read_json(after)
        told[key, action.removeprefix("certificate.")] = said.get("pdf") or said.get("snapshot_digest", "")
    return told


def _read_json(value: Any) -> Any:
    """SQLite gives it as text."""
    return json.loads(value) if isinstance(value, str) else value


def _plain(ref: Any) -> str:
    """SQLite keeps a name as 32 hex digits."""
    return str(ref).replace("-", "")
