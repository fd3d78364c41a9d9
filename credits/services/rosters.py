"""A base's roster from the facts of the class to its confirmation or undoing (S2-04; A13, A27).

How its rows come to stand in it: services.roster_checks.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Organization, User
from bases.enums import ClassState
from bases.models import TrainingClass
from bases.services.classes import note_results
from ceportal.kernel.fields import seal, unseal
from ceportal.kernel.models import Job
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.trail import record
from credits.enums import Door, RosterState, RowState
from credits.models import Roster, RosterRow
from credits.rules.rosters import (
    OPEN,
    ClassFacts,
    reasons_not_to_confirm,
    reasons_not_to_edit,
    reasons_not_to_report,
    reasons_not_to_teach,
    reasons_not_to_undo,
)
from credits.selectors.rosters import facts_of, facts_of_class, rules_of_class

CREDIT, UNDO = "roster.credit", "roster.undo"
# What is handed to the ledger; the rest stays as it was found.
TO_CREDIT = (RowState.NEW, RowState.UNKNOWN, RowState.DUPLICATE, RowState.HELD)
# What a done roster has in the ledger.
IN_LEDGER = (RowState.CREDITED, RowState.WAITING, RowState.HELD, RowState.DUPLICATE)
_TABLE, _COLUMN = "credits_rosterrow", "id"


@transaction.atomic
def start_roster(
    *, organization: Organization, facts: ClassFacts, by: User, now: datetime, door: Door = Door.ROSTER
) -> Roster:
    """The class, checked; its rows come by a file. Raises `Refused` with fields. By the door UNIT a unit's own."""
    _refuse_class(organization, facts, now, door)
    roster = Roster.objects.create(
        organization=organization, door=door, made_by=by, made_at=now, changed_at=now, **_columns(facts)
    )
    record("roster.start", roster, by=by, now=now, after=_told(roster))
    return roster


@transaction.atomic
def roster_of(training_class: TrainingClass, *, by: User, now: datetime) -> Roster:
    """The roster of an announced class, by its facts; the one that is open already, if there is one."""
    current = (
        TrainingClass.objects.select_for_update(of=("self",))
        .select_related("organization__area")
        .get(pk=training_class.pk)
    )
    there = Roster.objects.filter(training_class=current).exclude(state=RosterState.UNDONE).order_by("-id").first()
    if there is not None:
        return there
    if current.state != ClassState.OPEN:
        raise refuse("class_not_open", f"这个班现在是“{current.get_state_display()}”，不能上传名单。")
    roster = start_roster(organization=current.organization, facts=facts_of_class(current), by=by, now=now)
    Roster.objects.filter(pk=roster.pk).update(training_class=current)
    roster.refresh_from_db()
    return roster


@transaction.atomic
def change_roster(roster: Roster, *, facts: ClassFacts, by: User, now: datetime) -> Roster:
    """Other facts of the class. Rows that were read by the old ones go: the file has to be checked anew."""
    _refuse_of_unit(roster)
    if roster.training_class_id:
        raise refuse("of_a_class", "这份名单属于已公布的培训班，班的信息请在“办班”中调整。")
    _refuse_class(roster.organization, facts, now)
    before = _told(roster)
    changes: dict[str, Any] = {**_columns(facts), "counts": {}, "remarks": [], "rows_read": 0, "version": 0}
    _move(roster, OPEN, RosterState.DRAFT, readings=F("readings") + 1, changed_at=now, **changes)
    RosterRow.objects.filter(roster=roster).delete()
    roster.refresh_from_db()
    record("roster.edit", roster, by=by, now=now, before=before, after=_told(roster))
    return roster


