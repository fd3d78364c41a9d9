"""Hours set aside, counted after all, or refused: a set of claims in one transaction (T9; design: api, `held`).

Accounts are locked first, then claims, as everywhere in the ledger. What counted before it was held carries a HOLD
entry and gets a RELEASE; what was held when it came gets its first CREDIT. One trail event a set, with its digest.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from accounts.enums import NoticeEvent
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import CLOCK_LABEL, Actor, Subject, record
from credits.enums import ClaimState, Door, EntryKind
from credits.models import Claim, HourEntry, UnmatchedPerson, YearAccount
from credits.rules.crediting import shares
from credits.rules.holding import reasons_not_to_rule
from credits.rules.plausibility import Known
from credits.rules.plausibility import Standing as Training
from credits.rules.requirements import Standing
from credits.selectors.bench import Bench
from credits.selectors.crediting import what_counts
from credits.selectors.regulation import rule_book
from credits.services.account_sets import Account, Place, change_accounts, lock_accounts

_KEPT_FOR = timedelta(days=90)
_LIMIT = 300
_HOURS_PAGE = "/hours/"
_INSTEAD = "同一次学习由别的渠道报送的记录经核实不予计入，改按审核通过的申报计入"
_BESIDE = {
    "code": "twin_refused",
    "message": "同一次学习由别的渠道报送的记录经核实不予计入，请核实本记录是否计入",
    "clause": "A13",
}


@dataclass(frozen=True)
class Word:
    """Why, by whom and when. `about` is what the trail's event stands at: a claim, a job."""

    reason: str
    by: Actor | None
    now: datetime
    about: Subject

    @property
    def label(self) -> str:
        return self.by.label if self.by else CLOCK_LABEL


@dataclass
class LockedClaims:
    """Claims of one state, locked after the accounts they may change."""

    claims: list[Claim]
    accounts: dict[Place, Account]
    bench: Bench


@transaction.atomic
def hold_claims(keys: Collection[int], word: Word, *, code: str, mark: str = "") -> int:
    """Take these out of the count until a bureau has looked: those that count, those that wait for their person, and
    those held already, which then wait for this too. `code` and `mark` are kept as the reason. How many.
    """
    refuse_if_any(reasons_not_to_rule(word.reason))
    states = (ClaimState.LIVE, ClaimState.UNMATCHED, ClaimState.HELD)
    found = lock_claims(keys, states, word.now)
    why = {"code": code, "message": word.reason, "clause": "", **({"mark": mark} if mark else {})}
    live = [claim for claim in found.claims if claim.state == ClaimState.LIVE]
    entries = [entry_of(claim, found, EntryKind.HOLD, -claim.hours, word) for claim in live]
    _hold_for(found.claims, why)
    _enter(found, entries, {_place(claim): claim for claim in live}.keys())
    leave_trail_of("claim.hold", found.claims, word)
    return len(found.claims)


@transaction.atomic
def release_claims(keys: Collection[int], word: Word) -> int:
    """Count what is held among these, whatever it was doubted for. What counts through another door by now stands
    beside that one; what has no person yet waits for them again. How many moved on.
    """
    refuse_if_any(reasons_not_to_rule(word.reason))
    found = lock_claims(keys, (ClaimState.HELD,), word.now)
    held_before = with_entries(found.claims)
    known = what_counts([claim for claim in found.claims if claim.professional_id], [])
    entries = []
    for claim in found.claims:
        claim.state_reason = word.reason[:_LIMIT]
        if claim.professional_id is None:
            claim.state = ClaimState.UNMATCHED
            continue
        twin = counted_already(claim, known)
        claim.reasons = []
        if twin:
            claim.state, claim.twin_id = ClaimState.DUPLICATE, twin.number
            entries += _ended(claim, found, held_before, word)
            continue
        claim.state = ClaimState.LIVE
        known[claim.professional_id].add(training_of(claim))
        kind = EntryKind.RELEASE if claim.pk in held_before else EntryKind.CREDIT
        entries.append(entry_of(claim, found, kind, claim.hours, word))
    _settle(found, entries, word, "claim.release")
    nameless = [claim.pk for claim in found.claims if claim.state == ClaimState.UNMATCHED]
    UnmatchedPerson.objects.filter(claim__in=nameless).update(keep_until=word.now + _KEPT_FOR)
    return len(found.claims)


