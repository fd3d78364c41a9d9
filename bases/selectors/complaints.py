"""Complaints: whose they are, which bureau answers them, what everybody may read of the upheld ones."""

from django.db.models import QuerySet

from accounts.enums import Duty, RequestState
from accounts.models import Area, Membership, Organization, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import in_charge, second_reviewer_of
from accounts.selectors.people import employer_of
from accounts.selectors.reach import reach_of
from accounts.selectors.requests import requests_seen_by, requests_waiting_for
from bases.models import Complaint
from bases.selectors.desks import institutions
from ceportal.kernel.selectors.ways import found_in_a_way

_TOLD = ("about__area", "area", "waiting_on", "document", "asked_by")


def own_complaints(user: User) -> QuerySet[Complaint]:
    return Complaint.objects.filter(asked_by=user).select_related(*_TOLD)


def complaints_waiting_for(user: User) -> QuerySet[Complaint]:
    rows = requests_waiting_for(user, Complaint.objects.all())
    return rows.exclude(about__in=_units_of(user)).select_related(*_TOLD)


def complaints_seen_by(user: User) -> QuerySet[Complaint]:
    """One's own, and as a bureau those of its places: nobody reads what is said of a unit they act for."""
    rows = Complaint.objects.exclude(about__in=_units_of(user))
    dealt_with = requests_seen_by(user, rows, duties=duties_for(Act.RULE_ON_COMPLAINTS))
    below = reach_of(user, Act.SEE_COMPLAINTS).of_places("area")
    seen = found_in_a_way(Complaint.objects.all(), dealt_with, rows.filter(below), own_complaints(user))
    return seen.select_related(*_TOLD)


def upheld_against(unit: Organization) -> QuerySet[Complaint]:
    """What stands in its credit record, the latest first (S1-14)."""
    rows = Complaint.objects.filter(about=unit, state=RequestState.GRANTED)
    return rows.select_related("area").order_by("-decided_at", "-id")


def units_to_name(user: User) -> tuple[list[Organization], QuerySet[Organization]]:
    """Whom somebody can choose to complain of: their employer and what is above it, and every institution."""
    person = getattr(user, "professional", None)
    employer = employer_of(person) if person else None
    above = second_reviewer_of(employer) if employer else None
    return [unit for unit in (employer, above) if unit], institutions()


def bureau_to_answer(about: Organization | None, area: Area, *, by: User) -> Organization | None:
    """The bureau of the place; one above when the complaint is about that bureau itself (A24)."""
    partial = list(User.objects.filter(memberships__organization=about, memberships__ended_at__isnull=True))
    above = area.parent if about is not None and about.is_bureau else None
    return in_charge(Duty.OVERSEE, above or area, but_not=[by, *partial])


def acts_for(user: User, unit: Organization | None) -> bool:
    return unit is not None and Membership.objects.filter(user=user, organization=unit, ended_at__isnull=True).exists()


def _units_of(user: User) -> QuerySet[Membership, int]:
    return Membership.objects.filter(user=user, ended_at__isnull=True).values_list("organization", flat=True)
