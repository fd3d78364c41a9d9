"""A unit's list of its people as it was read, and those whom it asked to belong to it.

Neither keeps a number: its mask and its blind index alone, the one by the oldest key that is valid, which everybody
registered has beside the newest.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import StaffRowState, StaffState, TitleLevel
from accounts.models.areas import TitleSeries
from accounts.models.organizations import Organization
from accounts.models.people import User
from ceportal.kernel.models import Referenced


class StaffList(Referenced):
    """One file of one unit. Its rows go when it is sent or given up; `counts` says how many were in each state."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=list, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "人员邀请名单"
        indexes: ClassVar = [
            models.Index(fields=["made_at"], name="staff_lists_open", condition=Q(settled_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.pk}"


class StaffRow(models.Model):
    """A row by the number it had in the file. `problems` hold column, code and reason, never what stood there."""

    staff_list = models.ForeignKey(StaffList, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=5, choices=StaffRowState.choices)
    name = models.CharField(max_length=50, blank=True)
    id_mask = models.CharField(max_length=30, blank=True)
    id_index = models.CharField(max_length=64, blank=True)
    department = models.CharField(max_length=60, blank=True)
    title_series = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title_level = models.CharField(max_length=6, choices=TitleLevel.choices, default=TitleLevel.NONE)
    reason = models.CharField(max_length=100, blank=True)
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员邀请名单行"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff_list", "number"], name="a_row_stands_once_in_a_staff_list")
        ]
        indexes: ClassVar = [models.Index(fields=["staff_list", "state", "number"], name="rows_of_a_staff_list")]

    def __str__(self) -> str:
        return f"{self.staff_list_id} {self.number}"


class StaffInvitation(Referenced):
    """To whoever has a number and bears a name: belong to `organization`. It runs out by itself.

    Whether there is such an account nobody learns from it; `taken_by` is set by who answered.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=50)
    id_mask = models.CharField(max_length=30)
    id_index = models.CharField(max_length=64, db_index=True)
    department = models.CharField(max_length=60, blank=True)
    title_series = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title_level = models.CharField(max_length=6, choices=TitleLevel.choices, default=TitleLevel.NONE)
    state = models.CharField(max_length=9, choices=StaffState.choices, default=StaffState.WAITING)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "人员邀请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "id_index"],
                condition=Q(state=StaffState.WAITING),
                name="a_unit_asks_somebody_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=StaffState.WAITING, settled_at__isnull=True)
                | (~Q(state=StaffState.WAITING) & Q(settled_at__isnull=False)),
                name="a_staff_invitation_is_settled_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "state", "-id"], name="staff_invitations_of_a_unit"),
            models.Index(
                fields=["expires_at"], name="staff_invitations_to_lapse", condition=Q(state=StaffState.WAITING)
            ),
            models.Index(
                fields=["settled_at"], name="staff_invitations_settled", condition=Q(settled_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} 邀请 {self.name}"
