"""What the bureaus may read and undo: of their own place and those below it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.enums import Duty, Level
from accounts.models import Area, Organization, User
from accounts.selectors.duties import below, organizations_with
from ceportal.kernel.models import AuditEvent
from credits.enums import ClaimState
from reviews.models import CreditedHours, Decision, RecordedHours


def places_of(user: User, duty: Duty) -> list[Area]:
    """The places of the bureaus at which `user` holds `duty`."""
    bureaus = organizations_with(user, duty).filter(is_bureau=True)
    return list(Area.objects.filter(pk__in=bureaus.values("area")))


def within(places: Collection[Area], prefix: str = "area") -> Q:
    """In one of `places` or below it; nothing when there is none."""
    found = Q(pk__in=[])
    for place in places:
        found |= Q(**below(place, prefix))
    return found


def hours_in_reach(user: User) -> QuerySet[CreditedHours]:
    """Hours of people in the places where `user` may take hours back (S2-07), in any state; never their own (A24)."""
    rows = CreditedHours.objects.filter(within(places_of(user, Duty.REVERSE_HOURS), "professional__area"))
    rows = rows.exclude(professional__user=user)
    return rows.select_related("professional", "professional__area", "declaration", "declaration__organization")


def reversible_hours(user: User, *, name: str = "", title: str = "", person: str = "") -> QuerySet[CreditedHours]:
    """Of those the live ones, narrowed by how a name or a title begins, or to one person by ref."""
    rows = hours_in_reach(user).filter(state=ClaimState.LIVE)
    if name:
        rows = rows.filter(professional__name__startswith=name)
    if title:
        rows = rows.filter(title__startswith=title)
    if person:
        rows = rows.filter(professional__ref=person) if _is_ref(person) else rows.none()
    return rows


def reversing_bureau(user: User, claim: CreditedHours) -> Organization | None:
    """The bureau in whose name `user` takes these hours back: the nearest to the person."""
    if claim.professional is None:
        return None
    bureaus = organizations_with(user, Duty.REVERSE_HOURS).filter(is_bureau=True)
    return bureaus.filter(area__in=claim.professional.area.codes).order_by("-area__path").first()


def decisions_seen_by(user: User) -> QuerySet[Decision]:
    """What reviewers in the places overseen by `user` decided."""
    rows = Decision.objects.filter(within(places_of(user, Duty.OVERSEE), "organization__area"))
    return rows.select_related("by", "organization", "subject", "subject__professional")


def entries_seen_by(user: User) -> QuerySet[RecordedHours]:
    rows = RecordedHours.objects.filter(within(places_of(user, Duty.OVERSEE)))
    return rows.select_related("professional", "organization", "area")


def sees_the_trail(user: User) -> bool:
    """The trail knows no places: the province's overseers and the operators read it."""
    oversees = organizations_with(user, Duty.OVERSEE).filter(is_bureau=True, level=Level.PROVINCE)
    return oversees.exists() or organizations_with(user, Duty.OPERATE).exists()


def trail_seen_by(user: User) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.all() if sees_the_trail(user) else AuditEvent.objects.none()


def _is_ref(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
