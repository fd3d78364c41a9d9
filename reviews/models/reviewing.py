"""What reviewers opened and decided, and the registers of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import Move
from accounts.models import Ruling, User
from credits.models import Claim, Declaration, HourEntry
from reviews.enums import ReasonCode


class Opening(models.Model):
    """The server showed this reviewer the page (`file_digest` empty) or one evidence file of this version (T4).

    Written when it is served, never by the browser. The first opening stands; later ones only count. It is closed when
    the same reviewer is served something else, or decides; opened again, it is open again.
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file_digest = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "材料查看记录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["declaration", "version", "reviewer", "file_digest"], name="an_opening_is_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="what_is_closed_was_opened_before",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["reviewer"], name="openings_not_yet_closed", condition=Q(closed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} {self.declaration_id} v{self.version}"


class Decision(Ruling):
    """What a reviewer decided on one stage of one round of a declaration (S0-20)."""

    subject = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    hours_recognised = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    was_due_at = models.DateTimeField()

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "审核记录"
        constraints: ClassVar = [
            *Ruling.Meta.constraints,
            models.UniqueConstraint(fields=["subject", "round", "by"], name="one_hand_decides_one_stage_of_a_round"),
            models.CheckConstraint(
                condition=~Q(move=Move.APPROVE) | Q(hours_recognised__isnull=False), name="approval_says_how_many_hours"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["by", "-id"], name="decisions_of_a_reviewer"),
            models.Index(fields=["organization", "-id"], name="decisions_of_a_unit"),
            models.Index(fields=["-id"], name="decisions_after_their_limit", condition=Q(at__gt=F("was_due_at"))),
        ]

    @property
    def reason_label(self) -> str:
        """佐证材料不全, or nothing."""
        return ReasonCode(self.reason_code).label if self.reason_code in ReasonCode.values else ""


class CreditedHours(Claim):
    """The bureau's desk for taking hours back: what was credited, through any door."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "学时撤销"


class RecordedHours(HourEntry):
    """The bureau's register of the ledger."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "学时明细"
