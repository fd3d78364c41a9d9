"""Who acts for the units one looks after, and who was asked to."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.enums import InvitationState
from accounts.fields import phone_in_clear, phone_indexes
from accounts.models import Invitation, Membership, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for


def units_to_staff(user: User) -> QuerySet[Organization]:
    """The units at which `user` may say who does what."""
    return units_for(user, Act.STAFF_UNIT).select_related("area").order_by("name_key", "pk")


def holders_at(user: User) -> QuerySet[Membership]:
    """Every duty held at the units of `user`; a deputy's is told apart by `stands_in_for`."""
    held = Membership.objects.filter(organization__in=units_to_staff(user).values("pk"), ended_at__isnull=True)
    return held.select_related("user", "organization", "stands_in_for")


def invitations_of(user: User) -> QuerySet[Invitation]:
    """Those that wait for an answer, of the units of `user`."""
    waiting = Invitation.objects.filter(organization__in=units_to_staff(user).values("pk"))
    return waiting.filter(state=InvitationState.WAITING).select_related("organization").order_by("-made_at", "-pk")


def invitations_to(user: User, *, now: datetime) -> QuerySet[Invitation]:
    """Those to the phone that `user` signs in with, as long as they hold."""
    if not user.phone_sealed:
        return Invitation.objects.none()
    indexes = phone_indexes(phone_in_clear(user.phone_sealed, ref=user.ref))
    waiting = Invitation.objects.filter(phone_index__in=indexes, state=InvitationState.WAITING, expires_at__gt=now)
    return waiting.select_related("organization", "by").order_by("-made_at", "-pk")


def is_backed(invitation: Invitation) -> bool:
    """Whether who sent it still may."""
    return units_to_staff(invitation.by).filter(pk=invitation.organization_id).exists()
