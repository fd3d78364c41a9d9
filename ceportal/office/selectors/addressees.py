"""Whom a clerk means who types a number, a code or a name: within the reach of their office alone."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.enums import UnitState
from accounts.models import Employment, Organization, Professional
from accounts.selectors.duties import below
from accounts.selectors.people import find_by_id_number
from ceportal.kernel.rules.id_number import normalise, reasons_not_to_accept_uscc
from ceportal.kernel.rules.text import comparable


@dataclass(frozen=True)
class Meant:
    """One of the two, or neither."""

    person: Professional | None = None
    unit: Organization | None = None

    @property
    def is_somebody(self) -> bool:
        return self.person is not None or self.unit is not None


def whom(typed: str, office: Organization) -> Meant:
    """By an identity number, a credit code or a unit's whole name: of a bureau's place, or below an authority."""
    number, units = normalise(typed), _units_of(office)
    # One identity number in thirty has the check digit of a credit code too: only a unit that is there settles it.
    coded = units.filter(uscc=number).first() if not reasons_not_to_accept_uscc(number) else None
    if coded is not None:
        return Meant(unit=coded)
    person = find_by_id_number(number) if any(each.isdigit() for each in number) else None
    if person is not None:
        meant = Meant(person=person)
        return meant if person.approved_at and reaches(office, meant) else Meant()
    named = list(units.filter(name_key=comparable(typed) or "-")[:2])
    return Meant(unit=named[0]) if len(named) == 1 else Meant()


def reaches(office: Organization, to: Meant) -> bool:
    """Whether `office` may write there: to a person of its place or at work below the authority, to a unit likewise."""
    if to.unit is not None:
        here = to.unit.area.path.startswith(office.area.path) if office.is_bureau else to.unit.supervisor == office
        return here and to.unit != office
    person = to.person
    if person is None:
        return False
    if office.is_bureau:
        return person.area.path.startswith(office.area.path)
    jobs = Employment.objects.filter(professional=person, ended_on__isnull=True, organization__supervisor=office)
    return jobs.exists()


def _units_of(office: Organization) -> QuerySet[Organization]:
    units = Organization.objects.filter(is_employer=True, state=UnitState.ACTIVE)
    return units.filter(**below(office.area)) if office.is_bureau else units.filter(supervisor=office)
