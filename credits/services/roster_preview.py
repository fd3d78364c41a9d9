"""What would become of the rows of a roster: the questions of the ledger, asked and not answered for good.

By the same rules and reads as `crediting.credit_records`, without a lock and without a row written; what changes
between the look and the confirmation is found then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ceportal.kernel.rules.text import person_name
from credits.enums import ClaimState, Door, RowState
from credits.models import Roster
from credits.rules.records import Record
from credits.rules.rosters import NOT_OURS, UNKNOWN_PERSON, RosterLine
from credits.selectors.bench import Bench
from credits.selectors.crediting import what_counts
from credits.selectors.regulation import rule_book
from credits.selectors.rosters import external_id, facts_of, own_people
from credits.services.claim_sets import new_claim
from credits.services.crediting import find_people
from credits.services.weighing import Candidate, Speaker, about, excuse, weigh

Found = tuple[RowState, str]


def record_of(roster: Roster, line: RosterLine) -> Record:
    """A line as the ledger wants it."""
    facts = facts_of(roster)
    return Record(
        external_id=external_id(roster, line.number),
        id_number=line.id_number,
        name=line.name,
        subject=facts.subject,
        public_kind=facts.public_kind,
        title=facts.title,
        started_on=facts.started_on,
        ended_on=facts.ended_on,
        hours=facts.hours if line.hours is None else line.hours,
        course_code=facts.class_code,
        result="passed",
    )


def preview(roster: Roster, lines: Sequence[RosterLine], *, now: datetime) -> dict[int, Found]:
    """State and reason of each line by its number."""
    found: dict[int, Found] = {line.number: _at_sight(line) for line in lines}
    hopeful = [line for line in lines if found[line.number][0] is RowState.NEW]
    speaker = Speaker(Door(roster.door), roster.organization)
    people = find_people((line.id_number, line.name) for line in hopeful)
    is_own = roster.door == Door.UNIT
    ours = own_people(roster.organization, [person.pk for person in people.values()]) if is_own else set()
    candidates: dict[int, Candidate] = {}
    for line in hopeful:
        person, record = people.get((line.id_number, person_name(line.name))), record_of(roster, line)
        if is_own and (person is None or person.pk not in ours):
            found[line.number] = (RowState.WRONG, NOT_OURS)
        elif person is None:
            found[line.number] = (RowState.UNKNOWN, UNKNOWN_PERSON)
        else:
            claim = new_claim(record, "", source=speaker.source, door=speaker.door.value, person=person, now=now)
            candidates[line.number] = Candidate(claim, person, record)
    return found | weigh_all(candidates, speaker, now=now)


def weigh_all(candidates: Mapping[int, Candidate], speaker: Speaker, *, now: datetime) -> dict[int, Found]:
    """NEW, DUPLICATE or HELD with the reasons, by number; every candidate has its person."""
    if not candidates:
        return {}
    bench = Bench(rule_book(), now)
    reporter = about(speaker, [*candidates.values()], now=now)
    known = what_counts([candidate.claim for candidate in candidates.values()], ())
    excuse(candidates.values())
    found: dict[int, Found] = {}
    for number, candidate in candidates.items():
        candidate.reasons = reporter.doubts(candidate, bench)
        if not candidate.reasons and candidate.person:
            weigh(candidate, known[candidate.person.pk], -number, bench)
        is_twin = candidate.claim.state == ClaimState.DUPLICATE
        doubted = RowState.HELD if candidate.reasons else RowState.NEW
        reason = "；".join(reason.message for reason in candidate.reasons)
        found[number] = (RowState.DUPLICATE if is_twin else doubted, reason)
    return found


def _at_sight(line: RosterLine) -> Found:
    if line.problems:
        return RowState.WRONG, ""
    return (RowState.NEW if line.was_passed else RowState.FAILED), ""
