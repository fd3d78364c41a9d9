"""Who paid for what, by employer, and which bureau decides on what is seen in it (S4-18)."""

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from credits.enums import DeclarationState, Payer
from credits.models import Declaration
from reviews.models import Steering


def paid_by_people(employer: int, year: int) -> QuerySet[Declaration, tuple[int, str]]:
    """Person and institution of whatever was approved for people of a unit who paid it themselves."""
    rows = Declaration.objects.filter(
        organization=employer, year=year, state=DeclarationState.APPROVED, payer=Payer.PERSON
    )
    return rows.exclude(organiser="").order_by("pk").values_list("professional_id", "organiser")


def employers_after(pk: int, limit: int) -> list[int]:
    rows = Organization.objects.filter(is_employer=True, pk__gt=pk).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def steering_judged_by(user: User) -> QuerySet[Steering]:
    """About units in the places of one's bureaus; the bureau's own people are another's affair (A24)."""
    reach, own = Q(pk__in=[]), list[int]()
    for unit in units_for(user, Act.JUDGE_SIGNALS).select_related("area"):
        reach |= Q(**below(unit.area, "organization__area"))
        own.append(unit.pk)
    rows = Steering.objects.filter(reach).exclude(organization__in=own)
    return rows.select_related("organization__area", "decided_by")
