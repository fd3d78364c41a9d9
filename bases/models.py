"""Which bases and platforms are recognised, where, for what and in which year, and by which document."""

from typing import ClassVar

from django.db import models

from accounts.models import Area, Organization
from bases.enums import RecognitionKind, RecognitionStatus
from ceportal.kernel.models import Referenced


class Recognition(Referenced):
    """A teaching institution stands in the list of a year (A27). `subjects` holds `public`, `professional`."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=RecognitionKind.choices)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    subjects = models.JSONField(default=list, blank=True)
    trade = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    url = models.CharField(max_length=200, blank=True)
    site_name = models.CharField(max_length=100, blank=True)
    phones = models.JSONField(default=list, blank=True)
    is_free = models.BooleanField(default=False)
    document = models.CharField(max_length=120)
    clause = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=RecognitionStatus.choices)
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "认定名单"
        ordering: ClassVar = ["year", "kind", "sequence", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "kind", "year", "area", "site_name"], name="recognised_once_a_year_and_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"