@transaction.atomic
def confirm_roster(roster: Roster, *, version: int, by: User, now: datetime) -> Job:
    """Let the clock credit it. Only what was looked at can be confirmed, and only once: raises `MovedOn`."""
    _refuse_of_unit(roster)
    if roster.state in OPEN:
        refuse_if_any(reasons_against_confirming(roster))
        recognised = rules_of_class(roster.organization, roster.year).recognised
        refuse_if_any(reasons_not_to_teach(facts_of(roster), recognised))
        if roster.training_class_id:
            note_results(roster.training_class_id, started_on=roster.started_on, ended_on=roster.ended_on, now=now)
    return _begin_crediting(roster, RosterState.CHECKED, version, by=by, now=now)


def reasons_against_confirming(roster: Roster) -> list[Refusal]:
    """Why its rows cannot be credited as they stand."""
    to_credit = sum(roster.counts.get(state, 0) for state in TO_CREDIT)
    wrong = roster.counts.get(RowState.WRONG, 0)
    return list(reasons_not_to_confirm(roster.state, wrong=wrong, to_credit=to_credit))


@transaction.atomic
def hold_for_review(roster: Roster, *, now: datetime) -> None:
    """A unit's own is reviewed before it is credited; meanwhile nothing in it changes."""
    refuse_if_any(reasons_against_confirming(roster))
    _move(roster, {RosterState.CHECKED}, RosterState.REVIEW, confirmed_at=now, changed_at=now)


def give_back(roster: Roster, *, now: datetime) -> None:
    """To be mended, or never credited."""
    _move(roster, {RosterState.REVIEW}, RosterState.CHECKED, changed_at=now)


@transaction.atomic
def credit_reviewed(roster: Roster, *, by: User, now: datetime) -> Job:
    """What its reviewer has approved; the clock does the rest."""
    return _begin_crediting(roster, RosterState.REVIEW, roster.version, by=by, now=now)


@transaction.atomic
def undo_roster(roster: Roster, *, reason: str, by: User, now: datetime) -> Job:
    """Let the clock take everything back that came by it, each with `reason`."""
    refuse_if_any(reasons_not_to_undo(roster.state, reason))
    rows = RosterRow.objects.filter(roster=roster, version=roster.version, state__in=IN_LEDGER)
    job = Job.objects.create(
        kind=UNDO, owner_id=by.pk, created_at=now, total=rows.count(), params={"roster": str(roster.ref)}
    )
    _move(roster, {RosterState.DONE}, RosterState.UNDOING, undo_reason=reason.strip(), job=job, finished_at=None)
    record("roster.undo", roster, by=by, now=now, after={"reason": reason.strip()})
    return job


@transaction.atomic
def drop_roster(roster: Roster, *, by: User | None, now: datetime) -> None:
    """Throw a roster away that was never confirmed, with everything that was read into it."""
    _refuse_of_unit(roster)
    refuse_if_any(reasons_not_to_edit(roster.state))
    record("roster.drop", roster, by=by, now=now, before=_told(roster))
    rows = Roster.objects.filter(pk=roster.pk, state__in=OPEN)
    RosterRow.objects.filter(roster__in=rows).delete()
    if not rows.delete()[0]:
        raise moved_on(roster)


def forget_drafts(*, now: datetime, older_than: datetime, limit: int = 20) -> int:
    """Drop what was never confirmed and not touched since; gives how many. Of a unit's own the rows alone go."""
    stale = Roster.objects.filter(state__in=OPEN, changed_at__lt=older_than).exclude(door=Door.UNIT, version=0)
    old = list(stale.order_by("id")[:limit])
    for roster in old:
        if roster.door == Door.UNIT:
            _empty(roster, now)
        else:
            drop_roster(roster, by=None, now=now)
    return len(old)


@transaction.atomic
def _empty(roster: Roster, now: datetime) -> None:
    changes: dict[str, Any] = {"counts": {}, "remarks": [], "rows_read": 0, "version": 0}
    _move(roster, OPEN, RosterState.DRAFT, readings=F("readings") + 1, changed_at=now, **changes)
    RosterRow.objects.filter(roster=roster).delete()
    record("roster.forget", roster, by=None, now=now, after=_told(roster))


