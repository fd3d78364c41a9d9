"""One search for a bureau or an authority: people, units, certificates and classes of its place or trade."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import Employment, Organization, Professional, User
from accounts.selectors.people import find_by_id_number
from bases.models import TrainingClass
from bases.selectors.classes import shown_classes
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.text import comparable
from ceportal.office.models import CountedYear
from ceportal.office.selectors.statistics import Asked, Scope
from certificates.models import Certificate
from certificates.selectors import certificates_overseen_by

SHOWN, LIMIT = 20, 60


@dataclass(frozen=True)
class Found:
    """One thing; `href` is empty where nothing more can be shown of it yet."""

    label: str
    facts: str
    href: str = ""


@dataclass(frozen=True)
class Findings:
    """By kind; more than `SHOWN` of a kind are not read."""

    people: list[Found] = field(default_factory=list)
    units: list[Found] = field(default_factory=list)
    certificates: list[Found] = field(default_factory=list)
    classes: list[Found] = field(default_factory=list)

    @property
    def sections(self) -> list[tuple[str, list[Found]]]:
        named = (
            ("人员", self.people), ("单位", self.units), ("证书", self.certificates), ("培训班", self.classes),
        )  # fmt: skip
        return [(title, found) for title, found in named if found]


def find(user: User, scope: Scope, text: str, *, today: date) -> Findings:
    """By how a name, number or title begins, by part of a unit's name, or by a whole ID number; seven queries."""
    said = text.strip()[:LIMIT]
    if not said:
        return Findings()
    return Findings(
        [_person(one) for one in people_found(scope, said)[:SHOWN]],
        [_unit(one, today.year) for one in _units(scope, said)[:SHOWN]],
        [_certificate(one) for one in _certificates(user, said, today)[:SHOWN]],
        [_class(one) for one in _classes(scope, said)[:SHOWN]],
    )


def people_found(scope: Scope, said: str) -> QuerySet[Professional]:
    """Registered people of the scope's places, and who works under its authorities, by name or by ID number."""
    reach = scope.reach
    jobs = Employment.objects.filter(ended_on__isnull=True, professional=OuterRef("pk"))
    here = reach.of_places("area") | Exists(jobs.filter(reach.of_units("organization")))
    counted = CountedYear.objects.filter(professional=OuterRef("pk")).order_by("-year").values("year")[:1]
    unit = jobs.filter(is_principal=True).values("organization__name")[:1]
    rows = Professional.objects.filter(here, approved_at__isnull=False)
    by_number = find_by_id_number(said) if any(sign.isdigit() for sign in said) else None
    rows = rows.filter(pk=by_number.pk) if by_number else rows.filter(name__startswith=said)
    rows = rows.annotate(counted=Subquery(counted), unit_name=Subquery(unit))
    return rows.select_related("area").order_by("name", "pk")


def _units(scope: Scope, said: str) -> QuerySet[Organization]:
    reach = scope.reach
    here = reach.of_places("area") | Q(pk__in=reach.authorities) | Q(supervisor__in=reach.authorities)
    named = Q(name_key__contains=comparable(said)) | Q(uscc=normalise(said))
    return Organization.objects.filter(here, named).select_related("area").order_by("name_key", "pk")


def _certificates(user: User, said: str, today: date) -> QuerySet[Certificate]:
    return certificates_overseen_by(user, today=today).filter(number__startswith=said).order_by("number")


def _classes(scope: Scope, said: str) -> QuerySet[TrainingClass]:
    reach = scope.reach
    here = reach.of_places("organization__area") | reach.of_units("organization")
    return shown_classes().filter(here, title__startswith=said).order_by("-started_on", "pk")


def _person(one: Professional) -> Found:
    year: int | None = one.counted  # type: ignore[attr-defined]
    known = (one.id_mask, one.unit_name, one.area.name, _came(one.taken_from))  # type: ignore[attr-defined]
    facts = " · ".join(filter(None, known))
    return Found(one.name, facts, reverse("office:counted_person", args=[one.ref, year]) if year else "")


def _unit(one: Organization, year: int) -> Found:
    known = (one.area.name, one.contact_name, one.contact_phone, _came(one.taken_from))
    facts = " · ".join(filter(None, known))
    query = urlencode(Asked(year, one.area, unit=one).query)
    return Found(one.name, facts, f"{reverse('office:counted_people')}?{query}")


def _came(source: str) -> str:
    """That it was taken over, and from where."""
    return f"由{source}转入" if source else ""


def _certificate(one: Certificate) -> Found:
    page = reverse("admin:certificates_certificate_changelist")
    facts = f"{one.snapshot['person']['name']} · {one.year} 年度 · {one.get_state_display()}"
    return Found(one.number, facts, f"{page}?{urlencode({'number': one.number})}")


def _class(one: TrainingClass) -> Found:
    return Found(one.title, f"{one.organization.name} · {one.started_on}", reverse("bases:class", args=[one.ref]))
