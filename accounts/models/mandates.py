"""Who manages and issues certificates for the province: a place's bureau, or an authority for its own units (S1-13)."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import MandateState
from accounts.models.organizations import Organization
from accounts.models.people import User
from accounts.rules.mandates import state_of
from ceportal.kernel.models import Referenced


class MandateQuerySet(models.QuerySet["Mandate"]):
    def in_force(self, day: date) -> "MandateQuerySet":
        last = Q(until__isnull=True) | Q(until__gte=day)
        return self.filter(last, since__lte=day, ended_at__isnull=True).select_related("organization__area")


class Mandate(Referenced):
    """The province lets `organization` manage and issue certificates: a bureau those of its place and below, an
    authority those of its own units; from `since` until `until` (both included; none: until somebody ends it).
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)

    objects: ClassVar = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证书委托"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="a_mandate_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_mandate_says_why"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
                name="an_ended_mandate_says_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.since}"

    def state_on(self, today: date) -> MandateState:
        return state_of(since=self.since, until=self.until, is_ended=self.ended_at is not None, today=today)

    @property
    def whose(self) -> str:
        """For whom, in words."""
        unit = self.organization
        return f"{unit.area.name}的人员" if unit.is_bureau else "本部门所属单位的人员"
