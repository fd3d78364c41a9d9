"""Whose funding is recorded, and what the units of a place or trade recorded together."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.office.models import FundingRecord
from ceportal.office.rules.funding import RATES, Reckoning, reckon
from ceportal.office.selectors.statistics import Asked, Scope


@dataclass(frozen=True)
class Kept:
    """What units with the same rate recorded, in yuan; `asked` names the row in an address."""

    label: str
    units: int
    payroll: Decimal
    due: Decimal
    set_aside: Decimal
    spent: Decimal
    asked: dict[str, str]


def funding_units(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.KEEP_FUNDING).order_by("name_key", "pk")


def funding_of(unit: Organization) -> QuerySet[FundingRecord]:
    """The latest year first."""
    return FundingRecord.objects.filter(unit=unit).order_by("-year")


def reckoned(record: FundingRecord) -> Reckoning:
    """What follows of what a unit recorded."""
    names = ("payroll", "rate", "set_aside", "spent", "carried_in")
    return reckon(**{name: getattr(record, name) for name in names})


def funding_kept(scope: Scope, asked: Asked) -> list[Kept]:
    """By rate, the lower first: one query."""
    found = funding_seen_by(scope, asked).order_by("rate").values_list("rate").annotate(
        n=Count("pk"), paid=Sum("payroll"), kept=Sum("set_aside"), used=Sum("spent")
    )  # fmt: skip
    return [
        Kept(f"{rate}%", n, paid, paid * RATES[rate], kept, used, {"rate": rate}) for rate, n, paid, kept, used in found
    ]


def funding_seen_by(scope: Scope, asked: Asked, rate: str = "") -> QuerySet[FundingRecord]:
    """What units of the place or under the authority recorded, at one rate or at any."""
    reach = scope.reach
    here = Q(unit__area__path__startswith=asked.place.path) & (reach.of_places("unit__area") | reach.of_units("unit"))
    rows = FundingRecord.objects.filter(here, year=asked.year)
    if asked.nature:
        rows = rows.filter(unit__nature=asked.nature)
    if asked.unit:
        rows = rows.filter(unit=asked.unit)
    if rate:
        rows = rows.filter(rate=rate)
    return rows.select_related("unit__area")
