"""People nobody knew when their hours came: counted once they are registered, forgotten after 90 days (api.md).

Registration stands upstream and knows nothing of hours: the clock finds who has been approved since, by blind index.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Organization, Professional
from ceportal.kernel.services.trail import record as leave_trail
from credits.enums import ClaimState, Door
from credits.models import Claim, ClaimSession, UnmatchedPerson
from credits.selectors.matching import ready_to_match
from credits.selectors.regulation import rule_book
from credits.services.account_sets import Bench
from credits.services.crediting import Candidate, Speaker, enter, settle

A_ROUND = 500
_SETTLED = ["professional", "state", "reasons", "twin"]


def match_people(*, now: datetime) -> int:
    """Count what waited for people registered since. How many claims were settled."""
    waiting = ready_to_match(limit=A_ROUND)
    by_source: dict[str, list[int]] = defaultdict(list)
    for source, pk in waiting:
        by_source[source].append(pk)
    return sum(_match(source, pks, now) for source, pks in sorted(by_source.items()))


@transaction.atomic
def forget_unmatched(*, now: datetime) -> int:
    """After 90 days a claim for nobody goes, and its number with it: sent again it is new."""
    old = UnmatchedPerson.objects.filter(keep_until__lt=now, claim__state=ClaimState.UNMATCHED)
    refs = list(old.order_by("pk").values_list("claim", flat=True)[:A_ROUND])
    for claim in Claim.objects.filter(pk__in=refs):
        leave_trail("claim.forget_unmatched", claim, by=None, now=now)
    Claim.objects.filter(pk__in=refs, state=ClaimState.UNMATCHED).delete()
    return len(refs)


@transaction.atomic
def _match(source: str, pks: list[int], now: datetime) -> int:
    """One source's claims, as one set. Another round at the same time waits for the rows and finds them settled."""
    door, ref = source.split(":", 1)
    speaker = Speaker(Door(door), Organization.objects.get(ref=ref))
    bench = Bench(rule_book(), now)
    candidates = list(_candidates(pks))
    accounts = settle(candidates, speaker=speaker, bench=bench)
    # Locked only now: accounts first, claims after them, as everywhere.
    rows = Claim.objects.select_for_update().filter(pk__in=pks, state=ClaimState.UNMATCHED).order_by("external_id")
    still = set(rows.values_list("pk", flat=True))
    mine = [candidate for candidate in candidates if candidate.claim.pk in still]
    Claim.objects.bulk_update([candidate.claim for candidate in mine], _SETTLED)
    people = {candidate.claim.pk: candidate.person for candidate in mine}
    _name_sessions(people)
    UnmatchedPerson.objects.filter(claim__in=still).delete()
    enter(mine, accounts, speaker=speaker, bench=bench)
    for candidate in mine:
        leave_trail("claim.match", candidate.claim, by=None, now=now, after={"state": candidate.claim.state})
    return len(mine)


def _candidates(pks: Iterable[int]) -> Iterable[Candidate]:
    waiting = UnmatchedPerson.objects.filter(claim__in=pks, claim__state=ClaimState.UNMATCHED)
    rows = list(waiting.select_related("claim").prefetch_related("claim__sessions").order_by("claim__external_id"))
    found = Professional.objects.filter(id_index__in=[row.id_index for row in rows], approved_at__isnull=False)
    people = {(person.id_index, person.name): person for person in found.select_related("area", "title_series")}
    for row in rows:
        if person := people.get((row.id_index, row.name)):
            claim = row.claim
            claim.professional = person
            sessions = tuple((each.started_at, each.ended_at) for each in claim.sessions.all())
            yield Candidate(claim, person, None, sessions)


def _name_sessions(people: dict[int, Professional | None]) -> None:
    sessions = list(ClaimSession.objects.filter(claim__in=people))
    for session in sessions:
        session.professional = people[session.claim_id]
    ClaimSession.objects.bulk_update(sessions, ["professional"])
