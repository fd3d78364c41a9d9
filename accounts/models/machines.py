"""What machines leave behind beside their keys: by what name they know people, and what they were refused."""

import uuid
from typing import ClassVar

from django.db import models

from accounts.models.organizations import ApiClient, Organization
from accounts.models.people import Professional


class EntrySubject(models.Model):
    """By what name a platform knows somebody who came through the portal's sign-in: another one at each platform."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    subject = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "学习入口标识"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["professional", "organization"], name="one_subject_a_person_and_platform")
        ]

    def __str__(self) -> str:
        return str(self.subject)


class RefusedCalls(models.Model):
    """What a key was refused on a day, a line for each reason and call; `times` is at least so often."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="refused")
    day = models.DateField()
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    call = models.CharField(max_length=60)
    message = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "被拒绝的调用"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "day", "status", "code", "call"], name="refused_calls_of_a_day")
        ]
        indexes: ClassVar = [models.Index(fields=["client", "-last_at"], name="refused_calls_of_a_key")]

    def __str__(self) -> str:
        return f"{self.status} {self.code}"