@transaction.atomic
def refuse_claims(keys: Collection[int], word: Word) -> int:
    """End what is held among these: it never counts, and its people are told why. How many.

    What came by another door and stood beside one of them as the same training counts where reviewers approved it, and
    is held where nobody has looked at it yet.
    """
    refuse_if_any(reasons_not_to_rule(word.reason))
    found = lock_claims(keys, (ClaimState.HELD,), word.now)
    held_before = with_entries(found.claims)
    entries = []
    for claim in found.claims:
        claim.state, claim.state_reason = ClaimState.WITHDRAWN, f"核实后不予计入：{word.reason}"[:_LIMIT]
        entries += _ended(claim, found, held_before, word)
    _settle(found, entries, word, "claim.refuse")
    _look_beside(found, word)
    UnmatchedPerson.objects.filter(claim__in=found.claims).delete()
    _tell_of_refusals(found.claims, word)
    return len(found.claims)


def _look_beside(found: LockedClaims, word: Word) -> None:
    """What stood beside the refused ones: what reviewers approved counts now, the rest is held for somebody to look.

    Of the same person and year, so that their account is ours.
    """
    rows = Claim.objects.filter(twin__in=[claim.pk for claim in found.claims], state=ClaimState.DUPLICATE)
    rows = rows.select_related("professional__area", "professional__title_series")
    beside = list(rows.select_for_update(of=("self",)).order_by("source", "external_id", "revision"))
    approved = [claim for claim in beside if claim.declaration_id]
    known = what_counts(approved, [])
    entries, instead = [], replace(word, reason=_INSTEAD)
    for claim in beside:
        twin = counted_already(claim, known) if claim.declaration_id else None
        if twin:
            claim.twin_id = twin.number
        elif claim.declaration_id:
            claim.state, claim.twin = ClaimState.LIVE, None
            known[claim.professional_id or 0].add(training_of(claim))
            entries.append(entry_of(claim, found, EntryKind.CREDIT, claim.hours, instead))
        else:
            claim.state, claim.twin, claim.reasons = ClaimState.HELD, None, [_BESIDE]
    Claim.objects.bulk_update(beside, ["state", "twin", "reasons"])
    enter_all(found, entries)
    leave_trail_of("claim.hold", [claim for claim in beside if claim.state == ClaimState.HELD], word)
    leave_trail_of("claim.revive", [claim for claim in beside if claim.state == ClaimState.LIVE], instead)


def let_go(claim: Claim, word: Word) -> None:
    """Its source takes a held claim back: if it counted once, the account no longer shows it as held."""
    found = lock_claims([claim.pk], (ClaimState.HELD,), word.now)
    enter_all(found, [entry for each in found.claims for entry in _ended(each, found, with_entries([each]), word)])


def lock_claims(keys: Collection[int], states: Collection[ClaimState], now: datetime) -> LockedClaims:
    rows = Claim.objects.filter(pk__in=keys, state__in=states)
    rows = rows.select_related("professional__area", "professional__title_series")
    bench = Bench(rule_book(), now)
    accounts = lock_accounts({_place(claim): claim.professional for claim in rows if claim.professional}, bench)
    people = {claim.professional_id: claim.professional for claim in rows}
    in_order = Claim.objects.filter(pk__in=keys, state__in=states).order_by("source", "external_id", "revision")
    claims = list(in_order.select_for_update())
    if any(claim.professional_id and _place(claim) not in accounts for claim in claims):
        raise MovedOn([Refusal("moved_on", "这些学时刚刚有变动，请重试。")])
    for claim in claims:
        claim.professional = people.get(claim.professional_id)
    return LockedClaims(claims, accounts, bench)


def _hold_for(claims: Collection[Claim], why: dict[str, str]) -> None:
    """Most have no other reason: those alike are written by one statement."""
    alike: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        alike[repr(claim.reasons)].append(claim)
    for same in alike.values():
        reasons = [*same[0].reasons, why]
        Claim.objects.filter(pk__in=[claim.pk for claim in same]).update(state=ClaimState.HELD, reasons=reasons)
        for claim in same:
            claim.state, claim.reasons = ClaimState.HELD, reasons


