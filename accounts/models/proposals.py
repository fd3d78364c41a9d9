"""Units that people work at and that have not registered yet."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.areas import Area
from accounts.models.organizations import Organization
from accounts.models.registration import PersonRegistration
from ceportal.kernel.models import Referenced


class UnitProposal(Referenced):
    """That the person of `registration`, held by a bureau meanwhile (临时单位), works at a unit called so.

    `unit` is what it turned out to be, once it registered; `settled_at` without a unit says that it no longer matters.
    """

    registration = models.OneToOneField(PersonRegistration, on_delete=models.PROTECT, related_name="proposal")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100)
    uscc = models.CharField(max_length=18, blank=True)
    made_at = models.DateTimeField()
    unit = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提出的单位"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(settled_at__isnull=False), name="a_proposal_with_a_unit_is_settled"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["uscc"], name="open_proposals_by_code", condition=Q(settled_at__isnull=True)),
            models.Index(
                fields=["area", "name_key"], name="open_proposals_by_name", condition=Q(settled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name
