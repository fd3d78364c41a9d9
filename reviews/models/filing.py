"""What a city bureau filed: frozen lists, one a month, each sealed to the one before."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Organization, User
from ceportal.kernel.models import Referenced
from credits.models import HourEntry


class Filing(Referenced):
    """A city bureau's monthly filing (备案, S2-07): frozen, numbered, chained to the one before.

    Without a digest it is still being made. `reviewers` says who of the area decided how much in that month, frozen
    and sealed with the lines.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    bureau = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    number = models.CharField(max_length=40, unique=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    entry_count = models.PositiveIntegerField()
    person_count = models.PositiveIntegerField()
    public_hours = models.DecimalField(max_digits=12, decimal_places=1)
    professional_hours = models.DecimalField(max_digits=12, decimal_places=1)
    reviewers = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "每月备案"
        ordering: ClassVar = ["-month", "area_id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "month"], name="a_month_is_filed_once")]

    def __str__(self) -> str:
        return self.number


class FilingItem(models.Model):
    """One entry as it stood when it was filed."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="items")
    entry = models.OneToOneField(HourEntry, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    line = models.JSONField()

    class Meta:
        verbose_name = verbose_name_plural = "备案明细"
        ordering: ClassVar = ["filing_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["filing", "position"], name="a_filing_has_one_item_a_line"),
            models.CheckConstraint(condition=Q(position__gt=0), name="lines_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.filing_id}-{self.position}"
