"""Hours of many records at once, through whatever door: one transaction, a handful of statements, each training once.

`credit_records` is for records that name a person by number and name (platforms, rosters). `settle` and `enter` are the
two halves it shares with matching and corrections: first every claim gets its state, then the live ones their hours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from accounts.fields import id_index, id_index_columns, many_id_indexes
from accounts.selectors.learners import Learner, asking_for_learners, learners
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
from credits.selectors.crediting import asking_for_known, is_same, known_claims
from credits.selectors.regulation import rule_book
from credits.services.account_sets import Account, Judged, Place, judged, lock_accounts, write_accounts
from credits.services.claim_sets import (
    NewClaim,
    NewEntry,
    name_twins,
    new_claim,
    putting_claims,
    putting_entries,
)
from credits.services.weighing import Candidate, Speaker, remember_rush, settle

KEPT_FOR = timedelta(days=90)
_UNMATCHED = "credits_unmatchedperson"
Told = TypeVar("Told")


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


def credit_records(records: Sequence[Record], *, speaker: Speaker, now: datetime, reason: str = "") -> list[Settled]:
    """What becomes of each record, in order. External ids are unique within `records`; every record is well-formed.

    Known ones are told apart by their content. New ones are credited, held with reasons, kept for somebody not yet
    registered, or found to be counted already through another door. `reason` stands in the entries where they are more
    than reported.
    """
    return credit_and_tell(records, _as_it_is, speaker=speaker, now=now, reason=reason)


@transaction.atomic
def credit_and_tell(
    records: Sequence[Record],
    tell: Callable[[list[Settled]], Told],
    *,
    speaker: Speaker,
    now: datetime,
    reason: str = "",
) -> Told:
    """The same; `tell` makes an answer of it while the last of it is written."""
    if not records:
        return tell([])
    with asking_for_known(speaker.source, [record.external_id for record in records]) as found:
        digests = {record.external_id: digest_of(record) for record in records}
        indexes = many_id_indexes(record.id_number for record in records)
    known = found()
    new = [record for record in records if record.external_id not in known]
    bench = Bench(rule_book(), now)
    candidates = _candidates(new, digests, indexes, speaker, now)
    accounts = settle(candidates, speaker=speaker, bench=bench)
    with saving_new(candidates, now) as mine:
        judgement = _judged(candidates, accounts, bench)
    if len(mine) < len(candidates):  # somebody else has sent the same while we waited for the accounts
        lost = {each.claim.external_id for each in candidates} - {each.claim.external_id for each in mine}
        known |= known_claims(speaker.source, lost)
        # Read anew, ours until the end; none is made now, after claims.
        ours = {each.place: each.person for each in mine if each.person and each.place in accounts}
        accounts = lock_accounts(ours, bench)
        judgement = _judged(mine, accounts, bench)
    _name_twins(candidates, mine)
    _fill_tombstones(records, known, digests)
    write_accounts(judgement, bench)
    with entering(mine, accounts, label=speaker.label, bench=bench, reason=reason) as entries:
        told = tell(_settled(records, known, mine, entries))
    remember_rush([each.claim for each in mine], speaker, now=now)
    return told


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
    mine = list(candidates)
    with entering(mine, accounts, label=label, bench=bench, reason=reason) as entries:
        judgement = _judged(mine, accounts, bench)
    write_accounts(judgement, bench)
    return entries


@contextmanager
def entering(
    candidates: Sequence[Candidate], accounts: Mapping[Place, Account], *, label: str, bench: Bench, reason: str
) -> Iterator[dict[int, str]]:
    """Write the entries of what lives beside the block; gives their names by claim."""
    live = [candidate for candidate in candidates if candidate.claim.state == ClaimState.LIVE]
    if not live:
        yield {}
        return
    refs = new_refs(len(live), bench.now)
    entries = [_entry(each, accounts[each.place], ref) for each, ref in zip(live, refs, strict=True)]
    with putting_entries(entries, reason=reason or f"{label}报送", label=label, now=bench.now):
        yield {entry.claim_id: entry.ref for entry in entries}


def _as_it_is(settled: list[Settled]) -> list[Settled]:
    return settled


def _judged(candidates: Iterable[Candidate], accounts: Mapping[Place, Account], bench: Bench) -> Judged:
    """The accounts with the hours of what lives."""
    parts: dict[Place, Standing] = {}
    for candidate in candidates:
        claim, place = candidate.claim, candidate.place
        if claim.state == ClaimState.LIVE:
            part = shares(claim.subject, claim.public_kind, claim.hours)
            parts[place] = parts[place].plus(part) if place in parts else part
    return judged(accounts, parts, bench)


def _settled(
    records: Sequence[Record],
    known: Mapping[str, list[Claim]],
    mine: Iterable[Candidate],
    entries: Mapping[int, str],
) -> list[Settled]:
    told = {candidate.claim.external_id: _told(candidate, entries) for candidate in mine}
    for record in records:
        if claims := known.get(record.external_id):
            told[record.external_id] = _told_known(claims, record)
    if len(told) < len(records):
        raise MovedOn([Refusal("account_moved", "这些人员的学时刚刚有变动，请重新提交一次。")])
    return [told[record.external_id] for record in records]


def _candidates(
    records: Sequence[Record],
    digests: Mapping[str, str],
    indexes: Mapping[str, set[str]],
    speaker: Speaker,
    now: datetime,
) -> list[Candidate]:
    source, door = speaker.source, speaker.door.value
    with asking_for_learners(indexes) as found:
        claims = [
            new_claim(record, digests[record.external_id], source=source, door=door, now=now) for record in records
        ]
    people = _by_number_and_name(found(), indexes)
    candidates = []
    for record, claim in zip(records, claims, strict=True):
        person = people.get((record.id_number, person_name(record.name)))
        claim.professional_id = person.pk if person else None
        candidates.append(Candidate(claim, person, record, record.sessions))
    return candidates


def find_people(named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Learner]:
    """Who is registered and approved with both: the number, and the name as it is kept (reliability T10)."""
    asked = many_id_indexes(number for number, _ in named)
    return _by_number_and_name(learners(asked), asked) if asked else {}


def _by_number_and_name(found: Iterable[Learner], asked: Mapping[str, set[str]]) -> dict[tuple[str, str], Learner]:
    return {(number, person.name): person for person in found for number in asked[person.id_index]}


def save_new(candidates: Sequence[Candidate], now: datetime) -> list[Candidate]:
    """Those of settled candidates whose claim now stands by our hand, with its key; the rest came second."""
    with saving_new(candidates, now) as mine:
        pass
    return mine


@contextmanager
def saving_new(candidates: Sequence[Candidate], now: datetime) -> Iterator[list[Candidate]]:
    """The same, written beside the block: what it gives is filled at its end."""
    mine: list[Candidate] = []
    if not candidates:
        yield mine
        return
    with putting_claims([each.claim for each in candidates if isinstance(each.claim, NewClaim)], now):
        yield mine
    mine += [candidate for candidate in candidates if candidate.claim.pk]
    ClaimSession.objects.bulk_create(
        ClaimSession(claim_id=each.claim.pk, professional_id=each.claim.professional_id, started_at=start, ended_at=end)
        for each in mine
        for start, end in each.sessions
    )
    _keep_unmatched(mine, now)


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
