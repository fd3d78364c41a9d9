"""The ledger: hours enter and are taken back, and the account of the year follows in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.enums import Move, NoticeEvent
from accounts.models import Organization, Professional, User
from accounts.selectors.people import employer_of
from accounts.services.notices import tell
from ceportal.kernel.rules.citations import cited
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.returning import insert_unless_there, update_into
from ceportal.kernel.services.trail import CLOCK_LABEL, Actor, record
from credits.enums import ClaimState, DeclarationState, Door, EntryKind
from credits.models import Claim, Declaration, HourEntry, YearAccount
from credits.rules.activity_key import activity_key
from credits.rules.crediting import reasons_not_to_credit, shares
from credits.selectors.at_hand import at_hand
from credits.selectors.bench import Bench
from credits.selectors.grounds import ground_of, why_credited
from credits.selectors.regulation import rule_book
from credits.services.accounts import change_account, locked_account, look_again
from credits.services.steps import leave_step

HOURS_PAGE = "/hours/"
_REASON_LIMIT = 300


@dataclass(frozen=True)
class Training:
    """What a door hands in: who learned what, when, for how many hours. It counts in the year it ended (A7).

    `key` is its activity key where the door knows better than title and days; `organization` the employer of that
    time, where the door knows it (A23).
    """

    professional: Professional
    subject: str
    title: str
    started_on: date
    ended_on: date
    hours: Decimal
    public_kind: str = ""
    key: str = ""
    organization: Organization | None = None


@dataclass(frozen=True)
class Origin:
    """Through which door a claim comes: `source` names who speaks, `external_id` what they call it."""

    door: Door
    source: str
    external_id: str
    declaration: Declaration | None = None
    content_digest: str = ""


@dataclass(frozen=True)
class Place:
    """Where the hours of a declaration are entered: the account, locked, and the claim that holds their place there;
    or, where that was taken, the same training that counts already by another way, or neither when the declaration
    itself was entered before.
    """

    account: YearAccount
    bench: Bench
    claim: Claim | None = None
    twin: Claim | None = None


def place_in_ledger(declaration: Declaration, *, hours: Decimal, now: datetime, bench: Bench | None = None) -> Place:
    """Taken under the lock of the account, for what follows in this transaction. Raises `Refused` for what can never
    count. `bench` for who has read the rules already.
    """
    training, origin = _training(declaration, hours), _origin(declaration)
    _refuse_what_never_counts(training)
    bench, hand = bench or Bench(rule_book(), now), at_hand(declaration)
    if hand:
        bench.know(declaration.professional, employer=hand.employer, is_eased=hand.is_eased)
    account = locked_account(
        declaration.professional,
        training.ended_on.year,
        now=now,
        bench=bench,
        is_new=bool(hand and not hand.has_account),
    )
    key = activity_key(training.title, training.started_on, training.ended_on)
    claim = _claim(training, origin, key, now)
    if insert_unless_there(claim):
        return Place(account, bench, claim)
    known = _known(account, origin, key)
    own = [each for each in known if (each.source, each.external_id) == (origin.source, origin.external_id)]
    twins = [each for each in known if each not in own and each.declaration_id != declaration.pk]
    return Place(account, bench, twin=next(iter(twins), None))


@transaction.atomic
def credit_declaration(declaration: Declaration, *, hours: Decimal, by: User | None, now: datetime) -> HourEntry | None:
    """Enter the hours recognised for a declaration. Refused when it is counted already.

    None when the same training counts through another door: the claim then stands beside that one and adds nothing.
    """
    place = place_in_ledger(declaration, hours=hours, now=now)
    entry = enter_declaration(declaration, place, hours=hours, by=by, now=now)
    look_again(declaration.professional, place.account.year, now=now)
    return entry


def enter_declaration(
    declaration: Declaration, place: Place, *, hours: Decimal, by: User | None, now: datetime
) -> HourEntry | None:
    """As `credit_declaration`, for who has the place already; the account is looked at again by the clock."""
    training, origin = _training(declaration, hours), _origin(declaration)
    if place.twin:
        _stand_beside(place.twin, training, origin, by=by, now=now)
        return None
    if place.claim is None:
        key = activity_key(training.title, training.started_on, training.ended_on)
        raise _no_second_time(place.account, origin, key)
    why = (why_credited(declaration, hours), ground_of(declaration))
    return _credit(place.account, place.claim, training, why, place.bench, by=by, now=now, leaves_word=False)


def _origin(declaration: Declaration) -> Origin:
    return Origin(Door.DECLARATION, Door.DECLARATION.value, str(declaration.ref), declaration)


def _training(declaration: Declaration, hours: Decimal) -> Training:
    if declaration.started_on is None or declaration.ended_on is None:
        raise refuse("incomplete", "这项申报没有填写起止日期。", field="started_on")
    return Training(
        professional=declaration.professional,
        subject=declaration.subject,
        public_kind=declaration.public_kind,
        title=declaration.title,
        started_on=declaration.started_on,
        ended_on=declaration.ended_on,
        hours=hours,
        organization=declaration.organization,
    )


def _stand_beside(twin: Claim, training: Training, origin: Origin, *, by: User | None, now: datetime) -> None:
    """A claim that is right and adds nothing, since its training counts already (T6)."""
    key = activity_key(training.title, training.started_on, training.ended_on)
    claim = _claim(training, origin, key, now, state=ClaimState.DUPLICATE)
    claim.twin = twin
    claim.save(force_insert=True)
    record("claim.stand_beside", claim, by=by, now=now, after={"state": claim.state, "twin": str(twin.ref)})


@transaction.atomic
def credit_claim(
    training: Training,
    origin: Origin,
    *,
    reason: str = "",
    clause: str = "",
    by: User | None,
    now: datetime,
) -> HourEntry:
    """One live claim and its credit, once and for all: refused when the claim or the same training is there."""
    _refuse_what_never_counts(training)
    bench = Bench(rule_book(), now)
    account = locked_account(training.professional, training.ended_on.year, now=now, bench=bench)
    key = training.key or activity_key(training.title, training.started_on, training.ended_on)
    if _known(account, origin, key):
        raise _no_second_time(account, origin, key)
    claim = _claim(training, origin, key, now)
    claim.save(force_insert=True)
    return _credit(account, claim, training, (reason, clause), bench, by=by, now=now)


def _credit(
    account: YearAccount,
    claim: Claim,
    training: Training,
    why: tuple[str, str],
    bench: Bench,
    *,
    by: User | None,
    now: datetime,
    leaves_word: bool = True,
) -> HourEntry:
    """The entry of a claim just made, and the account with it. `why` is reason and clause."""
    employer = training.organization or employer_of(training.professional)
    entry = _enter(account.professional, claim, training.hours, employer, why, by=by, now=now)
    part = shares(claim.subject, claim.public_kind, entry.hours)
    change_account(account, part, now=now, bench=bench, leaves_word=leaves_word)
    record("claim.credit", claim, by=by, now=now, after=_facts(claim, entry))
    return entry


def _refuse_what_never_counts(training: Training) -> None:
    refuse_if_any(
        reasons_not_to_credit(
            hours=training.hours,
            subject=training.subject,
            public_kind=training.public_kind,
            started_on=training.started_on,
            ended_on=training.ended_on,
        )
    )


@transaction.atomic
def reverse_claim(
    claim: Claim,
    *,
    reason: str,
    clause: str = "",
    organization: Organization | None = None,
    by: Actor | None,
    now: datetime,
) -> HourEntry:
    """Take a live claim back whole, with a reason that the person is told. `organization` is the one that does it.

    Raises `Refused` without a reason, `MovedOn` when the claim is no longer live.
    """
    if not reason.strip():
        raise refuse("reason_missing", "请写明撤销的原因，当事人会看到。", field="reason")
    if claim.professional is None:
        raise refuse("nobody", "这条学时没有对应的人员，无法撤销。")
    account = locked_account(claim.professional, claim.year, now=now)
    _take_back(claim, reason)
    credited = claim.entries.select_related("organization").order_by("id").first()
    employer = credited.organization if credited else None
    entry = _enter(claim.professional, claim, -claim.hours, employer, (reason, clause), by=by, now=now)
    change_account(account, shares(claim.subject, claim.public_kind, entry.hours), now=now)
    _reverse_declaration(claim, reason, organization, by=by, now=now)
    record("claim.reverse", claim, by=by, now=now, before={"state": ClaimState.LIVE}, after=_facts(claim, entry))
    _tell_of_reversal(claim, claim.professional, reason, clause, now)
    return entry


@transaction.atomic
def stand_down(claim: Claim, *, reason: str, by: Actor | None, now: datetime) -> None:
    """Withdraw what never counted (held, or beside what does), and with it the declaration it came by."""
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.WITHDRAWN, state_reason=reason[:_REASON_LIMIT])
    claim.state = ClaimState.WITHDRAWN
    _reverse_declaration(claim, reason, None, by=by, now=now)


def credit_again(claim: Claim, to: Professional, changes: Mapping[str, Any], *, now: datetime) -> Claim:
    """The content of a withdrawn `claim` as another one, of `to`, whose account the caller holds. `changes` name it and
    say its state (counting, where they do not).
    """
    same = ("door", "activity_key", "course_key", "content_digest", "subject", "public_kind", "title", "started_on",
            "ended_on", "hours", "reasons", "year")  # fmt: skip
    content = {name: getattr(claim, name) for name in same}
    made = Claim.objects.create(
        **(content | {"professional": to, "made_at": now, "state": ClaimState.LIVE} | dict(changes))
    )
    if made.state == ClaimState.LIVE:
        first = claim.entries.select_related("organization").order_by("id").first()
        employer = first.organization if first else None
        entry = _enter(to, made, made.hours, employer, ("两个账号合并后转入", ""), by=None, now=now)
        account = locked_account(to, made.year, now=now)
        change_account(account, shares(made.subject, made.public_kind, entry.hours), now=now)
    return made


def _no_second_time(account: YearAccount, origin: Origin, key: str) -> Refused:
    """Why what is known already is not credited again."""
    known = _known(account, origin, key)
    if any((each.source, each.external_id) == (origin.source, origin.external_id) for each in known):
        return refuse("already_credited", "这条学时已经登记过，不会再次计入。", clause="A13")
    twin = known[0]
    door, day = Door(twin.door).label, timezone.localdate(twin.made_at)
    message = (
        f"“{twin.title}”（{twin.started_on} 至 {twin.ended_on}）已于 {day} 通过“{door}”计入 {_plain(twin.hours)} 学时，"
        "同一次学习只计一次。"
    )
    return refuse("already_counted", message, field="title", clause="A13")


def _known(account: YearAccount, origin: Origin, key: str) -> list[Claim]:
    """What was entered from there, and what counts in the account for the same training."""
    itself = Q(source=origin.source, external_id=origin.external_id)
    same = Q(professional_id=account.professional_id, year=account.year, activity_key=key, state=ClaimState.LIVE)
    return list(Claim.objects.filter(itself | same).order_by("pk"))


def _claim(training: Training, origin: Origin, key: str, now: datetime, state: ClaimState = ClaimState.LIVE) -> Claim:
    return Claim(
        door=origin.door,
        source=origin.source,
        external_id=origin.external_id,
        declaration=origin.declaration,
        content_digest=origin.content_digest,
        professional=training.professional,
        year=training.ended_on.year,
        activity_key=key,
        state=state,
        subject=training.subject,
        public_kind=training.public_kind,
        title=training.title,
        started_on=training.started_on,
        ended_on=training.ended_on,
        hours=training.hours,
        made_at=now,
    )


def _enter(
    person: Professional,
    claim: Claim,
    hours: Decimal,
    employer: Organization | None,
    why: tuple[str, str],
    *,
    by: Actor | None,
    now: datetime,
) -> HourEntry:
    """One entry of a claim: a credit when `hours` is positive, else a reversal. `why` is reason and clause."""
    reason, clause = why
    return HourEntry.objects.create(
        claim=claim,
        professional=person,
        year=claim.year,
        kind=EntryKind.CREDIT if hours > 0 else EntryKind.REVERSAL,
        subject=claim.subject,
        public_kind=claim.public_kind,
        hours=hours,
        organization=employer,
        area_id=person.area_id,
        title=claim.title,
        reason=reason[:_REASON_LIMIT],
        clause=clause,
        by_label=by.label if by else CLOCK_LABEL,
        recorded_at=now,
    )


def _take_back(claim: Claim, reason: str) -> None:
    """Move the claim from live to withdrawn, and this object with it."""
    rows = Claim.objects.filter(pk=claim.pk, state=ClaimState.LIVE)
    if not rows.update(state=ClaimState.WITHDRAWN, state_reason=reason[:_REASON_LIMIT]):
        state = ClaimState(Claim.objects.values_list("state", flat=True).get(pk=claim.pk))
        raise MovedOn([Refusal("not_live", f"这条学时现在是“{state.label}”，没有可以撤销的学时。")])
    claim.state, claim.state_reason = ClaimState.WITHDRAWN, reason[:_REASON_LIMIT]


def _reverse_declaration(
    claim: Claim, reason: str, organization: Organization | None, *, by: Actor | None, now: datetime
) -> None:
    """What came by a declaration: the declaration is reversed too, and its declarant can read the step."""
    declaration = claim.declaration
    if declaration is None:
        return
    was = DeclarationState.APPROVED
    rows = Declaration.objects.filter(pk=declaration.pk, state=was)
    changes = {"state": DeclarationState.REVERSED, "state_reason": reason[:_REASON_LIMIT], "changed_at": now}
    if update_into(declaration, rows, **changes):
        step = {"organization": organization, "hours": claim.hours, "reason": reason}
        leave_step(declaration, Move.REVERSE, by=by, now=now, was=was, **step)


def _tell_of_reversal(claim: Claim, to: Professional, reason: str, clause: str, now: datetime) -> None:
    ground = cited(clause, places=(to.area_id,), year=claim.year)
    basis = f"（{ground}）" if clause else ""
    text = f"“{claim.title}”的 {_plain(claim.hours)} 学时已被撤销：{reason}{basis}。如有疑问，请联系审核单位。"
    link = f"{HOURS_PAGE}?year={claim.year}"
    tell([to.user], NoticeEvent.HOURS_REVERSED, key=f"reversed:{claim.ref}", text=text, link=link, now=now)


def _facts(claim: Claim, entry: HourEntry) -> dict[str, Any]:
    return {"state": claim.state, "year": claim.year, "hours": str(entry.hours), "entry": str(entry.ref)}


def _plain(hours: Decimal) -> str:
    """8.0 as 8, 8.5 as it is."""
    return f"{hours.normalize():f}"
