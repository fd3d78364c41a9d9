"""Asking somebody to act for a unit."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import Duty, InvitationState
from accounts.models.organizations import Organization
from accounts.models.people import User


class Invitation(models.Model):
    """To whoever signs in with a phone and bears a name: hold `duties` at `organization`. It runs out by itself.

    The number is not kept, only its blind index: nobody learns from an invitation whether somebody has an account.
    """

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=50)
    phone_mask = models.CharField(max_length=20)
    phone_index = models.CharField(max_length=64, db_index=True)
    duties = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=InvitationState.choices, default=InvitationState.WAITING)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "职责邀请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "phone_index"],
                condition=Q(state=InvitationState.WAITING),
                name="one_open_invitation_of_a_unit_a_phone",
            ),
            models.CheckConstraint(
                condition=Q(state=InvitationState.WAITING, settled_at__isnull=True)
                | (~Q(state=InvitationState.WAITING) & Q(settled_at__isnull=False)),
                name="an_invitation_is_settled_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} 请 {self.name}"

    @property
    def duty_labels(self) -> list[str]:
        return [Duty(duty).label for duty in self.duties]
