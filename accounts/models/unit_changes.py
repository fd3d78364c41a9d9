"""What about a unit is changed by asking: its name, whose it is, that it is merged into another."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import RequestState, UnitChangeKind
from accounts.models.organizations import Organization
from accounts.models.requests import Request
from accounts.models.routing import Ruling


class UnitChange(Request):
    """Asked by `organization` about itself. `other` is the supervisor to be (none: the bureau of its place) or the
    unit it is merged into; `old_name` stays when the name has changed, so that the unit is found by it.
    """

    page: ClassVar = "accounts:unit_change"

    kind = models.CharField(max_length=10, choices=UnitChangeKind.choices)
    old_name = models.CharField(max_length=100)
    old_name_key = models.CharField(max_length=100, db_index=True)
    new_name = models.CharField(max_length=100, blank=True)
    other = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "单位变更申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=[RequestState.WAITING, RequestState.RETURNED]),
                name="one_open_change_a_unit",
            ),
            models.CheckConstraint(condition=Q(organization__isnull=False), name="a_unit_change_is_of_a_unit"),
            models.CheckConstraint(
                condition=(Q(kind=UnitChangeKind.RENAME, other__isnull=True) & ~Q(new_name=""))
                | Q(kind=UnitChangeKind.SUPERVISOR, new_name="")
                | Q(kind=UnitChangeKind.MERGE, new_name="", other__isnull=False),
                name="a_unit_change_says_into_what",
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=F("organization")), name="no_unit_becomes_part_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.old_name}"

    @property
    def whose(self) -> str:
        return self.old_name


class UnitChangeRuling(Ruling):
    subject = models.ForeignKey(UnitChange, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "单位变更决定"
