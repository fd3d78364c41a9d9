"""What a source takes back or puts right: never an edit, a reversing entry and a new one (api.md; reliability X10).

A withdrawal is final, and whatever order create, correct and withdraw arrive in, they end in the same state: what comes
before its record leaves a TOMBSTONE in its place. A record in a filed month waits for the bureau.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import ApiClient, Organization, User
from accounts.selectors.duties import holders_of, in_charge
from accounts.selectors.learners import Person
from accounts.services.notices import tell
from ceportal.kernel.fields import seal, unseal
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record as leave_trail
from credits.enums import ClaimState, CorrectionAction, Door, Subject
from credits.models import Claim, Correction, UnmatchedPerson
from credits.rules.activity_key import activity_key
from credits.rules.records import Record, digest_of, read
from credits.rules.sandbox import FILED
from credits.selectors.bench import Bench
from credits.selectors.crediting import is_same
from credits.selectors.records import current_record, is_filed
from credits.selectors.regulation import rule_book
from credits.services.account_sets import Place, lock_accounts
from credits.services.claim_sets import NewClaim, new_claim
from credits.services.crediting import enter, find_people, save_new
from credits.services.holding import Word, let_go
from credits.services.ledger import reverse_claim
from credits.services.weighing import Candidate, Speaker, settle

JOB = "credits.finish_corrections"
A_ROUND = 500
_TABLE, _COLUMN = "credits_correction", "replacement"
# The bureau's desk for taking hours back.
_DESK = f"/{settings.ADMIN_PATH}reviews/creditedhours/?waiting=yes"
# What a platform reads of a replacement that it has itself overtaken.
_GIVEN_UP = "平台后来撤回了这条记录，这项更正不再办理。"
# Nothing of these counts: they end without a reversing entry.
_NOT_COUNTED = (ClaimState.HELD, ClaimState.UNMATCHED, ClaimState.DUPLICATE)


@dataclass(frozen=True)
class Corrected:
    """`claim` is the record as it now stands; `entry` its hours, `reversal` what was taken back."""

    claim: Claim | NewClaim
    is_pending: bool = False
    entry: str | None = None
    reversal: str | None = None


@transaction.atomic
def withdraw_record(record_id: str, *, reason: str, speaker: Speaker, now: datetime) -> Corrected:
    """Take a record back, for good. Unknown as yet: it will not count when it comes. Twice is once.

    A replacement that waits for the bureau, or for the clock since the bureau has reversed, is given up with it.
    """
    claim, was_known = _locked(record_id, speaker, now)
    waiting = _open_correction(claim)
    if is_given_up := waiting is not None and waiting.action == CorrectionAction.REPLACE:
        _give_up(waiting, speaker, now)
        waiting = None
    if claim.state in {ClaimState.WITHDRAWN, ClaimState.TOMBSTONE}:
        # What the bureau has reversed stays its word, which nobody's key can have undone.
        if is_given_up:
            return Corrected(claim)
        if not was_known or _was_another_keys_word(claim, speaker):
            _note(claim, CorrectionAction.WITHDRAW, reason, speaker, now)
        return Corrected(claim)
    if waiting:
        _take_over(waiting, speaker, now)
        return Corrected(claim, is_pending=True)
    if _stands_filed(claim):
        _note(claim, CorrectionAction.WITHDRAW, reason, speaker, now, is_done=False)
        return Corrected(claim, is_pending=True)
    reversal = _end(claim, reason, speaker, now)
    _note(claim, CorrectionAction.WITHDRAW, reason, speaker, now)
    return Corrected(claim, reversal=reversal)


@transaction.atomic
def replace_record(posted: Mapping[str, Any], *, reason: str, speaker: Speaker, now: datetime) -> Corrected:
    """Put a record right by the whole of its new content (well-formed). Refused for what was withdrawn.

    Unknown as yet, the new content counts; the old one will not when it comes.
    """
    new = read(posted)
    claim, was_known = _locked(new.external_id, speaker, now, new)
    waiting = _open_correction(claim)
    if waiting and _asks_the_same(waiting, new):
        return Corrected(claim, is_pending=True)
    if waiting and (claim.state == ClaimState.LIVE or waiting.action == CorrectionAction.REPLACE):
        raise refuse("reversal_pending", "这条记录已有一项更正在等待人社部门办理。")
    if was_known and claim.state in {ClaimState.WITHDRAWN, ClaimState.TOMBSTONE}:
        raise refuse("withdrawn", "这条记录已经撤回，不能再更正。请用新的 record_id 重新报送。")
    if is_same(claim, new):
        entry = claim.entries.order_by("id").first() if claim.state == ClaimState.LIVE else None
        return Corrected(claim, entry=str(entry.ref) if entry else None)
    if _stands_filed(claim):
        _note(claim, CorrectionAction.REPLACE, reason, speaker, now, posted=posted, is_done=False)
        return Corrected(claim, is_pending=True)
    reversal = _end(claim, reason, speaker, now) if was_known else None
    _note(claim, CorrectionAction.REPLACE, reason, speaker, now)
    return _count_anew(claim, new, reversal, speaker, now)


@transaction.atomic
def decline_correction(correction: Correction, *, reason: str, unit: Organization, by: User, now: datetime) -> None:
    """Leave the record as it is and answer its platform why (shown by `GET /api/v1/hours/{record_id}`), in the name of
    `unit`. It may ask anew. `MovedOn` when what was asked no longer waits, or is no longer what `correction` says.
    """
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=correction.claim_id)
    if claim.door != Door.PLATFORM:
        raise refuse("not_of_a_platform", "这项要求不是学习平台提出的，请与提出的单位联系。")
    as_seen = {"action": correction.action, "asked_at": correction.asked_at, "done_at__isnull": True}
    waiting = Correction.objects.filter(pk=correction.pk, **as_seen)
    answer = {"done_at": now, "declined_because": reason, "replacement_sealed": None}
    if claim.state != ClaimState.LIVE or not waiting.update(**answer):
        raise MovedOn([Refusal("moved_on", "这项要求刚刚有变动。请看上面现在的内容，再决定是否答复。")])
    after = {"action": correction.action, "correction": str(correction.ref), "reason": reason, "unit": str(unit.ref)}
    leave_trail("claim.decline_correction", correction.claim, by=by, now=now, after=after)


def finish_corrections(*, now: datetime) -> int:
    """What waited for a bureau that has since reversed the record: done, and a replacement counts. How many."""
    reversed_since = Correction.objects.filter(done_at__isnull=True, claim__state=ClaimState.WITHDRAWN)
    rows = reversed_since.select_related("claim").order_by("pk")
    return one_by_one(JOB, rows, partial(_finish, now=now), now=now, limit=A_ROUND)


def _finish(correction: Correction, *, now: datetime) -> bool:
    if not Correction.objects.filter(pk=correction.pk, done_at__isnull=True).update(done_at=now):
        return False
    replacement = _replacement_of(correction)
    if replacement is None:
        return True
    claim = correction.claim
    door, ref = claim.source.split(":", 1)
    speaker = Speaker(Door(door), Organization.objects.get(ref=ref))
    _count_anew(claim, replacement, None, speaker, now)
    return True


def _locked(record_id: str, speaker: Speaker, now: datetime, new: Record | None = None) -> tuple[Claim, bool]:
    """The record as it stands, held until the transaction ends, after the accounts it may change; whether it was known.

    An unknown one gets a tombstone first: if the record itself is just being entered, one of the two finds the other.
    """
    known = current_record(speaker.source, record_id)
    if known is None:
        stone = _tombstone(record_id, speaker, now)
        Claim.objects.bulk_create([stone], ignore_conflicts=True)
        if own := Claim.objects.filter(ref=stone.ref).first():
            return own, False
        known = current_record(speaker.source, record_id)
    if known is None:
        raise MovedOn([Refusal("moved_on", "这条记录刚刚有变动，请重试。")])
    _lock_accounts(known, new, now)
    claim = Claim.objects.select_for_update(of=("self",)).select_related("professional__area").get(pk=known.pk)
    if (claim.professional_id, claim.state) != (known.professional_id, known.state):
        raise MovedOn([Refusal("moved_on", "这条记录刚刚有变动，请重试。")])
    return claim, True


def _lock_accounts(claim: Claim, new: Record | None, now: datetime) -> None:
    """Both the old account and the new one, in the ledger's order."""
    people: dict[Place, Person] = {}
    if claim.professional and claim.state in {ClaimState.LIVE, ClaimState.HELD}:
        people[claim.year, claim.professional.pk] = claim.professional
    for person in find_people([(new.id_number, new.name)] if new else []).values():
        people[new.ended_on.year if new else claim.year, person.pk] = person
    lock_accounts(people, Bench(rule_book(), now))


