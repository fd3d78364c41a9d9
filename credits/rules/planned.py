"""What a unit ran itself is declared under its filed plan, or says why not (S2-05, S3-04)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

CLAUSE = "S3-04"
# The ways of learning that a unit or its authority runs itself.
PLANNED = frozenset({"employer_training", "authority_training"})
WHY_LIMIT = 300


@dataclass(frozen=True)
class NamedPlan:
    """The line of a plan that a declaration names. `is_in_force`: its unit's or authority's plan still holds it."""

    title: str
    year: int
    started_on: date
    ended_on: date
    hours: Decimal
    is_in_force: bool


def reasons_not_to_leave_unplanned(
    activity: str, named: NamedPlan | None, unplanned: str, *, ended_on: date | None
) -> Iterator[Refusal]:
    """Of another way of learning nothing is asked."""
    if activity not in PLANNED:
        return
    if named is None and not unplanned.strip():
        message = "请选择这次培训是已备案计划中的哪一项；没有列入计划的，请写明原因。"
        yield Refusal("no_plan", message, field="plan_item", clause=CLAUSE)
    if named is not None and not named.is_in_force:
        message = f"“{named.title}”已不在现行的备案计划中，请重新选择；没有列入计划的，请写明原因。"
        yield Refusal("plan_changed", message, field="plan_item", clause=CLAUSE)
    if named is not None and ended_on is not None and named.year != ended_on.year:
        message = f"“{named.title}”是 {named.year} 年度的计划，这次培训在 {ended_on.year} 年结束，请重新选择。"
        yield Refusal("plan_of_other_year", message, field="plan_item", clause=CLAUSE)


def reasons_not_to_keep_why(unplanned: str) -> Iterator[Refusal]:
    if unplanned:
        flat = unplanned.replace("\r", " ").replace("\n", " ")
        yield from reasons_not_to_accept(flat, field="unplanned", label="没有列入计划的原因", limit=WHY_LIMIT)


def doubts_of_the_plan(
    named: NamedPlan | None, unplanned: str, *, started_on: date | None, ended_on: date | None, hours: Decimal | None
) -> Iterator[Refusal]:
    """What a reviewer should look at twice."""
    if named is None:
        if unplanned:
            yield Refusal("unplanned", "没有列入已备案的计划，申报人说明了原因，请核对。", clause=CLAUSE)
        return
    if started_on and ended_on and not named.started_on <= started_on <= ended_on <= named.ended_on:
        days = f"{named.started_on.isoformat()} 至 {named.ended_on.isoformat()}"
        yield Refusal("other_days", f"申报的日期不在计划的日期（{days}）之内，请核对。", clause=CLAUSE)
    if hours is not None and hours > named.hours:
        message = f"申报的学时多于计划的每人 {named.hours.normalize():f} 学时，请核对。"
        yield Refusal("over_plan", message, clause=CLAUSE)
    if not named.is_in_force:
        yield Refusal("plan_changed", "所选的培训已不在现行的备案计划中，请核对。", clause=CLAUSE)
