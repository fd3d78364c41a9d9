"""One row of a registered roster put right by reversal, and the roster that comes after one (S2-04, S2-13; A13)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.fields import id_in_clear
from accounts.models import User
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.enums import ClaimState, Door, RosterState, RowState
from credits.models import Claim, Roster, RosterRow
from credits.rules.roster_rows import reasons_not_to_change_hours, reasons_not_to_correct
from credits.rules.rosters import REASON_LIMIT
from credits.selectors.records import current_record, is_filed
from credits.selectors.rosters import counts_by_state, external_id, facts_of, source_of
from credits.services.corrections import replace_record, withdraw_record
from credits.services.roster_jobs import ASKED_BUREAU
from credits.services.rosters import start_roster
from credits.services.weighing import Speaker

_STATES = {
    ClaimState.LIVE: RowState.CREDITED,
    ClaimState.HELD: RowState.HELD,
    ClaimState.DUPLICATE: RowState.DUPLICATE,
}


@transaction.atomic
def take_row_back(row: RosterRow, *, reason: str, by: User, now: datetime) -> RosterRow:
    """Its hours are reversed, the person is told why, the account and certificates follow. In a month that was filed
    the bureau is asked. Raises `Refused`.
    """
    roster, current = _held(row, reason)
    why = _why(roster, reason)
    corrected = withdraw_record(external_id(roster, current.number), reason=why, speaker=_speaker(roster), now=now)
    current.state = RowState.PENDING if corrected.is_pending else RowState.UNDONE
    current.reason = ASKED_BUREAU if corrected.is_pending else why
    return _keep(roster, current, {"taken_back": str(current.hours)}, reason, by=by, now=now)


@transaction.atomic
def change_row_hours(row: RosterRow, hours: Decimal, *, reason: str, by: User, now: datetime) -> RosterRow:
    """Other hours for one person: the old ones reversed, the right ones entered. Never more than the class has; of a
    unit's own training never more than was reviewed. Raises `Refused` with fields.
    """
    roster, current = _held(row, reason)
    claim = current_record(source_of(roster.organization.ref, roster.door), external_id(roster, current.number))
    most = roster.hours if roster.door == Door.ROSTER or current.hours is None else current.hours
    filed = claim is not None and claim.state == ClaimState.LIVE and is_filed(claim)
    refuse_if_any(reasons_not_to_change_hours(current.state, hours, stood=current.hours, most=most, is_filed=filed))
    if claim is None or claim.professional is None:
        raise refuse("nobody", "这一行没有登记到人，不能改学时。", field="act")
    before, why = current.hours, _why(roster, reason)
    corrected = replace_record(_posted(roster, claim, hours), reason=why, speaker=_speaker(roster), now=now)
    current.state = _STATES[ClaimState(corrected.claim.state)]
    current.hours, current.reason = hours, why
    return _keep(roster, current, {"hours": [str(before), str(hours)]}, reason, by=by, now=now)


@transaction.atomic
def start_another(roster: Roster, *, by: User, now: datetime) -> Roster:
    """A further roster of the same class, for who was left out: nobody counts twice, by the key of the class."""
    if roster.door != Door.ROSTER or roster.state != RosterState.DONE:
        raise refuse("not_done", "名单登记完毕后才能补录人员。")
    made = start_roster(organization=roster.organization, facts=facts_of(roster), by=by, now=now)
    Roster.objects.filter(pk=made.pk).update(training_class=roster.training_class_id)
    made.refresh_from_db()
    return made


def _held(row: RosterRow, reason: str) -> tuple[Roster, RosterRow]:
    """Both locked, so that nobody undoes the whole meanwhile."""
    rows = Roster.objects.select_for_update(of=("self",)).select_related("organization__area")
    roster = rows.get(pk=row.roster_id)
    current = RosterRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
    refuse_if_any(reasons_not_to_correct(roster.state, current.state, reason))
    return roster, current


def _keep(roster: Roster, row: RosterRow, what: dict[str, Any], reason: str, *, by: User, now: datetime) -> RosterRow:
    row.save(update_fields=["state", "reason", "hours"])
    counts = counts_by_state(roster, roster.version)
    Roster.objects.filter(pk=roster.pk).update(counts=counts, changed_at=now)
    after = {"row": row.number, "state": row.state, "reason": reason.strip(), **what}
    record("roster.correct", roster, by=by, now=now, after=after)
    return row


def _speaker(roster: Roster) -> Speaker:
    return Speaker(Door(roster.door), roster.organization)


def _why(roster: Roster, reason: str) -> str:
    return f"{roster.organization.name}更正名单：{reason.strip()}"[:REASON_LIMIT]


def _posted(roster: Roster, claim: Claim, hours: Decimal) -> dict[str, Any]:
    """The record as it should have been, of the person it was credited to."""
    person: Any = claim.professional
    said = {
        "record_id": claim.external_id,
        "id_number": id_in_clear(person.id_sealed, ref=person.ref),
        "name": person.name,
        "subject": roster.subject,
        "title": roster.title,
        "hours": f"{hours:f}",
        "started_on": roster.started_on.isoformat(),
        "completed_on": roster.ended_on.isoformat(),
        "course_code": roster.class_code,
        "assessment": {"result": "passed"},
    }
    return said | ({"public_kind": roster.public_kind} if roster.public_kind else {})
