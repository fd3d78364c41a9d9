"""Yearly reports as they stood when somebody fixed them: what is published never changes afterwards."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Organization, User
from ceportal.kernel.models import Referenced


class FixedReport(Referenced):
    """A yearly report, fixed. `content` is all it says (`rules.reports`), `digest` the SHA-256 over it.

    Published, everybody may read it; then it stays.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度统计报告"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="a_published_report_says_by_whom",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["-id"], name="reports_published", condition=Q(published_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.title
