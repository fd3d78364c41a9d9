"""Applications: one's own with where they stand, and those one may look at because one decides or decided them."""

from typing import TypeVar

from django.db.models import Q, QuerySet

from accounts.models import PersonRegistration, UnitRegistration, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for, waiting_for

Application = TypeVar("Application", PersonRegistration, UnitRegistration)


def own_people_registrations(user: User) -> QuerySet[PersonRegistration]:
    """A person's applications, the newest first, with who has them and what was ruled."""
    return (
        PersonRegistration.objects.filter(declarant=user)
        .select_related("organization", "waiting_on", "professional", "proposal")
        .prefetch_related("rulings__by", "rulings__organization")
        .order_by("-id")
    )


def own_unit_registrations(user: User) -> QuerySet[UnitRegistration]:
    return (
        UnitRegistration.objects.filter(declarant=user)
        .select_related("organization__area", "waiting_on")
        .prefetch_related("rulings__by", "rulings__organization")
        .order_by("-id")
    )


def people_waiting_for(user: User) -> QuerySet[PersonRegistration]:
    waiting = waiting_for(user, PersonRegistration.objects.all())
    return waiting.select_related("professional__title_series", "professional__area", "organization", "waiting_on")


def units_waiting_for(user: User) -> QuerySet[UnitRegistration]:
    waiting = waiting_for(user, UnitRegistration.objects.all())
    return waiting.select_related("organization__area", "organization__supervisor", "declarant", "waiting_on")


def people_seen_by(user: User) -> QuerySet[PersonRegistration]:
    """Those that wait for `user`, and those somebody of the same unit has decided."""
    seen = _seen(user, PersonRegistration.objects.all(), Act.APPROVE_PEOPLE)
    return seen.select_related(
        "professional__title_series", "professional__area", "professional__user", "organization__area", "waiting_on",
        "proposal",
    )  # fmt: skip


def units_seen_by(user: User) -> QuerySet[UnitRegistration]:
    seen = _seen(user, UnitRegistration.objects.all(), Act.APPROVE_UNITS)
    return seen.select_related("organization__area", "organization__supervisor", "declarant", "waiting_on")


def _seen(user: User, rows: QuerySet[Application], act: Act) -> QuerySet[Application]:
    units = units_for(user, act)
    waiting = waiting_for(user, rows)
    decided = rows.filter(rulings__organization__in=units)
    seen = rows.filter(Q(pk__in=waiting.values("pk")) | Q(pk__in=decided.values("pk")))
    return seen.exclude(declarant=user)
