"""A unit's yearly training plan from the first line to its filing, and every amendment the same way (S3-04)."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, Move, RequestState
from accounts.models import Organization, User
from accounts.rules.requesting import reasons_not_to_rule
from accounts.services.requests import hand_in, may_rule, pass_on, rule
from bases.enums import PlanStage
from bases.models import PlanPaper, TrainingPlan, TrainingPlanItem
from bases.rules.plans import (
    WORDS_LIMIT,
    PlannedTraining,
    reasons_not_to_attach,
    reasons_not_to_begin,
    reasons_not_to_change,
    reasons_not_to_file,
    reasons_not_to_list,
)
from bases.selectors.plans import bureau_for_plans, is_in_force, lines_of, office_for, open_plan, plan_in_force
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.rules.text import reasons_not_to_accept
from ceportal.kernel.services.trail import record

_EDITABLE = (RequestState.DRAFT, RequestState.RETURNED)


@transaction.atomic
def begin_plan(unit: Organization, year: int, *, by: User, now: datetime) -> TrainingPlan:
    """An empty plan to be filled in; the one under way, if there is one; of a filed year an amendment of it."""
    if under_way := open_plan(unit, year):
        return under_way
    refuse_if_any(reasons_not_to_begin(year, today=timezone.localdate(now)))
    filed = plan_in_force(unit, year)
    said: dict[str, Any] = {"reason": f"报送 {year} 年度培训计划"}
    if filed is not None:
        said = {"version": filed.version + 1, "amends": filed, "reason": "调整已备案的计划"}
    try:
        with transaction.atomic():
            made = TrainingPlan.objects.create(
                organization=unit, year=year, declarant=by, asked_by=by, made_at=now, **said
            )
    except IntegrityError as error:
        raise MovedOn([Refusal("moved_on", "同事刚刚新建了这一年度的计划，请刷新后再看。")]) from error
    for item in filed.items.all() if filed else ():
        TrainingPlanItem.objects.create(
            plan=made, line=item.line, **{name: getattr(item, name) for name in PlannedTraining.__dataclass_fields__}
        )
    record("trainingplan.begin", made, by=by, now=now, after={"year": year, "version": made.version})
    return made


@transaction.atomic
def list_training(
    plan: TrainingPlan, training: PlannedTraining, *, by: User, now: datetime, item: TrainingPlanItem | None = None
) -> TrainingPlanItem:
    """One training more in a plan that is being filled in, or other words for `item`."""
    current, today = _editable(plan), timezone.localdate(now)
    filed = lines_of(current.amends).get(item.line) if item else None
    refuse_if_any(reasons_not_to_change(training, filed, today=today))
    if training != filed:
        refuse_if_any(reasons_not_to_list(training, year=current.year, today=today))
    words = asdict(training) | {name: getattr(training, name).strip() for name in ("title", "content", "place")}
    if item is None:
        made = TrainingPlanItem.objects.create(plan=current, **words)
        record("trainingplan.list", current, by=by, now=now, after={"title": made.title})
        return made
    TrainingPlanItem.objects.filter(pk=item.pk, plan=current).update(**words)
    record(
        "trainingplan.change", current, by=by, now=now, before={"title": item.title}, after={"title": words["title"]}
    )
    item.refresh_from_db()
    return item


@transaction.atomic
def unlist_training(item: TrainingPlanItem, *, by: User, now: datetime) -> None:
    current = _editable(item.plan)
    filed = lines_of(current.amends).get(item.line)
    refuse_if_any(reasons_not_to_change(None, filed, today=timezone.localdate(now)))
    record("trainingplan.unlist", current, by=by, now=now, before={"title": item.title})
    item.delete()


@transaction.atomic
def attach_paper(plan: TrainingPlan, label: str, stored: StoredFile, *, by: User, now: datetime) -> PlanPaper:
    """The same file twice is once."""
    current = _editable(plan)
    if there := current.papers.filter(file=stored).first():
        return there
    refuse_if_any(reasons_not_to_attach(label, count=current.papers.count()))
    made = PlanPaper.objects.create(plan=current, label=label.strip(), file=stored, added_at=now)
    record("trainingplan.attach", current, by=by, now=now, after={"label": made.label, "digest": stored.digest})
    return made


@transaction.atomic
def file_plan(plan: TrainingPlan, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> TrainingPlan:
    """Hand it in, before any of its trainings begins: it goes to the authority, or to the bureau (the three routes)."""
    current = _editable(plan)
    paper = document or current.document
    reasons = [
        *reasons_not_to_accept(
            reason.replace("\r", " ").replace("\n", " "), field="reason", label="说明", limit=WORDS_LIMIT
        ),
        *reasons_not_to_file(
            lines_of(current), lines_of(current.amends), has_paper=paper is not None, today=timezone.localdate(now)
        ),
    ]
    refuse_if_any(reasons)
    to, stage = office_for(current.organization, by=by)
    changes: dict[str, Any] = {"reason": reason.strip(), "document": paper, "asked_by": by, "declarant": by}
    hand_in(current, to=to, duty=Duty.REVIEW_HOURS, stage=stage, by=by, now=now, **changes)
    return current


@transaction.atomic
def approve_plan(plan: TrainingPlan, *, seen_round: int, reason: str, by: User, now: datetime) -> TrainingPlan:
    """The authority passes it on to the bureau of its level; the bureau files it."""
    seen: dict[str, Any] = {"seen_round": seen_round, "reason": reason, "by": by, "now": now}
    if plan.stage == PlanStage.AUTHORITY:
        may_rule(plan, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
        authority = plan.waiting_on
        to = bureau_for_plans(authority, by=by) if authority else None
        pass_on(plan, to=to, duty=Duty.REVIEW_HOURS, **seen)
    else:
        rule(plan, Move.APPROVE, **seen)
    return plan


def turn_down_plan(
    plan: TrainingPlan, move: Move, *, seen_round: int, reason: str, by: User, now: datetime
) -> TrainingPlan:
    """Returned to be mended, or not filed; what is in force stays so."""
    refuse_if_any(reasons_not_to_rule(move, reason))
    rule(plan, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return plan


@transaction.atomic
def drop_plan(plan: TrainingPlan, *, by: User, now: datetime) -> None:
    """Throw away what was never handed in."""
    current = _editable(plan)
    if current.state != RequestState.DRAFT:
        raise refuse("not_draft", "已经报送过的计划不能删除，可以撤回。")
    record("trainingplan.drop", current, by=by, now=now, before={"year": current.year, "version": current.version})
    current.delete()


def amend_plan(plan: TrainingPlan, *, by: User, now: datetime) -> TrainingPlan:
    """A new version of what is in force, with the same lines."""
    if not is_in_force(plan):
        raise refuse("not_in_force", "只能调整现行的、已备案的计划。")
    return begin_plan(plan.organization, plan.year, by=by, now=now)


def _editable(plan: TrainingPlan) -> TrainingPlan:
    """Locked, and still being filled in."""
    rows = TrainingPlan.objects.select_for_update(of=("self",)).select_related("organization__area", "amends")
    current = rows.filter(pk=plan.pk).first()
    if current is None or current.state not in _EDITABLE:
        raise MovedOn([Refusal("not_editable", "这份计划已经报送或删除，内容不能再改。")])
    return current
