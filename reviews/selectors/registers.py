"""What bureaus and authorities may read and undo: of their own place or trade, and what lies below it."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Level
from accounts.models import Employment, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.reach import Reach, reach_of
from ceportal.kernel.models import AuditEvent
from credits.enums import ClaimState
from credits.selectors.records import open_corrections
from reviews.models import CreditedHours, Decision, RecordedHours


def hours_in_reach(user: User) -> QuerySet[CreditedHours]:
    """Hours of the people whose hours `user` may take back (S2-07), in any state; never their own (A24)."""
    reach = reach_of(user, Act.REVERSE_HOURS)
    works_below = Employment.objects.filter(reach.of_units("organization"), ended_on__isnull=True)
    rows = CreditedHours.objects.filter(
        reach.of_places("professional__area") | Q(professional__in=works_below.values("professional"))
    )
    rows = rows.exclude(professional__user=user)
    return rows.select_related("professional", "professional__area", "declaration", "declaration__organization")


def reversible_hours(
    user: User, *, name: str = "", title: str = "", person: str = "", waiting: str = ""
) -> QuerySet[CreditedHours]:
    """Of those the live ones, narrowed by how a name or a title begins, or to one person by ref.

    With any `waiting` those alone whose own platform asks for it: they stand in a filed month.
    """
    rows = hours_in_reach(user).filter(state=ClaimState.LIVE)
    if waiting:
        rows = rows.filter(Exists(open_corrections().filter(claim=OuterRef("pk"))))
    if name:
        rows = rows.filter(professional__name__startswith=name)
    if title:
        rows = rows.filter(title__startswith=title)
    if person:
        rows = rows.filter(professional__ref=person) if _is_ref(person) else rows.none()
    return rows


def reversing_unit(user: User, claim: CreditedHours) -> Organization | None:
    """In whose name `user` takes these hours back: the nearest bureau of the person's place, else an authority."""
    if claim.professional is None or not hours_in_reach(user).filter(pk=claim.pk).exists():
        return None
    units = units_for(user, Act.REVERSE_HOURS)
    bureaus = units.filter(is_bureau=True, area__in=claim.professional.area.codes)
    return bureaus.order_by("-area__path").first() or units.filter(is_authority=True).first()


def decisions_in(reach: Reach) -> QuerySet[Decision]:
    """What the reviewers overseen from there decided."""
    rows = Decision.objects.filter(reach.of_places("organization__area") | reach.of_units("organization"))
    return rows.select_related("by", "organization", "subject", "subject__professional")


def entries_in(reach: Reach) -> QuerySet[RecordedHours]:
    """Hours entered and taken back in the places, or of the units, of `reach`."""
    rows = RecordedHours.objects.filter(reach.of_places("area") | reach.of_units("organization"))
    return rows.select_related("professional", "organization", "area")


def sees_the_trail(user: User) -> bool:
    """The trail knows no places: only who oversees the whole province reads it."""
    return units_for(user, Act.READ_TRAIL).filter(level=Level.PROVINCE).exists()


def trail_seen_by(user: User) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.all() if sees_the_trail(user) else AuditEvent.objects.none()


def _is_ref(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
