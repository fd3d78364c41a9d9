"""What a person was told of the handling of their data, and agreed to."""

from typing import ClassVar

from django.db import models

from accounts.models.people import User
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
