"""Certificates of made-up people who met a year, with their messages, look-ups and reports; no sheet is drawn.

Some were superseded or revoked and have a second edition; a few cannot be made and lie with the dead letters.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.enums import NoticeEvent
from ceportal.kernel.models import MAX_ATTEMPTS
from ceportal.office.demo.province_people import Written
from ceportal.office.demo.province_reviewers import Reviewers
from ceportal.office.demo.province_writing import Told, stored, write
from certificates.enums import CertificateState, CheckRefusal, SuspicionFinding
from certificates.models import Certificate, RefusedCheck, Suspicion, VerificationCount
from certificates.rules.entitlement import plain
from certificates.rules.numbers import certificate_number
from certificates.rules.snapshots import SCHEMA, canonical
from certificates.services.contents import NAME, NO_AUTHORITY, line_of
from certificates.services.issuing import CERTIFICATES_PAGE, TOKEN_BYTES
from credits.rules.requirements import Requirements, Standing, thresholds

STATE = CertificateState
_CERTIFICATE = {
    "ref": "uuid",
    "claimed_until": "timestamptz",
    "attempts": "smallint",
    "last_error": "text",
    "professional_id": "bigint",
    "year": "smallint",
    "edition": "smallint",
    "number": "text",
    "token": "text",
    "state": "text",
    "account_version": "int",
    "snapshot": "json",
    "snapshot_digest": "text",
    "promised_at": "timestamptz",
    "issued_at": "timestamptz",
    "pdf_digest": "text",
    "pdf_size": "int",
    "signed_with": "text",
    "ended_at": "timestamptz",
    "ended_because": "text",
}
# The portal issued none before.
YEARS = 3
# Of so many met years: which ended and were made again, and which nobody can make.
_ENDED, _DEAD = {5: STATE.SUPERSEDED, 6: STATE.REVOKED}, 16_384
_ENDED_EACH, _REPORTED, _LOOKED_UP, _REFUSED = 64, 2_000, 16, 1_000
_SIGNED_WITH, _SIZE = hashlib.sha256("示例".encode()).hexdigest(), 70_000
_EDITION = 10_000_000


@dataclass(frozen=True, slots=True)
class Met:
    """A year somebody met: what was asked, what they had, and when; `items` are as sheets print them."""

    one: Written
    year: int
    count: int
    level: str
    asked: Requirements
    had: Standing
    at: datetime
    items: Sequence[Mapping[str, str]]


@dataclass
class Sheets:
    """What all sheets of a rule set share, worked out once."""

    now: datetime
    reviewers: Reviewers
    _lines: dict[tuple[str, str, int], list[dict[str, str]]] = field(default_factory=dict)

    @property
    def since(self) -> int:
        """The first year of which there are certificates."""
        return timezone.localdate(self.now).year - YEARS + 1

    def write(self, met: Sequence[Met], told: Told) -> None:
        rows: list[dict[str, Any]] = []
        for each in met:
            turn = (each.one.made_up.number + each.year) % _ENDED_EACH
            ends = _ENDED.get(turn)
            rows.append(self._row(each, 1, ends))
            if ends:
                rows.append(self._row(each, 2, None))
        write(Certificate, _CERTIFICATE, rows)
        known = {row["ref"]: row for row in rows}
        keys = {str(ref): key for ref, key in Certificate.objects.filter(ref__in=list(known)).values_list("ref", "pk")}
        self._succeed(rows, keys)
        for row in rows:
            _tell(row, told)
        self._look_up(rows, keys)
        self._report(rows, keys)

    def _row(self, met: Met, edition: int, ends: CertificateState | None) -> dict[str, Any]:
        one, number = met.one.made_up, met.one.made_up.number
        city = one.unit.area.codes[1]
        name = certificate_number(area_code=city, year=met.year, sequence=edition * _EDITION + number)
        token, at = secrets.token_urlsafe(TOKEN_BYTES), met.at + timedelta(hours=edition)
        is_dead = number % _DEAD == 0 and ends is None
        text = canonical(self._snapshot(met, name, edition, token, at))
        return {
            "ref": str(uuid4()), "claimed_until": None, "attempts": MAX_ATTEMPTS if is_dead else 0,
            "last_error": "示例：做不出来" if is_dead else "", "professional_id": met.one.person.pk, "year": met.year,
            "edition": edition, "number": name, "token": token,
            "state": (ends or (STATE.INTENDED if is_dead else STATE.ISSUED)).value, "account_version": met.count,
            "snapshot": text.decode(), "snapshot_digest": hashlib.sha256(text).hexdigest(),
            "promised_at": stored(at), "issued_at": None if is_dead else stored(at),
            "pdf_digest": "" if is_dead else hashlib.sha256(name.encode()).hexdigest(),
            "pdf_size": 0 if is_dead else _SIZE, "signed_with": "" if is_dead else _SIGNED_WITH,
            "ended_at": stored(at) if ends else None, "ended_because": "示例：学时有变动。" if ends else "",
            "met": met,
        }  # fmt: skip

    def _snapshot(self, met: Met, number: str, edition: int, token: str, at: datetime) -> dict[str, Any]:
        one, day = met.one.made_up, timezone.localdate(at)
        place = (met.asked.rule_set, met.level, met.count)
        if place not in self._lines:
            self._lines[place] = [line_of(line) for line in thresholds(met.asked, met.had)]
        return {
            "schema": SCHEMA, "number": number, "edition": edition, "licence_id": "", "year": met.year,
            "person": {"name": one.name, "id_mask": f"{one.id_number[:6]}********{one.id_number[-4:]}"},
            "employer": one.unit.name, "area": one.unit.area.name,
            "title": {"series": one.series.name, "level": met.level}, "name": NAME, "unit": met.asked.unit or "学时",
            "rule_set": {"code": met.asked.rule_set, "name": met.asked.name, "document": met.asked.document},
            "hours": {
                "total": plain(met.had.total), "public": plain(met.had.public),
                "professional": plain(met.had.professional),
            },
            "thresholds": self._lines[place], "items": met.items, "authority": NO_AUTHORITY, "is_sample": True,
            "supervised_by": "", "issued_on": day.isoformat(),
            "issued_on_text": f"{day.year}年{day.month}月{day.day}日", "verify_url": f"/v/{token}/",
            "lookup_url": "/verify/",
        }  # fmt: skip

    def _succeed(self, rows: Sequence[Mapping[str, Any]], keys: Mapping[str, int]) -> None:
        """The second edition leads to the first."""
        of = {(row["professional_id"], row["year"], row["edition"]): keys[row["ref"]] for row in rows}
        seconds = [
            Certificate(pk=key, supersedes_id=of[person, year, 1]) for (person, year, edition), key in of.items()
            if edition == 2
        ]  # fmt: skip
        Certificate.objects.bulk_update(seconds, ["supersedes"], batch_size=500)

    def _look_up(self, rows: Sequence[Mapping[str, Any]], keys: Mapping[str, int]) -> None:
        looked = [row for row in rows if row["issued_at"] and _number(row) % _LOOKED_UP == 1]
        VerificationCount.objects.bulk_create(
            VerificationCount(certificate_id=keys[row["ref"]], day=timezone.localdate(row["met"].at), times=3)
            for row in looked
        )
        today = timezone.localdate(self.now)
        refused = sorted({_number(row) for row in rows if _number(row) % _REFUSED == 0})
        RefusedCheck.objects.bulk_create(
            RefusedCheck(
                day=today - timedelta(days=number // _REFUSED % 180), why=CheckRefusal.NO_MATCH,
                address=f"2001:db8::{number:x}", times=1 + number // _REFUSED % 9,
            )
            for number in refused
        )  # fmt: skip

    def _report(self, rows: Sequence[Mapping[str, Any]], keys: Mapping[str, int]) -> None:
        """Half of what strangers do not believe still waits for a word of the bureau."""
        doubted = [row for row in rows if _number(row) % _REPORTED == 9 and row["issued_at"]]
        of_places = self.reviewers.of_places({row["met"].one.made_up.unit.area_id for row in doubted})
        Suspicion.objects.bulk_create(
            Suspicion(
                number=row["number"], certificate_id=keys[row["ref"]], area_id=_area(row), made_at=row["met"].at,
                says="示例：照片像是改过的。",
                **(_found(row, of_places[_area(row)].account) if row["year"] % 2 else {}),
            )
            for row in doubted
        )  # fmt: skip


def _tell(row: Mapping[str, Any], told: Told) -> None:
    kind, ref, at, number = Certificate._meta.label_lower, row["ref"], row["promised_at"], row["number"]
    after = {"number": number, "edition": row["edition"], "snapshot_digest": row["snapshot_digest"]}
    told.event("certificate.promise", kind, ref, at=at, after=after)
    if not row["issued_at"]:
        return
    after, before = {"number": number, "pdf": row["pdf_digest"]}, {"state": STATE.INTENDED.value}
    told.event("certificate.issue", kind, ref, at=at, before=before, after=after)
    text = f"您的 {row['year']} 年度继续教育证书已生成，编号 {number}。"
    told.notice(
        row["met"].one.account, NoticeEvent.CERTIFICATE_ISSUED, f"issued:{ref}", text, CERTIFICATES_PAGE, at=at,
        is_read=_number(row) % 2 > 0, is_dead=False,
    )  # fmt: skip


def _found(row: Mapping[str, Any], by: int) -> dict[str, Any]:
    at = row["met"].at + timedelta(days=1)
    return {"finding": SuspicionFinding.SOUND, "found_because": "示例：与登记一致。", "found_by_id": by, "found_at": at}


def _number(row: Mapping[str, Any]) -> int:
    return int(row["met"].one.made_up.number)


def _area(row: Mapping[str, Any]) -> str:
    return str(row["met"].one.made_up.unit.area_id)
