"""What a person was told of the handling of their data and agreed to; who is to be named no more."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.organizations import Organization
from accounts.models.people import Professional, User
from ceportal.kernel.models import Referenced


class Consent(Referenced):
    """One version of the notice, read and agreed to once (个人信息保护法 14, 17). Append-only."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    version = models.CharField(max_length=20)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "告知同意"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "version"], name="a_version_is_agreed_to_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.version}"


class Erasure(Referenced):
    """That somebody whose term is over is no longer kept by name: put forward by one officer of the bureau of the
    place, confirmed by another; the clock then does it.
    """

    professional = models.OneToOneField(Professional, on_delete=models.PROTECT, related_name="erasure")
    bureau = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "期满清除"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="an_erasure_is_confirmed_by_somebody_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")), name="two_people_erase"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)