def _place(claim: Claim) -> Place:
    return (claim.year, claim.professional_id or 0)


def with_entries(claims: Iterable[Claim]) -> set[int]:
    """Those that counted once."""
    return set(HourEntry.objects.filter(claim__in=[claim.pk for claim in claims]).values_list("claim_id", flat=True))


def counted_already(claim: Claim, known: Mapping[int, Known]) -> Training | None:
    """The same training of the same person, if it counts."""
    person = claim.professional_id or 0
    return known[person].twin(claim.activity_key, claim.course_key, claim.year)


def training_of(claim: Claim) -> Training:
    span = (claim.started_on, claim.ended_on)
    keys = (claim.activity_key, claim.course_key)
    return Training(claim.pk, claim.source, claim.door, claim.title, span, claim.hours, *keys)


def _ended(claim: Claim, found: LockedClaims, held_before: Collection[int], word: Word) -> list[HourEntry]:
    """What is held and will never count: released and reversed at once, so that nothing stands as held."""
    if claim.pk not in held_before or claim.professional_id is None:
        return []
    return [
        entry_of(claim, found, EntryKind.RELEASE, claim.hours, word),
        entry_of(claim, found, EntryKind.REVERSAL, -claim.hours, word),
    ]


def entry_of(claim: Claim, found: LockedClaims, kind: EntryKind, hours: Decimal, word: Word) -> HourEntry:
    account, person = found.accounts[_place(claim)], claim.professional
    return HourEntry(
        claim=claim,
        professional=person,
        year=claim.year,
        kind=kind,
        subject=claim.subject,
        public_kind=claim.public_kind,
        hours=hours,
        organization_id=account.organization_id,
        area_id=person.area_id if person else account.area_id,
        title=claim.title,
        reason=word.reason[:_LIMIT],
        by_label=word.label,
        recorded_at=word.now,
    )


def _settle(found: LockedClaims, entries: list[HourEntry], word: Word, action: str) -> None:
    Claim.objects.bulk_update(found.claims, ["state", "state_reason", "reasons", "twin"])
    enter_all(found, entries)
    leave_trail_of(action, found.claims, word)


def enter_all(found: LockedClaims, entries: list[HourEntry]) -> None:
    _enter(found, entries, {(entry.year, entry.professional_id) for entry in entries})


def _enter(found: LockedClaims, entries: list[HourEntry], places: Iterable[Place]) -> None:
    """The entries, and the accounts they change."""
    HourEntry.objects.bulk_create(entries)
    parts = {place: Standing() for place in places}
    held: dict[Place, Decimal] = defaultdict(Decimal)
    for entry in entries:
        place = (entry.year, entry.professional_id)
        parts[place] = parts[place].plus(shares(entry.subject, entry.public_kind, entry.hours))
        if entry.kind in {EntryKind.HOLD, EntryKind.RELEASE}:
            held[place] -= entry.hours
    if parts:
        change_accounts(found.accounts, parts, found.bench)
    alike: dict[Decimal, list[int]] = defaultdict(list)
    for place, hours in held.items():
        alike[hours].append(found.accounts[place].pk)
    for hours, keys in alike.items():
        YearAccount.objects.filter(pk__in=keys).update(held=F("held") + hours)


def leave_trail_of(action: str, claims: Collection[Claim], word: Word) -> None:
    refs = sorted(str(claim.ref) for claim in claims)
    if refs:
        after = {"claims": len(refs), "digest": hashlib.sha256("\n".join(refs).encode()).hexdigest()}
        record(action, word.about, by=word.by, now=word.now, after=after | {"reason": word.reason})


def _tell_of_refusals(claims: Iterable[Claim], word: Word) -> None:
    for claim in claims:
        if claim.professional is None:
            continue
        hours = f"{claim.hours.normalize():f}"
        text = f"{Door(claim.door).label}报送的“{claim.title}”{hours} 学时经核实不予计入：{word.reason}。"
        key, link = f"refused:{claim.ref}", f"{_HOURS_PAGE}?year={claim.year}"
        tell([claim.professional.user], NoticeEvent.HOURS_REVERSED, key=key, text=text, link=link, now=word.now)
