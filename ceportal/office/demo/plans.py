"""Yearly plans in the demo: one filed and looked into, one that waits with the authority."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.models import Organization, User
from accounts.selectors.requests import who_can_decide
from bases.models import TrainingPlan
from bases.rules.plans import PlannedTraining
from bases.services.inspecting import inspect_plan
from bases.services.plans import approve_plan, begin_plan, file_plan, list_training
from ceportal.kernel.services.files import store
from ceportal.office.demo import papers
from ceportal.office.demo.classes import is_early
from ceportal.office.demo.stage import Stage

HELD = "校本研修：课堂观察与评价"


def file_plans(stage: Stage, bureau: Organization, inspector: User) -> None:
    """The first unit's plan is filed and was inspected, the second one's waits."""
    long_ago = stage.at(date(stage.today.year, 1, 1), 9)
    lines = {"新课标教学研修": stage.today + timedelta(days=20)}
    if not is_early(stage):
        lines[HELD] = stage.ago(9)
    first = _send(stage, 0, lines, long_ago)
    while first.state == "waiting":
        decider = who_can_decide(first).first()
        if decider is None:
            return
        approve_plan(first, seen_round=first.round, reason="同意", by=decider, now=long_ago + timedelta(hours=2))
        first.refresh_from_db()
    words = "计划按时报送，内容完整；建议写明每次培训的授课教师。"
    inspect_plan(first, bureau, finding="advice", words=words, mend_by=None, by=inspector, now=stage.at(stage.ago(30)))
    _send(stage, 1, {"临床护理技能培训": stage.today + timedelta(days=30)}, stage.at(stage.ago(1)))


def _send(stage: Stage, unit: int, lines: Mapping[str, date], when: datetime) -> TrainingPlan:
    """A training late in the year stays within it."""
    by = stage.reviewers[unit]
    plan = begin_plan(stage.units[unit], stage.today.year, by=by, now=when)
    for title, day in lines.items():
        on = min(day, date(stage.today.year, 12, 31))
        training = PlannedTraining(
            kind="post", subject="professional", title=title, content="专题讲座和分组研讨。", hours=Decimal(8),
            started_on=on, ended_on=on, place="本单位报告厅", people=40, funding="unit", budget=2000,
        )  # fmt: skip
        list_training(plan, training, by=by, now=when)
    paper = store(papers.document("年度培训计划", plan.organization.name, f"{plan.year} 年度"), owner=by, now=when)
    return file_plan(plan, reason="依据本年度业务培训安排。", document=paper, by=by, now=when)