def _tombstone(record_id: str, speaker: Speaker, now: datetime) -> Claim:
    today = timezone.localdate(now)
    return Claim(
        door=speaker.door,
        source=speaker.source,
        external_id=record_id,
        year=today.year,
        activity_key=activity_key(record_id, today, today),
        state=ClaimState.TOMBSTONE,
        subject=Subject.PROFESSIONAL,
        started_on=today,
        ended_on=today,
        made_at=now,
    )


def _open_correction(claim: Claim) -> Correction | None:
    return claim.corrections.filter(done_at__isnull=True).first()


def _asks_the_same(waiting: Correction, new: Record) -> bool:
    """Whether what waits is a replacement by this very content."""
    replacement = _replacement_of(waiting)
    return replacement is not None and digest_of(replacement) == digest_of(new)


def _replacement_of(correction: Correction) -> Record | None:
    if correction.replacement_sealed is None:
        return None
    return read(json.loads(unseal(correction.replacement_sealed, table=_TABLE, column=_COLUMN, ref=correction.ref)))


def _was_another_keys_word(claim: Claim, speaker: Speaker) -> bool:
    """Whether another key took it back: that word may be undone, this one is to stand (decision 0065)."""
    last = claim.corrections.select_related("client").order_by("pk").last()
    return last is not None and last.client is not None and last.client.client_id != speaker.client


