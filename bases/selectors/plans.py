"""Training plans: whose they are, who may read and decide on them, which are in force (S3-04)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.enums import Duty, RequestState, UnitState
from accounts.models import Organization, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import in_charge, place_of, second_reviewer_of, units_for, units_for_any
from accounts.selectors.reach import reach_of
from accounts.selectors.requests import requests_seen_by, requests_waiting_for
from bases.enums import PlanStage
from bases.models import PlanInspection, TrainingPlan, TrainingPlanItem
from bases.rules.plans import PlannedTraining, first_stage
from ceportal.kernel.selectors.ways import found_in_a_way

_OPEN = (RequestState.DRAFT, RequestState.WAITING, RequestState.RETURNED)
_TOLD = ("organization__area", "waiting_on", "document", "asked_by", "amends")


def filing_units(user: User) -> QuerySet[Organization]:
    """The units for which `user` files plans."""
    found = units_for_any(user, Act.FILE_PLANS, Act.FILE_PLANS_OF_BASES)
    return found.select_related("area", "supervisor__area", "answers_to").order_by("id")


def own_plans(user: User) -> QuerySet[TrainingPlan]:
    """The plans of those units, drafts too."""
    return TrainingPlan.objects.filter(organization__in=filing_units(user).values("pk")).select_related(*_TOLD)


def plans_waiting_for(user: User) -> QuerySet[TrainingPlan]:
    return requests_waiting_for(user, TrainingPlan.objects.all()).select_related(*_TOLD)


def plans_seen_by(user: User) -> QuerySet[TrainingPlan]:
    """One's own, what waits or waited with one, and what units within one's reach have handed in."""
    reach = reach_of(user, Act.SEE_PLANS)
    rows = TrainingPlan.objects.all()
    dealt_with = requests_seen_by(user, rows.exclude(state=RequestState.DRAFT), duties=duties_for(Act.RULE_ON_PLANS))
    below = reach.of_places("organization__area") | reach.of_units("organization")
    # Of a whole place there are many: each is asked whether it lies there.
    own = Q(pk__in=found_in_a_way(rows, own_plans(user), dealt_with).values("pk"))
    return rows.filter(own | Q(below, submitted_at__isnull=False)).select_related(*_TOLD)


def in_force() -> QuerySet[TrainingPlan]:
    """Filed and not amended since."""
    later = TrainingPlan.objects.filter(
        organization=OuterRef("organization"), year=OuterRef("year"), version__gt=OuterRef("version"),
        state=RequestState.GRANTED,
    )  # fmt: skip
    return TrainingPlan.objects.filter(~Exists(later), state=RequestState.GRANTED)


def is_in_force(plan: TrainingPlan) -> bool:
    return in_force().filter(pk=plan.pk).exists()


def filed_plans(user: User, year: int, *, never_inspected: bool = False) -> QuerySet[TrainingPlan]:
    """What is in force for a year in one's reach, with what it comes to and how often it was inspected."""
    items = TrainingPlanItem.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    looks = PlanInspection.objects.filter(plan__organization=OuterRef("organization"), plan__year=year)
    found = in_force().filter(year=year, pk__in=plans_seen_by(user).values("pk")).select_related(*_TOLD)
    found = found.annotate(
        trainings=Subquery(items.annotate(found=Count("pk")).values("found"), output_field=IntegerField()),
        people=Subquery(items.annotate(found=Sum("people")).values("found"), output_field=IntegerField()),
        is_inspected=Exists(looks),
    )
    return found.filter(is_inspected=False) if never_inspected else found


def units_without_plan(user: User, year: int) -> QuerySet[Organization]:
    """Units within one's reach that have filed no plan for a year and have none under way."""
    reach = reach_of(user, Act.SEE_PLANS)
    there = TrainingPlan.objects.filter(
        organization=OuterRef("pk"), year=year, state__in=[*_OPEN, RequestState.GRANTED]
    ).exclude(state=RequestState.DRAFT)
    units = Organization.objects.filter(Q(is_employer=True) | Q(is_base=True), state=UnitState.ACTIVE)
    below = reach.of_places("area") | Q(supervisor__in=reach.authorities)
    return units.filter(below, ~Exists(there)).select_related("area", "supervisor")


