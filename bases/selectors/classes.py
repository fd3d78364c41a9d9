"""Classes: whose they are, which everybody may see, who is in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Organization, Professional, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import authorities_for, bureau_for, units_for
from accounts.selectors.requests import requests_seen_by, requests_waiting_for
from bases.enums import ClassState
from bases.models import ClassConsent, ClassFeedback, Disclosure, Enrolment, PlanItem, TrainingClass
from bases.rules.recognition import Recognised, reasons_of_a_base_that_left
from bases.selectors.listed import by_a_base_that_stands
from bases.selectors.recognised import BASES, recognitions_of
from ceportal.kernel.rules.refusal import Refusal

_SHOWN = (ClassState.OPEN, ClassState.CANCELLED)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for among the classes to come; empty is everything."""

    area: str = ""
    subject: str = ""
    trade: str = ""
    only_free: bool = False
    only_urgent: bool = False
    only_for_public_benefit: bool = False


def teaching_units(user: User) -> QuerySet[Organization]:
    """The bases for which `user` holds classes."""
    return units_for(user, Act.TEACH).select_related("area").order_by("id")


def own_classes(user: User) -> QuerySet[TrainingClass]:
    """The classes of those bases."""
    rows = TrainingClass.objects.filter(organization__in=teaching_units(user).values("pk"))
    return rows.select_related("organization__area", "plan_item", "trade")


def plan_of(units: Iterable[Organization], year: int) -> QuerySet[PlanItem]:
    """What these institutions plan for a year, with how many classes name each line."""
    rows = PlanItem.objects.filter(organization__in=units, year=year).select_related("organization")
    named = TrainingClass.objects.filter(plan_item__in=rows).values("plan_item")
    return rows.annotate(is_named=Q(pk__in=named))


def plan_items(units: Iterable[Organization], years: Iterable[int]) -> QuerySet[PlanItem]:
    return PlanItem.objects.filter(organization__in=units, year__in=years).select_related("organization")


def shown_classes() -> QuerySet[TrainingClass]:
    """Those that were opened: anybody may read them, cancelled ones too."""
    rows = TrainingClass.objects.filter(state__in=_SHOWN, opened_at__isnull=False)
    return rows.select_related("organization__area", "trade", "plan_item")


def classes_to_come(wanted: Wanted, *, on: date) -> QuerySet[TrainingClass]:
    """Open ones that are not over, the next first; none whose base will not stand by its list on their last day."""
    rows = shown_classes().filter(by_a_base_that_stands(), state=ClassState.OPEN, ended_on__gte=on)
    if wanted.area:
        rows = rows.filter(organization__area__path__contains=f"/{wanted.area}/")
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.trade:
        rows = rows.filter(trade=wanted.trade)
    for flag, is_asked in (
        ("is_free", wanted.only_free), ("is_urgent", wanted.only_urgent),
        ("is_for_public_benefit", wanted.only_for_public_benefit),
    ):  # fmt: skip
        rows = rows.filter(**{flag: True}) if is_asked else rows
    return rows


def classes_of(organization: Organization, *, on: date) -> QuerySet[TrainingClass]:
    """What an institution has announced and has not ended, for its public page."""
    return classes_to_come(Wanted(), on=on).filter(organization=organization).order_by("started_on", "id")


def enrolled(training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Who is in it, by when they came."""
    rows = Enrolment.objects.filter(training_class=training_class, left_at__isnull=True)
    days = Count("attendances")
    return rows.select_related("professional").annotate(days=days).order_by("id")


def enrolment_of(training_class: TrainingClass, person: Professional) -> Enrolment | None:
    return Enrolment.objects.filter(training_class=training_class, professional=person, left_at__isnull=True).first()


def enrolled_among(training_class: TrainingClass, people: Iterable[int]) -> set[int]:
    """Which of these people have a place."""
    rows = Enrolment.objects.filter(training_class=training_class, left_at__isnull=True, professional__in=list(people))
    return set(rows.values_list("professional", flat=True))


def enrolments_of(person: Professional) -> QuerySet[Enrolment]:
    """The classes somebody is or was in."""
    rows = Enrolment.objects.filter(professional=person, left_at__isnull=True)
    judged = Exists(ClassFeedback.objects.filter(enrolment=OuterRef("pk")))
    return rows.select_related("training_class__organization").annotate(days=Count("attendances"), has_judged=judged)


def completion(number: str) -> Enrolment | None:
    """Whose certificate of completion bears a number."""
    rows = Enrolment.objects.filter(certificate_no=number).exclude(certificate_no="")
    return rows.select_related("training_class__organization", "professional").first()


def facts_to_open(training_class: TrainingClass) -> dict[str, Any]:
    """What the rule of opening asks about the base and its authority."""
    recognised: list[Recognised] = recognitions_of(training_class.organization_id, BASES)
    return {
        "recognised": recognised,
        "has_disclosed": Disclosure.objects.filter(organization=training_class.organization_id).exists(),
        "has_consent": ClassConsent.objects.filter(training_class=training_class, state="granted").exists(),
    }


def reasons_of_its_base(training_class: TrainingClass) -> list[Refusal]:
    """Why nobody should take a place in a class whose base does not stand by its list any more (A27)."""
    recognised = recognitions_of(training_class.organization_id, BASES)
    return list(reasons_of_a_base_that_left(recognised, ended_on=training_class.ended_on))


def authorities_to_ask(base: Organization) -> list[Organization]:
    """Whose word a base can ask for: the authorities of its place and above; without any the bureau (A11)."""
    found = list(authorities_for(base.area).exclude(pk=base.pk).filter(is_bureau=False))
    bureau = bureau_for(base)
    return found or ([bureau] if bureau else [])


def consents_seen_by(user: User) -> QuerySet[ClassConsent]:
    rows = requests_seen_by(user, ClassConsent.objects.all(), duties=duties_for(Act.TEACH, Act.CONSENT_TO_CLASSES))
    return rows.select_related("training_class", "organization__area", "waiting_on", "document", "asked_by")


def consents_waiting_for(user: User) -> QuerySet[ClassConsent]:
    rows = requests_waiting_for(user, ClassConsent.objects.all())
    return rows.select_related("training_class", "organization__area", "waiting_on", "document", "asked_by")