def number_of(row: RosterRow, roster: Roster) -> str:
    """The identity number of a row whose number is still kept."""
    if row.id_sealed is None:
        raise ValueError("this row's number was forgotten")
    return unseal(row.id_sealed, table=_TABLE, column=_COLUMN, ref=_cell(roster.ref, row.version, row.number))


def cell_of(row: RosterRow) -> UUID:
    """What a row's number is sealed for."""
    return _cell(row.roster.ref, row.version, row.number)


def _refuse_class(organization: Organization, facts: ClassFacts, now: datetime, door: str = Door.ROSTER) -> None:
    rules, is_own = rules_of_class(organization, facts.ended_on.year), door == Door.UNIT
    refuse_if_any(
        reasons_not_to_report(
            facts,
            recognised=None if is_own else rules.recognised,
            today=timezone.localdate(now),
            limits=rules.limits,
            takes_professional=is_own or rules.takes_professional,
        )
    )


def _refuse_of_unit(roster: Roster) -> None:
    if roster.door == Door.UNIT:
        raise refuse("of_a_training", "这份名单属于单位组织的培训，请在“单位培训”中办理。", clause="S3-04")


def _begin_crediting(roster: Roster, was: RosterState, version: int, *, by: User, now: datetime) -> Job:
    to_credit = sum(roster.counts.get(state, 0) for state in TO_CREDIT)
    job = Job.objects.create(
        kind=CREDIT, owner_id=by.pk, created_at=now, total=to_credit, params={"roster": str(roster.ref)}
    )
    changes = {"confirmed_at": now, "job": job}
    if roster.door == Door.ROSTER:
        changes["certificate_serial"] = next_number(f"completion-roster:{roster.year}")
    _move(roster, {was}, RosterState.CREDITING, version=version, **changes)
    record("roster.confirm", roster, by=by, now=now, after=_told(roster) | {"counts": roster.counts})
    return job


def _move(roster: Roster, was: Iterable[RosterState], to: RosterState, **changes: Any) -> None:
    """The one conditional update; `version`, where given with a state that keeps it, must be the one that stands."""
    rows = Roster.objects.filter(pk=roster.pk, state__in=was)
    if to is RosterState.CREDITING:
        rows = rows.filter(version=changes.pop("version"))
    if not rows.update(state=to, **changes):
        raise moved_on(roster)
    roster.refresh_from_db()


def moved_on(roster: Roster) -> MovedOn:
    state = Roster.objects.filter(pk=roster.pk).values_list("state", flat=True).first()
    if state is None:
        return MovedOn([Refusal("gone", "这份名单已经删除。")])
    if state in OPEN:
        return MovedOn([Refusal("read_anew", "这份名单刚刚在另一个页面重新上传或修改过，请核对最新的内容。")])
    return MovedOn([Refusal("moved_on", f"这份名单已由他人处理，现在是“{RosterState(state).label}”。")])


def _columns(facts: ClassFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "subject": facts.subject,
        "public_kind": facts.public_kind,
        "class_code": facts.class_code,
        "place": facts.place,
        "year": facts.ended_on.year,
        "started_on": facts.started_on,
        "ended_on": facts.ended_on,
        "hours": facts.hours,
    }


def _told(roster: Roster) -> dict[str, Any]:
    return {
        "title": hide_numbers(roster.title),
        "subject": roster.subject,
        "days": [roster.started_on.isoformat(), roster.ended_on.isoformat()],
        "hours": str(roster.hours),
        "state": roster.state,
    }


def seal_number(number: str, roster: Roster, *, version: int, row: int) -> bytes:
    return seal(number, table=_TABLE, column=_COLUMN, ref=_cell(roster.ref, version, row))


def _cell(ref: UUID, version: int, number: int) -> UUID:
    """Rows have no ref of their own: the roster's and their place in it name the cell a value is sealed for."""
    return uuid5(ref, f"{version}.{number}")
