"""Which units one evaluates, what is known of their year, and what was found before."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.enums import RequestState, UnitState
from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.reach import reach_of
from bases.models import CreditNote, PlanInspection
from bases.selectors.complaints import upheld_against
from bases.selectors.plans import plan_in_force
from ceportal.kernel.rules.moments import day_words
from ceportal.office.enums import Grade, Standing
from ceportal.office.models import CountedYear, UnitEvaluation
from ceportal.office.rules.evaluating import POINTS
from credits.models import UnitTraining
from reviews.models import Decision

Fact = tuple[str, str]


def evaluated_by(user: User) -> QuerySet[Organization]:
    """Employers within one's reach, but for one's own."""
    reach = reach_of(user, Act.EVALUATE_UNITS)
    units = Organization.objects.filter(is_employer=True, is_bureau=False, state=UnitState.ACTIVE)
    found = units.filter(reach.of_places("area") | Q(supervisor__in=reach.authorities))
    return found.exclude(pk__in=own_units(user).values("pk")).select_related("area", "supervisor")


def units_to_evaluate(user: User, year: int, *, name: str = "", look: str = "") -> QuerySet[Organization]:
    """The same, with whether one's offices have evaluated that year; by the beginning of a name. `look` keeps those
    not evaluated (`open`), evaluated (`made`) or with one grade in one point (`work-poor`).
    """
    mine = units_for(user, Act.EVALUATE_UNITS).values("pk")
    made = UnitEvaluation.objects.filter(organization=OuterRef("pk"), year=year, by_organization__in=mine)
    units = evaluated_by(user).annotate(is_evaluated=Exists(made))
    if name:
        units = units.filter(name__startswith=name)
    if look in ("open", "made"):
        return units.filter(is_evaluated=look == "made")
    point, _, grade = look.partition("-")
    return units.filter(Exists(made.filter(**{point: grade}))) if look else units


@dataclass(frozen=True)
class Evaluated:
    """Of the units one evaluates: how many there are, have been, and by point how many with each grade."""

    units: int
    made: int
    points: Sequence[tuple[str, Sequence[tuple[str, str, int]]]]

    @property
    def open(self) -> int:
        return self.units - self.made


def evaluated(user: User, year: int) -> Evaluated:
    """Two queries; a unit that was judged again counts once in each grade it was given."""
    mine, units = units_for(user, Act.EVALUATE_UNITS).values("pk"), evaluated_by(user).order_by()
    made = UnitEvaluation.objects.filter(organization__in=units.values("pk"), year=year, by_organization__in=mine)
    grades = {f"{point}_{grade}": Q(**{point: grade}) for point in POINTS for grade in Grade.values}
    told = made.aggregate(
        made=Count("organization", distinct=True),
        **{name: Count("organization", filter=of, distinct=True) for name, of in grades.items()},
    )
    points = [
        (label, [(f"{point}-{grade}", str(words), told[f"{point}_{grade}"]) for grade, words in Grade.choices])
        for point, label in POINTS.items()
    ]
    return Evaluated(units.count(), told["made"], points)


def office_of(user: User, unit: Organization) -> Organization:
    """For which of one's offices one evaluates a unit found by `evaluated_by`: its authority, else the nearest one."""
    offices = units_for(user, Act.EVALUATE_UNITS).select_related("area").order_by("-area__path", "id")
    own = [each for each in offices if each.pk == unit.supervisor_id]
    above = [each for each in offices if each.is_bureau and unit.area.path.startswith(each.area.path)]
    return (own + above)[0]


def own_units(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.SEE_EVALUATIONS)


def own_evaluations(user: User) -> QuerySet[UnitEvaluation]:
    """What was found at one's own units."""
    found = UnitEvaluation.objects.filter(organization__in=own_units(user).values("pk"))
    return found.select_related("organization", "by_organization")


def evaluations_of(unit: Organization) -> QuerySet[UnitEvaluation]:
    """Of a unit that was found by `evaluated_by`."""
    return UnitEvaluation.objects.filter(organization=unit).select_related("by_organization")


def facts_of(unit: Organization, year: int) -> dict[str, list[Fact]]:
    """What the portal knows of a unit's year, by what it bears on, as label and words: nine queries."""
    return {
        "plan": list(_plan(unit, year)),
        "work": list(_work(unit, year)),
        "content": list(_content(unit, year)),
        "effect": list(_effect(unit, year)),
    }


def _plan(unit: Organization, year: int) -> list[Fact]:
    plan = plan_in_force(unit, year)
    if plan is None:
        return [("已备案的年度计划", "没有")]
    when = day_words(timezone.localdate(plan.decided_at)) if plan.decided_at else ""
    inspections = PlanInspection.objects.filter(plan__organization=unit, plan__year=year)
    found = [each.get_finding_display() for each in inspections.order_by("id")]
    return [
        ("已备案的年度计划", f"{plan.items.count()} 项培训，{when}备案"),
        ("计划检查", "、".join(found) or "还没有检查过"),
    ]


def _work(unit: Organization, year: int) -> list[Fact]:
    trainings = UnitTraining.objects.filter(organization=unit, made_at__year=year, state=RequestState.GRANTED).count()
    made = Decision.objects.filter(organization=unit, at__year=year)
    told = made.aggregate(all=Count("pk"), late=Count("pk", filter=Q(at__gt=F("was_due_at"))))
    return [
        ("登记的单位培训", f"{trainings} 次"),
        ("审核学时", f"{told['all']} 项，其中超期 {told['late']} 项"),
        ("信用档案", "、".join(_findings(unit, year)) or "没有不良记录"),
    ]


def _findings(unit: Organization, year: int) -> list[str]:
    """What the bureaus found of it, but for inspections of its plan, which stand beside it."""
    upheld = [f"投诉属实：{each.get_kind_display()}" for each in upheld_against(unit).filter(decided_at__year=year)]
    notes = CreditNote.objects.filter(organization=unit, on__year=year).order_by("id")
    return upheld + [each.get_kind_display() for each in notes]


def _content(unit: Organization, year: int) -> list[Fact]:
    told = CountedYear.objects.filter(organization=unit, year=year).aggregate(
        public=Sum("public"), professional=Sum("professional_hours"), online=Sum("online_times"), face=Sum("face_times")
    )
    return [
        ("公需科目", f"{_figure(told['public'])} 学时"),
        ("专业科目", f"{_figure(told['professional'])} 学时"),
        ("学习形式", f"网上 {told['online'] or 0} 人次，面授 {told['face'] or 0} 人次"),
    ]


def _effect(unit: Organization, year: int) -> list[Fact]:
    told = CountedYear.objects.filter(organization=unit, year=year).aggregate(
        obliged=Count("pk", filter=~Q(standing=Standing.EXCUSED)), met=Count("pk", filter=Q(standing=Standing.MET))
    )
    return [("应学人员", f"{told['obliged']} 人"), ("已达标", f"{told['met']} 人")]


def _figure(value: Decimal | None) -> str:
    return f"{(value or Decimal(0)).normalize():f}"
