"""Applications to be registered: of a person at an employer, of a unit with its supervisor."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import RegistrationState
from accounts.models.organizations import Organization
from accounts.models.people import Professional
from accounts.models.routing import Routed, Ruling


class PersonRegistration(Routed):
    """A person asks an employer (or, with none, the place's bureau) to confirm that they work there (S4-08)."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="registrations")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RegistrationState.choices, default=RegistrationState.WAITING)
    applied_at = models.DateTimeField()

    class Meta(Routed.Meta):
        verbose_name = verbose_name_plural = "人员注册"
        constraints: ClassVar = [
            *Routed.Meta.constraints,
            models.UniqueConstraint(
                fields=["professional"], condition=Q(state=RegistrationState.WAITING), name="one_open_registration"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.professional} → {self.organization}"


class PersonRegistrationRuling(Ruling):
    subject = models.ForeignKey(PersonRegistration, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "人员注册核准"


class UnitRegistration(Routed):
    """A unit asks its supervisor (authority, or the place's bureau) to be registered. The declarant will manage it."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="registrations")
    state = models.CharField(max_length=10, choices=RegistrationState.choices, default=RegistrationState.WAITING)
    applied_at = models.DateTimeField()

    class Meta(Routed.Meta):
        verbose_name = verbose_name_plural = "单位注册"
        constraints: ClassVar = [
            *Routed.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"], condition=Q(state=RegistrationState.WAITING), name="one_open_unit_registration"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)


class UnitRegistrationRuling(Ruling):
    subject = models.ForeignKey(UnitRegistration, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "单位注册核准"
