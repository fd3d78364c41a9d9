"""Who was reminded of a year that is not met, and when last: nobody twice within a set time."""

from typing import ClassVar

from django.db import models

from accounts.models import Professional
from ceportal.kernel.models import Job


class Reminder(models.Model):
    """The last reminder of a person's year; `by_job` sent it. Without a moment none was sent yet."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    at = models.DateTimeField(null=True, blank=True)
    by_job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "未达标提醒"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["professional", "year"], name="one_reminder_a_person_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.professional_id} {self.year}"
