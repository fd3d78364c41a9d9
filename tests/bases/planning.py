"""A unit's yearly plan, filled in and filed."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import Organization, User
from accounts.selectors.requests import who_can_decide
from bases.enums import PlanStage
from bases.models import TrainingPlan
from bases.rules.plans import PlannedTraining
from bases.services.plans import approve_plan, begin_plan, file_plan, list_training
from ceportal.kernel.services.files import store
from tests.bases.teaching import NOW
from tests.credits.drafts import photo

TRAINING = PlannedTraining(
    kind="post", subject="professional", title="新课标教学研修", content="课程标准解读\n课例研讨",
    hours=Decimal("16.0"), started_on=date(2026, 12, 1), ended_on=date(2026, 12, 2), place="学校报告厅", people=60,
    funding="unit", budget=3000,
)  # fmt: skip
TYPED = {
    "kind": "post", "subject": "professional", "title": "新课标教学研修", "content": "课程标准解读", "hours": "16",
    "started_on": "2026-12-01", "ended_on": "2026-12-02", "place": "学校报告厅", "people": "60", "funding": "unit",
    "budget": "3000",
}  # fmt: skip


def begun(unit: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> TrainingPlan:
    """With one training in it."""
    training = replace(TRAINING, **changes)
    plan = begin_plan(unit, training.started_on.year, by=by, now=now)
    if not plan.items.exists():
        list_training(plan, training, by=by, now=now)
    return plan


def sent(unit: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> TrainingPlan:
    plan = begun(unit, by, now=now, **changes)
    return file_plan(plan, reason="本年度计划", document=store(photo(), owner=by, now=now), by=by, now=now)


def filed(unit: Organization, by: User, *, now: datetime = NOW, **changes: Any) -> TrainingPlan:
    """By whoever has it in their inbox, all the way."""
    plan = sent(unit, by, now=now, **changes)
    while plan.state == "waiting":
        is_last = plan.stage == PlanStage.BUREAU
        decider = who_can_decide(plan).first()
        assert decider is not None
        approve_plan(plan, seen_round=plan.round, reason="同意备案" if is_last else "同意", by=decider, now=now)
        plan.refresh_from_db()
    return plan
