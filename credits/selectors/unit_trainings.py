"""Trainings that units ran for all their people: whose they are, who may read and decide on them (S2-05)."""

from django.db.models import QuerySet

from accounts.enums import RequestState
from accounts.models import Organization, Professional, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import units_for
from accounts.selectors.requests import requests_seen_by, requests_waiting_for
from bases.models import TrainingPlanItem
from bases.selectors.plans import items_filed_by
from ceportal.kernel.selectors.ways import found_in_a_way
from credits.models import UnitTraining
from credits.rules.planned import NamedPlan

_TOLD = ("organization__area", "waiting_on", "document", "asked_by", "roster", "plan_item__plan__organization")


def running_units(user: User) -> QuerySet[Organization]:
    """The units for whose people `user` registers trainings."""
    return units_for(user, Act.RUN_TRAININGS).select_related("area", "supervisor__area", "answers_to").order_by("id")


def own_trainings(user: User) -> QuerySet[UnitTraining]:
    rows = UnitTraining.objects.filter(organization__in=running_units(user).values("pk"))
    return rows.select_related(*_TOLD)


def trainings_waiting_for(user: User) -> QuerySet[UnitTraining]:
    return requests_waiting_for(user, UnitTraining.objects.all()).select_related(*_TOLD)


def trainings_seen_by(user: User) -> QuerySet[UnitTraining]:
    """One's own unit's, and what waits or waited with one."""
    sent = UnitTraining.objects.exclude(state=RequestState.DRAFT)
    dealt_with = requests_seen_by(user, sent, duties=duties_for(Act.RULE_ON_TRAININGS))
    return found_in_a_way(UnitTraining.objects.all(), own_trainings(user), dealt_with).select_related(*_TOLD)


def items_to_run(units: list[Organization], years: tuple[int, ...]) -> QuerySet[TrainingPlanItem]:
    """The lines of the units' own plans in force."""
    return items_filed_by(units, years)


def plan_of_unit(item: TrainingPlanItem, unit: Organization) -> NamedPlan:
    """A line as the rules ask about it: in force where the unit's own plan holds it now."""
    is_in_force = items_filed_by([unit], [item.plan.year]).filter(line=item.line).exists()
    return NamedPlan(item.title, item.plan.year, item.started_on, item.ended_on, item.hours, is_in_force)


def person_of(user: User) -> Professional | None:
    return Professional.objects.filter(user=user).first()