def _take_over(waiting: Correction, speaker: Speaker, now: datetime) -> None:
    """The same withdrawal by another key while the bureau has not acted: from now on it is that key's word."""
    if waiting.client is not None and waiting.client.client_id == speaker.client:
        return
    is_open = Correction.objects.filter(pk=waiting.pk, done_at__isnull=True)
    if is_open.update(client=_key_of(speaker), asked_at=now, by_label=speaker.label):
        leave_trail("claim.correct", waiting.claim, by=speaker, now=now, after={"action": "withdraw", "is_done": False})


def _give_up(waiting: Correction, speaker: Speaker, now: datetime) -> None:
    """The record is wanted no more in any wording: nothing is counted anew when the bureau has reversed."""
    is_open = Correction.objects.filter(pk=waiting.pk, done_at__isnull=True)
    if not is_open.update(done_at=now, declined_because=_GIVEN_UP, replacement_sealed=None):
        raise MovedOn([Refusal("moved_on", "这条记录刚刚有变动，请重试。")])
    after = {"action": "replace", "correction": str(waiting.ref), "is_given_up": True}
    leave_trail("claim.correct", waiting.claim, by=speaker, now=now, after=after)


def _key_of(speaker: Speaker) -> ApiClient | None:
    return ApiClient.objects.filter(client_id=speaker.client).first() if speaker.client else None


def _stands_filed(claim: Claim) -> bool:
    """Whether the bureau must act; in a sandbox always where the record is of the person who is there for that."""
    if is_filed(claim):
        return True
    if not settings.SANDBOX or claim.state != ClaimState.LIVE:
        return False
    return any(person.pk == claim.professional_id for person in find_people([FILED]).values())


def _end(claim: Claim, reason: str, speaker: Speaker, now: datetime) -> str | None:
    """The claim counts no longer; its reversing entry if it did."""
    if claim.state == ClaimState.LIVE:
        return str(reverse_claim(claim, reason=reason, by=speaker, now=now).ref)
    if claim.state == ClaimState.HELD:
        let_go(claim, Word(reason, speaker, now, claim))
    if claim.state in _NOT_COUNTED:
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.WITHDRAWN, state_reason=reason[:300])
        UnmatchedPerson.objects.filter(claim=claim).delete()
        claim.state = ClaimState.WITHDRAWN
    return None


def _count_anew(old: Claim, new: Record, reversal: str | None, speaker: Speaker, now: datetime) -> Corrected:
    person = find_people([(new.id_number, new.name)]).get((new.id_number, new.name))
    claim = new_claim(
        new, digest_of(new), source=speaker.source, door=speaker.door.value, person=person, now=now,
        revision=old.revision + 1,
    )  # fmt: skip
    candidate, bench = Candidate(claim, person, new, new.sessions), Bench(rule_book(), now)
    accounts = settle([candidate], speaker=speaker, bench=bench)
    if not save_new([candidate], now):
        raise MovedOn([Refusal("moved_on", "这条记录刚刚有变动，请重试。")])
    entries = enter([candidate], accounts, label=speaker.label, bench=bench)
    return Corrected(claim, entry=entries.get(claim.pk), reversal=reversal)


def _note(
    claim: Claim,
    action: CorrectionAction,
    reason: str,
    speaker: Speaker,
    now: datetime,
    *,
    posted: Mapping[str, Any] | None = None,
    is_done: bool = True,
) -> None:
    """What was asked stays written down, and in the trail."""
    made = Correction(claim=claim, action=action, reason=reason, asked_at=now, by_label=speaker.label)
    made.client = _key_of(speaker)
    made.done_at = now if is_done else None
    if posted is not None:
        clear = json.dumps(posted, ensure_ascii=False)
        made.replacement_sealed = seal(clear, table=_TABLE, column=_COLUMN, ref=made.ref)
    made.save(force_insert=True)
    if not is_done:
        _tell_bureau(made, now)
    after = {"action": action.value, "correction": str(made.ref), "is_done": is_done}
    leave_trail("claim.correct", claim, by=speaker, now=now, after=after)


def _tell_bureau(correction: Correction, now: datetime) -> None:
    """Whoever can reverse hours where the person works: the record stands in a filed month (S2-07)."""
    claim = correction.claim
    bureau = in_charge(Duty.REVERSE_HOURS, claim.professional.area) if claim.professional else None
    if bureau is None:
        return
    text = (
        f"{correction.by_label}要求{CorrectionAction(correction.action).label}“{claim.title}”的学时："
        f"{correction.reason}。这条学时已经备案，请在“学时撤销”中办理。"
    )
    to = holders_of(bureau, Duty.REVERSE_HOURS)
    tell(to, NoticeEvent.REVERSAL_WAITING, key=f"correction:{correction.ref}", text=text, link=_DESK, now=now)
