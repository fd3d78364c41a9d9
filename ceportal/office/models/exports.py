"""Lists of people that were exported: who, in whose name, what for, how many, and who agreed."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from ceportal.kernel.models import Job, Referenced
from ceportal.office.enums import ExportKind, ExportState


class Export(Referenced):
    """`asked` narrows the list (`rules.staff.Asked`), `rows` is how long it was when asked for. The `job` makes the
    file, kept for a week; above a size it is there only once somebody else of the unit has agreed.
    """

    kind = models.CharField(max_length=12, choices=ExportKind.choices)
    state = models.CharField(max_length=10, choices=ExportState.choices)
    asked = models.JSONField(default=dict)
    purpose = models.CharField(max_length=200)
    rows = models.PositiveIntegerField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "名单导出"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="an_export_is_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=ExportState.GRANTED, job__isnull=False)
                | (~Q(state=ExportState.GRANTED) & Q(job__isnull=True)),
                name="an_export_is_made_once_granted",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="an_export_says_what_for"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_by", "-id"], name="exports_of_a_person"),
            models.Index(fields=["unit", "id"], name="exports_to_decide", condition=Q(state=ExportState.ASKED)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.rows}"
