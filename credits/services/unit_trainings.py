"""One training that a unit ran: registered under its filed plan, reviewed once, credited to everybody on its roster.

The rows, their checking, the crediting and the taking back are those of any roster (services.rosters).
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.enums import Duty, Move
from accounts.models import Organization, User
from accounts.rules.requesting import reasons_not_to_ask
from accounts.services.requests import hand_in, may_rule, rule
from accounts.services.requests import withdraw as take_back
from bases.models import TrainingPlanItem
from bases.selectors.plans import office_for
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.enums import Door, RosterState
from credits.models import RosterRow, UnitTraining, UnitTrainingPaper
from credits.rules.looking import reasons_to_look_first
from credits.rules.rosters import ClassFacts
from credits.rules.unit_trainings import reasons_not_to_keep_paper, reasons_not_to_run, reasons_not_to_send
from credits.selectors.training_looks import look_at_training, seconds_left_of_training
from credits.selectors.unit_trainings import person_of, plan_of_unit
from credits.services.crediting import find_people
from credits.services.roster_checks import cancel_check
from credits.services.rosters import credit_reviewed, give_back, hold_for_review, number_of, start_roster
from credits.services.training_openings import close_openings

_EDITABLE = ("draft", "returned")


@transaction.atomic
def start_training(
    unit: Organization, item: TrainingPlanItem, *, started_on: date, ended_on: date, hours: Decimal, public_kind: str,
    place: str, assessment: str, by: User, now: datetime,
) -> UnitTraining:  # fmt: skip
    """Under a line of the unit's own plan; its roster comes by a file, as a base's does."""
    facts = ClassFacts(
        title=item.title, subject=item.subject, public_kind=public_kind, started_on=started_on, ended_on=ended_on,
        hours=hours, place=place.strip() or item.place,
    )  # fmt: skip
    refuse_if_any(reasons_not_to_run(facts, plan_of_unit(item, unit), assessment))
    roster = start_roster(organization=unit, facts=facts, by=by, now=now, door=Door.UNIT)
    made = UnitTraining.objects.create(
        organization=unit, plan_item=item, roster=roster, declarant=by, asked_by=by, made_at=now,
        assessment=assessment.strip(), reason=f"按年度计划组织：{item.title}",
    )  # fmt: skip
    record("unittraining.start", made, by=by, now=now, after={"plan_item": str(item.ref), "roster": str(roster.ref)})
    return made


@transaction.atomic
def keep_paper(training: UnitTraining, kind: str, stored: StoredFile, *, by: User, now: datetime) -> UnitTrainingPaper:
    """Courseware, a picture, a sheet of attendance. The same file twice is once."""
    current = _editable(training)
    if there := current.papers.filter(file=stored).first():
        return there
    refuse_if_any(reasons_not_to_keep_paper(kind, count=current.papers.count()))
    made = UnitTrainingPaper.objects.create(training=current, kind=kind, file=stored, added_at=now)
    record("unittraining.keep", current, by=by, now=now, after={"kind": kind, "digest": stored.digest})
    return made


@transaction.atomic
def send_training(
    training: UnitTraining, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> UnitTraining:
    """To the unit's authority, or the bureau; the roster stands still until they have ruled."""
    current = _editable(training)
    notice = document or current.document
    kinds = set(current.papers.values_list("kind", flat=True))
    refuse_if_any([
        *reasons_not_to_ask(reason, has_document=True), *reasons_not_to_send(kinds, has_notice=notice is not None),
    ])  # fmt: skip
    hold_for_review(current.roster, now=now)
    to, _ = office_for(current.organization, by=by)
    changes: dict[str, Any] = {"reason": reason.strip(), "document": notice, "asked_by": by, "declarant": by}
    hand_in(current, to=to, duty=Duty.REVIEW_HOURS, by=by, now=now, **changes)
    return current


@transaction.atomic
def approve_training(training: UnitTraining, *, seen_round: int, reason: str, by: User, now: datetime) -> UnitTraining:
    """Everybody on the roster is credited by the clock. Nobody approves hours of their own (A24), nor what of this
    round they have not opened, page and papers, as long as the rule set wants it (S3-06, A22).
    """
    may_rule(training, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    look = look_at_training(training, by)
    left = seconds_left_of_training(training, look, now=now)
    refuse_if_any(reasons_to_look_first(look.unseen, still_to_look=left))
    if _is_on_it(training, by):
        raise refuse("own_hours", "您本人在这份名单上，请由同事审核。", clause="A24")
    rule(training, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    close_openings(training, reviewer=by, now=now)
    credit_reviewed(training.roster, by=by, now=now)
    return training


@transaction.atomic
def turn_down_training(
    training: UnitTraining, move: Move, *, seen_round: int, reason: str, by: User, now: datetime
) -> UnitTraining:
    """Returned to be mended, or not approved: nothing of it is credited."""
    rule(training, move, seen_round=seen_round, reason=reason, by=by, now=now)
    close_openings(training, reviewer=by, now=now)
    give_back(training.roster, now=now)
    return training


@transaction.atomic
def withdraw_training(training: UnitTraining, *, by: User, now: datetime) -> None:
    was_waiting = training.state == "waiting"
    take_back(training, by=by, now=now)
    if was_waiting:
        give_back(training.roster, now=now)


@transaction.atomic
def drop_training(training: UnitTraining, *, by: User, now: datetime) -> None:
    """What was begun by mistake and never sent goes, with its roster and the list of its papers."""
    current = _editable(training)
    if current.state != "draft":
        raise MovedOn([Refusal("was_sent", "这次培训已经提交过，不能删除。")])
    record("unittraining.drop", current, by=by, now=now, before={"plan_item": str(current.plan_item.ref)})
    current.papers.all().delete()
    roster = current.roster
    if roster.state == RosterState.CHECKING:
        cancel_check(roster, by=by, now=now)
    current.delete()
    RosterRow.objects.filter(roster=roster).delete()
    roster.delete()


def _editable(training: UnitTraining) -> UnitTraining:
    """Locked, and still with its unit."""
    rows = UnitTraining.objects.select_for_update(of=("self",)).select_related("organization__area", "roster")
    current = rows.get(pk=training.pk)
    if current.state not in _EDITABLE:
        raise MovedOn([Refusal("not_editable", "这次培训已经提交，内容不能再改。")])
    return current


def _is_on_it(training: UnitTraining, by: User) -> bool:
    """Whether a row names `by`, found by the name and proved by the number."""
    person, roster = person_of(by), training.roster
    if person is None:
        return False
    rows = RosterRow.objects.filter(roster=roster, version=roster.version, name=person.name, id_sealed__isnull=False)
    found = find_people((number_of(row, roster), row.name) for row in rows)
    return any(each.pk == person.pk for each in found.values())
