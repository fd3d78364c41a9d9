"""What becomes of a claim: what is doubted of its place, year, course and reporter, and of what its person learned."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone

from accounts.models import Organization
from accounts.selectors.learners import Person
from bases.rules.recognition import Recognised, is_recognised, why_absent
from bases.selectors.recognised import recognitions_of
from ceportal.kernel.rules.circumstances import circumstances
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.services.tallies import add_to_tallies, tallied_many
from credits.enums import ClaimState, Door, Subject
from credits.models import Claim
from credits.rules import plausibility as plausible
from credits.rules.doubts import (
    FiledCourse,
    Rush,
    reasons_of_a_rush,
    reasons_of_leaving,
    reasons_of_the_course,
    reasons_of_the_sitting,
)
from credits.rules.records import Record
from credits.selectors.bench import Bench
from credits.selectors.courses import filed_courses
from credits.selectors.crediting import WhatCounts
from credits.selectors.window import excused_places
from credits.services.account_sets import Account, Place, locking_accounts
from credits.services.claim_sets import NewClaim

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Seen by an authority or a bureau before they come: no list of institutions is asked.
_BY_OFFICES = (Door.UNIT, Door.IMPORTED)
Key = tuple[str, ...]


@dataclass(frozen=True)
class Speaker:
    """Who reports hours: an institution through a door. Acts in the trail by its label, as no person.

    `client` names the key by which it speaks, where it does by one.
    """

    door: Door
    organization: Organization
    client: str = ""
    pk: None = None

    @property
    def source(self) -> str:
        return f"{self.door.value}:{self.organization.ref}"

    @property
    def label(self) -> str:
        return self.organization.name

    @property
    def role(self) -> str:
        return self.door.label


@dataclass(eq=False, slots=True)
class Candidate:
    """A claim on its way: `person` is None where nobody is registered by that number and name."""

    claim: Claim | NewClaim
    person: Person | None
    record: Record | None = None
    sessions: tuple[tuple[datetime, datetime], ...] = ()
    reasons: list[Refusal] = field(default_factory=list)
    twin_number: int = 0
    is_excused: bool = False

    @property
    def place(self) -> Place:
        return (self.claim.year, self.claim.professional_id or 0)


def settle(candidates: Sequence[Candidate], *, speaker: Speaker, bench: Bench) -> dict[Place, Account]:
    """Give every claim its state, in order, each knowing those before it. The accounts they may change are locked."""
    excuse(candidates)
    reporter = about(speaker, candidates, now=bench.now)
    for candidate in candidates:
        candidate.reasons = reporter.doubts(candidate, bench)
    hopeful = [each for each in candidates if each.person and not each.reasons]
    with locking_accounts({each.place: each.person for each in hopeful if each.person}, bench) as locked:
        sittings = [stretch for each in hopeful for stretch in each.sessions]
        question = WhatCounts.of([each.claim for each in hopeful], sittings)
    with question.asking() as what_counts:  # now that what changes it is ours
        accounts = locked()
        known = what_counts()
    for number, candidate in enumerate(candidates):
        if candidate.person and not candidate.reasons:
            weigh(candidate, known[candidate.person.pk], -1 - number, bench)
        _set_state(candidate)
    return accounts


@dataclass
class About:
    """What is known of who reports, and of lately. What is doubted alike is worked out once."""

    lines: list[Recognised]
    courses: Mapping[str, list[FiledCourse]]
    rush: Rush | None = None
    _alike: dict[tuple[object, ...], tuple[Refusal, ...]] = field(default_factory=dict)

    def doubts(self, candidate: Candidate, bench: Bench) -> list[Refusal]:
        """Whatever can be said of a claim without looking at what else its person learned."""
        claim, person = candidate.claim, candidate.person
        if person is None:
            return []
        alike = (
            person.area_id, person.title_level, person.title_series_id, claim.subject, claim.ended_on,
            candidate.is_excused,
        )  # fmt: skip
        if alike not in self._alike:
            self._alike[alike] = tuple(_place_and_year(candidate, person, self.lines, bench))
        found = [*self._alike[alike]]
        if limits := bench.limits_where_now(person, claim.year):
            if candidate.sessions:
                found += reasons_of_the_sitting(claim.hours, candidate.sessions, limits.doubts)
            if person.left_at:
                found += reasons_of_leaving(claim.ended_on, timezone.localdate(person.left_at), limits.doubts)
            if claim.course_key and claim.door == Door.PLATFORM:
                found += reasons_of_the_course(
                    self.courses.get(claim.course_key, ()), places=person.area.codes, year=claim.year,
                    subject=claim.subject, hours=claim.hours, on=claim.ended_on, limits=limits.doubts,
                )  # fmt: skip
            if self.rush:
                course = _course_of(claim)
                self.rush.count(course)
                found += reasons_of_a_rush(self.rush, course, limits.doubts)
        return found


def about(speaker: Speaker, candidates: Sequence[Candidate], *, now: datetime) -> About:
    """A few questions, however many candidates."""
    if not candidates:
        return About([], {})
    keys = {each.claim.course_key for each in candidates if each.claim.course_key}
    courses = filed_courses(keys) if keys and speaker.door == Door.PLATFORM else {}
    rush = _rush_before(speaker, candidates, now) if speaker.client else None
    return About(recognitions_of(speaker.organization.pk), courses, rush)


def remember_rush(claims: Iterable[Claim | NewClaim], speaker: Speaker, *, now: datetime) -> None:
    """Count what came by a key, last of all: whoever sends the same course at once waits for one statement only."""
    counts = Counter(map(_course_of, claims))
    if counts and speaker.client:
        hourly = dict.fromkeys(_hourly(speaker), counts.total())
        courses = {_course_key(speaker, course): count for course, count in counts.items()}
        add_to_tallies([(hourly, _HOUR), (courses, _DAY)], now=now)


def _rush_before(speaker: Speaker, candidates: Sequence[Candidate], now: datetime) -> Rush:
    names = {_course_of(each.claim) for each in candidates}
    client, address = _hourly(speaker)
    courses = {_course_key(speaker, name): name for name in names}
    counts = tallied_many([client, address, *courses], now=now)
    lately = {name: counts.get(key, 0) for key, name in courses.items()}
    return Rush(counts.get(client, 0), counts.get(address, 0), lately)


def _hourly(speaker: Speaker) -> tuple[Key, Key]:
    return ("rush", "client", speaker.client), ("rush", "address", circumstances.get().address)


def _course_key(speaker: Speaker, course: str) -> Key:
    return ("rush", speaker.source, course)


def _course_of(claim: Claim | NewClaim) -> str:
    return claim.course_key or claim.title


def _place_and_year(candidate: Candidate, person: Person, lines: list[Recognised], bench: Bench) -> Iterable[Refusal]:
    claim = candidate.claim
    asked: Any = {
        "places": person.area.codes, "year": claim.year, "subject": claim.subject, "trade": bench.trade(person),
        "on": claim.ended_on,
    }  # fmt: skip
    covered = claim.door in _BY_OFFICES or is_recognised(lines, **asked)
    return plausible.reasons_of_place_and_year(
        is_recognised=covered,
        limits=bench.limits_where_now(person, claim.year),
        ended_on=claim.ended_on,
        today=_day(claim.made_at),
        subject=Subject(claim.subject).label,
        place=person.area.name,
        is_excused=candidate.is_excused,
        why_absent="" if covered else why_absent(lines, **asked),
    )


@lru_cache(maxsize=16)
def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def excuse(candidates: Collection[Candidate]) -> None:
    """Note which are of a former year that the bureau has opened to their person (S0-14): one query for all. What two
    of its officers take over was declared in time elsewhere.
    """
    for each in candidates:
        each.is_excused = each.claim.door == Door.IMPORTED
    now = {each: _day(each.claim.made_at) for each in candidates if each.person and not each.is_excused}
    late = [each for each, today in now.items() if each.claim.year < today.year]
    if late:
        places = excused_places([each.place for each in late], today=min(now[each] for each in late))
        for each in late:
            each.is_excused = each.place in places


def weigh(candidate: Candidate, known: plausible.Known, number: int, bench: Bench) -> None:
    """Against what counts already. What passes counts for those after it, under a `number` of its own."""
    claim, person = candidate.claim, candidate.person
    training = plausible.Standing(
        number, claim.source, claim.door, claim.title, (claim.started_on, claim.ended_on), claim.hours,
        claim.activity_key, claim.course_key,
    )  # fmt: skip
    twin = known.twin(claim.activity_key, claim.course_key, claim.year)
    if twin:
        claim.state, claim.twin_id = ClaimState.DUPLICATE, twin.number if twin.number > 0 else None
        candidate.twin_number = twin.number
        message = f"同一次学习已通过“{Door(twin.door).label}”计入 {twin.hours.normalize():f} 学时，只计一次。"
        candidate.reasons = [Refusal("already_counted", message, clause="A13")]
        return
    limits = bench.limits_where_now(person, claim.year) if person else None
    candidate.reasons = list(
        plausible.reasons_of_what_is_known(
            training,
            candidate.sessions,
            known,
            per_day=limits.person_day if limits else plausible.PERSON_DAY,
            overlap=limits.doubts.overlap_allowed if limits else timedelta(),
        )
    )
    if not candidate.reasons:
        known.add(training, candidate.sessions)


def _set_state(candidate: Candidate) -> None:
    claim = candidate.claim
    claim.reasons = [
        {"code": reason.code, "message": reason.message, "clause": reason.clause} for reason in candidate.reasons
    ]
    if claim.state == ClaimState.DUPLICATE:
        return
    if candidate.person is None:
        claim.state = ClaimState.UNMATCHED
    else:
        claim.state = ClaimState.HELD if candidate.reasons else ClaimState.LIVE
