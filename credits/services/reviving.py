"""The same training counts once, and not less: a source that takes its record back leaves the other door's to count."""

from datetime import datetime
from functools import partial

from accounts.models import Organization, Professional
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import CLOCK_LABEL
from ceportal.kernel.services.trail import record as leave_trail
from credits.enums import ClaimState, Door
from credits.models import Claim
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from credits.selectors.reviving import left_alone
from credits.selectors.twins import counted_twin
from credits.services.account_sets import Account, Place, lock_accounts
from credits.services.crediting import enter
from credits.services.weighing import Candidate, Speaker, settle

JOB = "credits.revive_duplicates"
A_ROUND = 500
REASON = "同一次学习先前的记录已由报送单位撤回，改按本记录计入"


def revive_duplicates(*, now: datetime) -> int:
    """Weigh again what stood beside a record that is gone. How many claims moved on."""
    return one_by_one(JOB, left_alone(), partial(_revive, now=now), now=now, limit=A_ROUND)


def _revive(claim: Claim, *, now: datetime) -> bool:
    person, gone = claim.professional, claim.twin_id
    if person is None:
        return False
    bench = Bench(rule_book(), now)
    sessions = tuple((each.started_at, each.ended_at) for each in claim.sessions.all())
    candidate = Candidate(claim, person, None, sessions)
    claim.state, claim.twin = ClaimState.LIVE, None
    accounts, label = _weighed(candidate, claim, person, bench)
    changes = {"state": claim.state, "twin": claim.twin_id, "reasons": claim.reasons}
    if not Claim.objects.filter(pk=claim.pk, state=ClaimState.DUPLICATE, twin=gone).update(**changes):
        return False
    enter([candidate], accounts, label=label, reason=REASON, bench=bench)
    leave_trail("claim.revive", claim, by=None, now=now, after={"state": claim.state})
    return True


def _weighed(
    candidate: Candidate, claim: Claim, person: Professional, bench: Bench
) -> tuple[dict[Place, Account], str]:
    """The claim with its new state; the accounts locked for it, and in whose name it is entered.

    A declaration was judged by its reviewers: only whether yet another door counts the same is asked again.
    """
    if claim.declaration is None:
        door, ref = claim.source.split(":", 1)
        speaker = Speaker(Door(door), Organization.objects.get(ref=ref))
        return settle([candidate], speaker=speaker, bench=bench), speaker.label
    accounts = lock_accounts({candidate.place: person}, bench)
    twin = counted_twin(claim.declaration)
    claim.state, claim.twin = (ClaimState.DUPLICATE, twin) if twin else (ClaimState.LIVE, None)
    return accounts, CLOCK_LABEL
