"""Hours of many records at once, through whatever door: one transaction, a handful of statements, each training once.

`credit_records` is for records that name a person by number and name (platforms, rosters). `settle` and `enter` are the
two halves it shares with matching and corrections: first every claim gets its state, then the live ones their hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.fields import id_index, id_index_columns, many_id_indexes
from accounts.selectors.learners import Learner, learners
from ceportal.kernel.fields import seal
from ceportal.kernel.rules.refs import new_refs
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.rules.text import person_name
from credits.enums import ClaimState, Outcome
from credits.models import Claim, ClaimSession, UnmatchedPerson
from credits.rules.crediting import shares
from credits.rules.records import Record, digest_of
from credits.rules.requirements import Standing
from credits.selectors.bench import Bench
from credits.selectors.crediting import is_same, known_claims
from credits.selectors.regulation import rule_book
from credits.services.account_sets import Account, Place, change_accounts
from credits.services.claim_sets import (
    NewClaim,
    NewEntry,
    name_twins,
    new_claim,
    put_claims,
    put_entries,
)
from credits.services.weighing import Candidate, Speaker, remember_rush, settle

KEPT_FOR = timedelta(days=90)
_UNMATCHED = "credits_unmatchedperson"


@dataclass(slots=True)
class Settled:
    """What became of one record, and why; the key of the `claim` that stands for it, the `entry` if it counts."""

    external_id: str
    outcome: Outcome
    year: int
    claim: int | None = None
    entry: str | None = None
    reasons: list[Refusal] = field(default_factory=list)
    known_digest: str = ""
    digest: str = ""


@transaction.atomic
def credit_records(records: Sequence[Record], *, speaker: Speaker, now: datetime, reason: str = "") -> list[Settled]:
    """What becomes of each record, in order. External ids are unique within `records`; every record is well-formed.

    Known ones are told apart by their content. New ones are credited, held with reasons, kept for somebody not yet
    registered, or found to be counted already through another door. `reason` stands in the entries where they are more
    than reported.
    """
    if not records:
        return []
    digests = {record.external_id: digest_of(record) for record in records}
    known = known_claims(speaker.source, list(digests))
    new = [record for record in records if record.external_id not in known]
    bench = Bench(rule_book(), now)
    candidates = _candidates(new, digests, speaker, now)
    accounts = settle(candidates, speaker=speaker, bench=bench)
    mine = save_new(candidates, now)
    if len(mine) < len(candidates):  # somebody else has sent the same while we waited for the accounts
        lost = {each.claim.external_id for each in candidates} - {each.claim.external_id for each in mine}
        known |= known_claims(speaker.source, lost)
    _name_twins(candidates, mine)
    entries = enter(mine, accounts, label=speaker.label, bench=bench, reason=reason)
    remember_rush([each.claim for each in mine], speaker, now=now)
    _fill_tombstones(records, known, digests)
    told = {candidate.claim.external_id: _told(candidate, entries) for candidate in mine}
    for record in records:
        if claims := known.get(record.external_id):
            told[record.external_id] = _told_known(claims, record)
    if len(told) < len(records):
        raise MovedOn([Refusal("account_moved", "这些人员的学时刚刚有变动，请重新提交一次。")])
    return [told[record.external_id] for record in records]


def enter(
    candidates: Iterable[Candidate],
    accounts: Mapping[Place, Account],
    *,
    label: str,
    bench: Bench,
    reason: str = "",
) -> dict[int, str]:
    """The hours of those claims (saved by now) that live: an entry each, and their accounts. Its `ref` by its claim.

    `label` names who caused it, `reason` why where it is not simply reported.
    """
    live = [candidate for candidate in candidates if candidate.claim.state == ClaimState.LIVE]
    if not live:
        return {}
    refs = new_refs(len(live))
    entries = [_entry(each, accounts[each.place], ref) for each, ref in zip(live, refs, strict=True)]
    put_entries(entries, reason=reason or f"{label}报送", label=label, now=bench.now)
    parts: dict[Place, Standing] = {}
    for candidate in live:
        claim, place = candidate.claim, candidate.place
        part = shares(claim.subject, claim.public_kind, claim.hours)
        parts[place] = parts[place].plus(part) if place in parts else part
    change_accounts(accounts, parts, bench)
    return {entry.claim_id: entry.ref for entry in entries}


def _candidates(
    records: Sequence[Record], digests: Mapping[str, str], speaker: Speaker, now: datetime
) -> list[Candidate]:
    people = find_people((record.id_number, record.name) for record in records)
    source, door = speaker.source, speaker.door.value
    candidates = []
    for record in records:
        person = people.get((record.id_number, person_name(record.name)))
        claim = new_claim(record, digests[record.external_id], source=source, door=door, person=person, now=now)
        candidates.append(Candidate(claim, person, record, record.sessions))
    return candidates


def find_people(named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Learner]:
    """Who is registered and approved with both: the number, and the name as it is kept (reliability T10)."""
    asked = many_id_indexes(number for number, _ in named)
    if not asked:
        return {}
    found = learners(asked)
    return {(number, person.name): person for person in found for number in asked[person.id_index]}


def save_new(candidates: Sequence[Candidate], now: datetime) -> list[Candidate]:
    """Those of settled candidates whose claim now stands by our hand, with its key; the rest came second."""
    if not candidates:
        return []
    put_claims([candidate.claim for candidate in candidates if isinstance(candidate.claim, NewClaim)], now)
    mine = [candidate for candidate in candidates if candidate.claim.pk]
    ClaimSession.objects.bulk_create(
        ClaimSession(claim_id=each.claim.pk, professional_id=each.claim.professional_id, started_at=start, ended_at=end)
        for each in mine
        for start, end in each.sessions
    )
    _keep_unmatched(mine, now)
    return mine


def _name_twins(candidates: Sequence[Candidate], mine: Iterable[Candidate]) -> None:
    """A duplicate of a neighbour in the same set: that one has its key only now."""
    named = {each.claim.pk: candidates[-1 - each.twin_number].claim.pk for each in mine if each.twin_number < 0}
    if named:
        name_twins(named)


def _keep_unmatched(candidates: Iterable[Candidate], now: datetime) -> None:
    UnmatchedPerson.objects.bulk_create(
        unmatched_person(candidate.claim.pk, candidate.record, now)
        for candidate in candidates
        if candidate.record and candidate.claim.state == ClaimState.UNMATCHED
    )


def unmatched_person(claim: int, record: Record, now: datetime) -> UnmatchedPerson:
    found_by = id_index_columns(record.id_number)
    row = UnmatchedPerson(claim_id=claim, name=person_name(record.name), keep_until=now + KEPT_FOR, **found_by)
    row.id_sealed = seal(record.id_number, table=_UNMATCHED, column="id", ref=row.ref)
    return row


def _entry(candidate: Candidate, account: Account, ref: str) -> NewEntry:
    return NewEntry(ref, candidate.claim.pk, account.organization_id, account.professional.area_id)


def _fill_tombstones(records: Sequence[Record], known: Mapping[str, list[Claim]], digests: Mapping[str, str]) -> None:
    """What was withdrawn or corrected before it came, and comes now: its content is kept beside its end."""
    filled = []
    for record in records:
        first = known.get(record.external_id, [None])[0]
        if first is not None and first.state == ClaimState.TOMBSTONE and not first.content_digest:
            first.content_digest = digests[record.external_id]
            first.year, first.started_on, first.ended_on = record.ended_on.year, record.started_on, record.ended_on
            first.title, first.hours = record.title, record.hours
            first.subject, first.public_kind = record.subject, record.public_kind
            filled.append(first)
    if filled:
        columns = ["content_digest", "year", "started_on", "ended_on", "title", "hours", "subject", "public_kind"]
        Claim.objects.bulk_update(sorted(filled, key=lambda claim: claim.external_id), columns)


_OUTCOMES: dict[str, Outcome] = {
    ClaimState.LIVE: Outcome.ACCEPTED,
    ClaimState.HELD: Outcome.HELD,
    ClaimState.UNMATCHED: Outcome.UNMATCHED_PERSON,
    ClaimState.DUPLICATE: Outcome.DUPLICATE,
}


def _told(candidate: Candidate, entries: Mapping[int, str]) -> Settled:
    claim = candidate.claim
    return Settled(
        claim.external_id,
        _OUTCOMES[claim.state],
        claim.year,
        claim=claim.pk,
        entry=entries.get(claim.pk),
        reasons=candidate.reasons,
        digest=claim.content_digest,
    )


def _told_known(claims: list[Claim], record: Record) -> Settled:
    """A repeat: the same content as any revision had is a duplicate, other content a conflict."""
    claim = claims[-1]
    if not any(is_same(each, record) for each in claims):
        told = Settled(claim.external_id, Outcome.CONFLICT, claim.year, claim=claim.pk, digest=digest_of(record))
        told.known_digest = claim.content_digest
        if told.digest == told.known_digest:
            told.digest = digest_of(record, person=id_index(record.id_number))
        return told
    entry: Any = next((str(each.ref) for each in claim.entries.all()), None) if claim.state == ClaimState.LIVE else None
    reason = Refusal("already_known", f"这条记录已登记，现为“{ClaimState(claim.state).label}”。")
    return Settled(claim.external_id, Outcome.DUPLICATE, claim.year, claim=claim.pk, entry=entry, reasons=[reason])
