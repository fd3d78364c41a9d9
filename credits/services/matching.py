"""People nobody knew when their hours came: counted once they are registered, forgotten after 90 days (api.md).

Registration stands upstream and knows nothing of hours: the clock finds who has been approved since, by blind index.
"""

from collections import Counter
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record as leave_trail
from credits.enums import ClaimState, Door
from credits.models import Claim, ClaimSession, UnmatchedPerson
from credits.selectors.bench import Bench
from credits.selectors.matching import person_of, ready_to_match, waiting_beside
from credits.selectors.regulation import rule_book
from credits.services.crediting import KEPT_FOR, enter
from credits.services.weighing import Candidate, Speaker, settle

JOB = "credits.match_people"
A_ROUND = 500
_SETTLED = ["professional", "state", "reasons", "twin"]


def match_people(*, now: datetime) -> int:
    """Count what waited for people registered since: of each person all that one source keeps, at once."""
    return one_by_one(JOB, ready_to_match(), partial(_match, now=now), now=now, limit=A_ROUND)


@transaction.atomic
def forget_unmatched(*, now: datetime) -> int:
    """After 90 days a claim for nobody goes, and its number with it: sent again it is new. Who sent it is told
    once a day.
    """
    old = UnmatchedPerson.objects.filter(keep_until__lt=now, claim__state=ClaimState.UNMATCHED)
    refs = list(old.order_by("pk").values_list("claim", flat=True)[:A_ROUND])
    gone: Counter[str] = Counter()
    for claim in Claim.objects.filter(pk__in=refs):
        leave_trail("claim.forget_unmatched", claim, by=None, now=now)
        gone[claim.source] += 1
    Claim.objects.filter(pk__in=refs, state=ClaimState.UNMATCHED).delete()
    for source, count in gone.items():
        _tell_sender(source, count, now)
    return len(refs)


def _tell_sender(source: str, count: int, now: datetime) -> None:
    door, ref = source.split(":", 1)
    duty = Duty.MANAGE_CLIENTS if door == Door.PLATFORM else Duty.TEACH
    text = f"有至少 {count} 条报送的学时满 {KEPT_FOR.days} 天仍没有对应的人员注册，已经清除。本人注册后可以重新报送。"
    key = f"unmatched:{source}:{timezone.localdate(now)}"
    for unit in Organization.objects.filter(ref=ref):
        tell(holders_of(unit, duty), NoticeEvent.HOURS_REVERSED, key=key, text=text, now=now)


def _match(one: UnmatchedPerson, *, now: datetime) -> bool:
    """Another round at the same time waits for the rows and finds them settled."""
    door, ref = one.claim.source.split(":", 1)
    speaker = Speaker(Door(door), Organization.objects.get(ref=ref))
    bench = Bench(rule_book(), now)
    candidates = _candidates(one)
    accounts = settle(candidates, speaker=speaker, bench=bench)
    # Locked only now: accounts first, claims after them, as everywhere.
    asked = [candidate.claim.pk for candidate in candidates]
    rows = Claim.objects.select_for_update().filter(pk__in=asked, state=ClaimState.UNMATCHED).order_by("external_id")
    still = set(rows.values_list("pk", flat=True))
    mine = [candidate for candidate in candidates if candidate.claim.pk in still]
    claims = [candidate.claim for candidate in mine if isinstance(candidate.claim, Claim)]
    Claim.objects.bulk_update(claims, _SETTLED)
    for claim in claims:
        ClaimSession.objects.filter(claim=claim).update(professional=claim.professional)
        leave_trail("claim.match", claim, by=None, now=now, after={"state": claim.state})
    UnmatchedPerson.objects.filter(claim__in=still).delete()
    enter(mine, accounts, label=speaker.label, bench=bench)
    return bool(mine)


def _candidates(one: UnmatchedPerson) -> list[Candidate]:
    person = person_of(one)
    candidates = []
    for row in waiting_beside(one) if person else ():
        row.claim.professional = person
        sessions = tuple((each.started_at, each.ended_at) for each in row.claim.sessions.all())
        candidates.append(Candidate(row.claim, person, None, sessions))
    return candidates
