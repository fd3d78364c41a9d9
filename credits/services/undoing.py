"""What a leaked key took back counts again: the bureau undoes its withdrawals, once each (decision 0065).

A withdrawal is final for its platform; this is the bureau's own act. Accounts first, then claims, then the corrections.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import ApiClient
from ceportal.kernel.services.trail import record
from credits.enums import ClaimState, EntryKind
from credits.models import Claim, Correction, HourEntry
from credits.rules.plausibility import Known
from credits.selectors.crediting import what_counts
from credits.selectors.undoing import FREED, asked_by, undoable
from credits.services.holding import (
    LockedClaims,
    Word,
    counted_already,
    enter_all,
    entry_of,
    leave_trail_of,
    lock_claims,
    training_of,
    with_entries,
)

_LIMIT = 300
_WHY = "泄露的密钥撤回，已由人社部门恢复"
_BESIDE = "already_counted"


@transaction.atomic
def undo_corrections(client: ApiClient, keys: Collection[int], word: Word, *, since: datetime, mark: str) -> int:
    """Undo of these corrections of `client` what can still be undone; gives how many.

    What counted counts again by an entry of its own, or stands beside what counts in its place by now; what was held
    waits again. What came since `since` may be the thief's as well: it is held under `mark`. A withdrawal of what
    nobody knows (or whose person was unknown and is forgotten) frees its name. What waits for a bureau ends.
    """
    mine = undoable(asked_by(client, since)).filter(pk__in=keys)
    found = lock_claims(list(mine.values_list("claim", flat=True)), list(ClaimState), word.now)
    # Whoever finishes one of them at this moment has it: the bureau has acted.
    asked = list(mine.filter(claim__in=found.claims).select_for_update(of=("self",), skip_locked=True).order_by("pk"))
    Correction.objects.filter(pk__in=[each.pk for each in asked if each.done_at is None]).update(done_at=word.now)
    Correction.objects.filter(pk__in=[each.pk for each in asked]).update(undone_at=word.now)
    claims = {claim.pk: claim for claim in found.claims}
    ended = [claims[each.claim_id] for each in asked if each.done_at is not None]
    nameless = [claim for claim in ended if claim.professional_id is None]
    _free(nameless, word)
    back = [claim for claim in ended if claim.professional_id is not None and claim.state == ClaimState.WITHDRAWN]
    _bring_back(found, back, word, _Leak(since, mark, word.reason))
    for correction in asked:
        after = {"correction": str(correction.ref), "undone": True, "reason": word.reason}
        record("claim.undo_correction", claims[correction.claim_id], by=word.by, now=word.now, after=after)
    return len(asked)


class _Leak:
    """Since when, and what is kept as the reason of what it makes doubtful."""

    def __init__(self, since: datetime, mark: str, reason: str) -> None:
        self.since = since
        self.why = {"code": "key_leaked", "message": reason, "clause": "", "mark": mark}


def _bring_back(found: LockedClaims, claims: list[Claim], word: Word, leak: _Leak) -> None:
    counted, known = with_entries(claims), what_counts(claims, [])
    entries: list[HourEntry] = []
    for claim in claims:
        _decide(claim, known, leak)
        claim.state_reason = f"{_WHY}：{word.reason}"[:_LIMIT]
        entries += _entries(claim, found, word, has_counted=claim.pk in counted)
    Claim.objects.bulk_update(claims, ["state", "state_reason", "reasons", "twin"])
    enter_all(found, entries)
    leave_trail_of("claim.bring_back", claims, word)


def _decide(claim: Claim, known: dict[int, Known], leak: _Leak) -> None:
    """What it is now: as it was, beside what has taken its place, or held as the thief's."""
    stood_beside = claim.twin_id is not None or any(why["code"] == _BESIDE for why in claim.reasons)
    doubts: list[Any] = [] if stood_beside else list(claim.reasons)
    if claim.made_at >= leak.since:
        doubts.append(leak.why)
    twin = None if doubts else counted_already(claim, known)
    claim.reasons, claim.twin_id = doubts, twin.number if twin else None
    claim.state = ClaimState.HELD if doubts else ClaimState.DUPLICATE if twin else ClaimState.LIVE
    if claim.state == ClaimState.LIVE and claim.professional_id:
        known[claim.professional_id].add(training_of(claim))


def _entries(claim: Claim, found: LockedClaims, word: Word, *, has_counted: bool) -> Iterator[HourEntry]:
    """The reversal reversed; at once put on hold where it counted and is held now."""
    why = Word(f"{_WHY}：{word.reason}", word.by, word.now, word.about)
    if claim.state == ClaimState.LIVE or (claim.state == ClaimState.HELD and has_counted):
        yield entry_of(claim, found, EntryKind.CREDIT, claim.hours, why)
    if claim.state == ClaimState.HELD and has_counted:
        yield entry_of(claim, found, EntryKind.HOLD, -claim.hours, why)


def _free(claims: Iterable[Claim], word: Word) -> None:
    """Their names are their platform's again: what it posts under them is new. The rows stay, of another source."""
    for claim in claims:
        source = f"{claim.door}{FREED}{claim.ref}"
        Claim.objects.filter(source=claim.source, external_id=claim.external_id).update(source=source)
        after = {"source": source, "reason": word.reason}
        record("claim.free", claim, by=word.by, now=word.now, before={"source": claim.source}, after=after)
