"""Classes held and funding planned in a year (S1-11: 办班种类、形式和经费): few rows, read from where they stand."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.enums import RequestState
from bases.enums import ClassForm, ClassKind, ClassState, Funding
from bases.models import TrainingClass, TrainingPlan, TrainingPlanItem
from ceportal.office.selectors.statistics import Asked, Scope

INTEREST = {"is_free": "免费", "is_urgent": "急需紧缺", "is_for_public_benefit": "公益"}


@dataclass(frozen=True)
class Held:
    """Classes of a kind or form: how many, their hours, and places taken; `asked` names the row in an address."""

    label: str
    classes: int
    hours: Decimal
    people: int
    asked: dict[str, str]


@dataclass(frozen=True)
class Funded:
    """Planned trainings by who pays: how many, for how many people, and whole yuan as far as they are said; `asked`
    names the row in an address.
    """

    label: str
    trainings: int
    people: int
    yuan: int
    asked: dict[str, str]


def classes_seen_by(scope: Scope, asked: Asked) -> QuerySet[TrainingClass]:
    """Those announced and not cancelled, of institutions of the place or under the authority."""
    rows = TrainingClass.objects.filter(_at(scope, asked), state=ClassState.OPEN, year=asked.year)
    return rows.filter(trade=asked.trade) if asked.trade else rows


def classes_by_form(scope: Scope, asked: Asked) -> list[Held]:
    names = dict(ClassForm.choices)
    rows = classes_seen_by(scope, asked).order_by().values_list("form")
    found = rows.annotate(n=Count("pk"), hours_held=Sum("hours"), people=Sum("taken"))
    return [
        Held(names.get(value, value), n, hours, people, {"form": value}) for value, n, hours, people in sorted(found)
    ]


def classes_by_kind_and_interest(scope: Scope, asked: Asked) -> tuple[list[Held], list[Held]]:
    """By kind; and those free of charge, urgently needed and for public benefit (S0-03), of which a class may be
    several: one query.
    """
    sums: dict[str, Any] = {}
    for flag in ("all", *INTEREST):
        of = Q() if flag == "all" else Q(**{flag: True})
        sums |= {f"{flag}_n": Count("pk", filter=of), f"{flag}_people": Sum("taken", filter=of)}
        sums[f"{flag}_hours"] = Sum("hours", filter=of)
    rows: list[Any] = list(classes_seen_by(scope, asked).order_by().values("kind").annotate(**sums).order_by("kind"))
    names = dict(ClassKind.choices)
    kinds = [
        Held(names.get(kind := row["kind"], kind), row["all_n"], row["all_hours"], row["all_people"], {"kind": kind})
        for row in rows
    ]
    return kinds, [
        _held(rows, flag, label) for flag, label in INTEREST.items() if any(row[f"{flag}_n"] for row in rows)
    ]


def _held(rows: list[Any], flag: str, label: str) -> Held:
    hours = sum((row[f"{flag}_hours"] or Decimal(0) for row in rows), Decimal(0))
    people = sum(row[f"{flag}_people"] or 0 for row in rows)
    return Held(label, sum(row[f"{flag}_n"] for row in rows), hours, people, {"interest": flag})


def funding_planned(scope: Scope, asked: Asked) -> list[Funded]:
    """What the plans in force say."""
    rows = TrainingPlanItem.objects.filter(plan__in=plans_in_force(scope, asked).values("pk")).order_by()
    names = dict(Funding.choices)
    found = rows.values_list("funding").annotate(n=Count("pk"), planned=Sum("people"), yuan=Sum("budget"))
    return [
        Funded(names.get(value, value), n, people, yuan or 0, {"funding": value})
        for value, n, people, yuan in sorted(found)
    ]


def plans_in_force(scope: Scope, asked: Asked) -> QuerySet[TrainingPlan]:
    """Of each unit and year the highest version that was granted."""
    later = TrainingPlan.objects.filter(
        organization=OuterRef("organization"), year=OuterRef("year"), version__gt=OuterRef("version"),
        state=RequestState.GRANTED,
    )  # fmt: skip
    return TrainingPlan.objects.filter(_at(scope, asked), ~Exists(later), state=RequestState.GRANTED, year=asked.year)


def _at(scope: Scope, asked: Asked) -> Q:
    reach = scope.reach
    place = {"organization__area__path__startswith": asked.place.path}
    found = Q(**place) & (reach.of_places("organization__area") | reach.of_units("organization"))
    if asked.nature:
        found &= Q(organization__nature=asked.nature)
    return found & Q(organization=asked.unit) if asked.unit else found
