"""Under which filed plans somebody's unit-run training can be declared, and which one a declaration names (S3-04)."""

from accounts.models import Professional
from accounts.selectors.people import employer_of
from bases.models import TrainingPlanItem
from bases.selectors.plans import items_filed_by, planning_units
from credits.models import Declaration
from credits.rules.planned import NamedPlan


def plan_items_for(professional: Professional, years: set[int]) -> list[TrainingPlanItem]:
    """The trainings in the plans in force of the person's unit and its authority."""
    return list(items_filed_by(planning_units(employer_of(professional)), years))


def named_plan(declaration: Declaration) -> NamedPlan | None:
    """What the rules ask about it. Whether it is still in force is asked of the plans as they are filed now."""
    item = declaration.plan_item
    if item is None:
        return None
    units = planning_units(employer_of(declaration.professional))
    is_in_force = items_filed_by(units, [item.plan.year]).filter(line=item.line).exists()
    return NamedPlan(item.title, item.plan.year, item.started_on, item.ended_on, item.hours, is_in_force)


def plan_words(item: TrainingPlanItem) -> str:
    """As a list to choose from, and a reviewer, name it."""
    days = f"{item.started_on.isoformat()} 至 {item.ended_on.isoformat()}"
    whose = f"{item.plan.organization.name}{item.plan.year} 年度计划"
    return f"{whose}：{item.title}（{days}，{item.hours.normalize():f} 学时）"


def plan_facts(declaration: Declaration) -> list[tuple[str, str]]:
    """Label and words, for whoever reads a declaration: the line of the plan, or why there is none."""
    if declaration.plan_item is not None:
        return [("已备案的计划", plan_words(declaration.plan_item))]
    return [("没有列入计划的原因", declaration.unplanned)] if declaration.unplanned else []