def year_figures(user: User, year: int) -> dict[str, int]:
    """What the plans in force within one's reach come to: plans, trainings, people; and the units without any."""
    plans = in_force().filter(year=year, pk__in=plans_seen_by(user).values("pk"))
    found = TrainingPlanItem.objects.filter(plan__in=plans).aggregate(
        plans=Count("plan", distinct=True), trainings=Count("pk"), people=Sum("people")
    )
    return {name: value or 0 for name, value in found.items()}


def office_for(unit: Organization, *, by: User) -> tuple[Organization | None, PlanStage]:
    """With whom a unit's plan waits first: its authority, if somebody there can act; else the bureau of its place."""
    supervisor = second_reviewer_of(unit)
    authority = supervisor if supervisor and supervisor.is_authority and not supervisor.is_bureau else None
    if first_stage(is_authority=unit.is_authority, has_authority=authority is not None) is PlanStage.BUREAU:
        return bureau_for_plans(unit, by=by), PlanStage.BUREAU
    to = in_charge(Duty.REVIEW_HOURS, place_of(unit), first=authority, but_not=[by])
    return to, PlanStage.AUTHORITY if to == authority else PlanStage.BUREAU


def bureau_for_plans(office: Organization, *, by: User) -> Organization | None:
    """The bureau of the same level as an authority, or of a unit's place; a bureau does not file with itself (A24)."""
    above = office.area.parent if office.is_bureau else None
    return in_charge(Duty.REVIEW_HOURS, above or place_of(office), but_not=[by])


def planned(item: TrainingPlanItem) -> PlannedTraining:
    """A line as the rules see it."""
    return PlannedTraining(**{name: getattr(item, name) for name in PlannedTraining.__dataclass_fields__})


def lines_of(plan: TrainingPlan | None) -> dict[UUID, PlannedTraining]:
    return {item.line: planned(item) for item in plan.items.all()} if plan else {}


def plan_in_force(unit: Organization, year: int) -> TrainingPlan | None:
    return in_force().filter(organization=unit, year=year).select_related(*_TOLD).first()


def open_plan(unit: Organization, year: int) -> TrainingPlan | None:
    return TrainingPlan.objects.filter(organization=unit, year=year, state__in=_OPEN).first()


def versions_of(plan: TrainingPlan) -> QuerySet[TrainingPlan]:
    """The filed versions of the same unit and year, the newest first."""
    rows = TrainingPlan.objects.filter(organization=plan.organization_id, year=plan.year, state=RequestState.GRANTED)
    return rows.order_by("-version")


def items_filed_by(units: Iterable[Organization], years: Iterable[int]) -> QuerySet[TrainingPlanItem]:
    """The trainings of the plans in force of `units`: what can be named as planned (S2-05, S3-04)."""
    rows = TrainingPlanItem.objects.filter(
        plan__in=in_force().filter(organization__in=[unit.pk for unit in units], year__in=list(years))
    )
    return rows.select_related("plan__organization").order_by("started_on", "id")


def planning_units(employer: Organization | None) -> list[Organization]:
    """Whose plans somebody of `employer` learns under: its own and its authorities'."""
    if employer is None:
        return []
    supervisor = second_reviewer_of(employer)
    return [employer, supervisor] if supervisor and supervisor.is_authority else [employer]


def inspecting_bureau(user: User, plan: TrainingPlan) -> Organization | None:
    """In whose name `user` looks into a plan: the nearest bureau of the unit's place."""
    bureaus = units_for(user, Act.INSPECT_PLANS).filter(is_bureau=True, area__in=plan.organization.area.codes)
    return bureaus.order_by("-area__path").first()
