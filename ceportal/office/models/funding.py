"""教育经费: what units set aside and spend to train their people."""

from typing import ClassVar

from django.db import models

from accounts.models import Organization, User
from ceportal.kernel.models import Referenced


class FundingRecord(Referenced):
    """Of a unit and a year, in yuan, as the unit says; `rate` is in percent of the payroll (`rules.funding`)."""

    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    rate = models.CharField(max_length=3)
    payroll = models.DecimalField(max_digits=14, decimal_places=2)
    set_aside = models.DecimalField(max_digits=14, decimal_places=2)
    spent = models.DecimalField(max_digits=14, decimal_places=2)
    carried_in = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "教育经费"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "year"], name="funding_is_recorded_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"
