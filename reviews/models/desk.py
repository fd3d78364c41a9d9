"""How the work of a desk is divided, what stands half-written on it, and what ran late there."""

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, User
from credits.models import Declaration
from reviews.enums import REASON_LIMIT


class Jotting(models.Model):
    """What a reviewer has half written about the version before them; gone with the decision. `move` is empty, or
    which of the acts stood open.
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    move = models.CharField(max_length=10, choices=Move.choices)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)
    hours = models.CharField(max_length=10, blank=True)
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "未提交的审核意见"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["declaration", "reviewer"], name="one_jotting_a_declaration_and_reviewer")
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} {self.declaration_id}"


class Allotment(models.Model):
    """Who of a desk sees to a declaration at its present stage: taken up by themselves, or given by a colleague.

    It divides the work and gives no right: all who review there may still decide, so that nothing waits for one alone.
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "分工"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["declaration", "round", "stage"], name="one_sees_to_a_stage_of_a_round")
        ]
        indexes: ClassVar = [models.Index(fields=["to", "declaration"], name="allotted_to_a_reviewer")]

    def __str__(self) -> str:
        return f"{self.to} {self.declaration_id}"


class Delay(models.Model):
    """A review that ran over its limit, whatever becomes of it: where no decision tells of it, timeliness is counted by
    it (S0-20, S4-17). Gone where a later calendar says that it was not late.

    `due_at` is the limit that passed, `raise_at` when the bureau above hears of it as well if it still waits.
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    stage = models.PositiveSmallIntegerField()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    marked_at = models.DateTimeField()
    raise_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审核超期"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["declaration", "round", "stage"], name="a_stage_of_a_round_is_late_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["raise_at"], name="delays_to_raise", condition=Q(raise_at__isnull=False)),
            models.Index(fields=["organization", "due_at"], name="delays_of_a_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.declaration_id}"

    @property
    def last_day(self) -> date:
        """The day whose end was the limit."""
        return timezone.localdate(self.due_at - timedelta(microseconds=1))
