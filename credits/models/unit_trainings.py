"""One training that a unit ran for all its people, by one roster under a filed plan (S2-05, S3-04, S3-07)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, Request, Routed, Ruling, User
from bases.models import TrainingPlanItem
from ceportal.kernel.models import Referenced, StoredFile
from credits.enums import PaperKind
from credits.models.rosters import Roster


class UnitTraining(Request):
    """Reviewed once by the unit's authority, or the bureau, and credited to everybody on its roster.

    `document` is the notice of the training, `assessment` how it was assessed, `reason` what it was like.
    """

    page: ClassVar = "credits:unit_training"

    organization = models.ForeignKey(  # type: ignore[assignment]
        Organization, on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(  # type: ignore[assignment]
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    plan_item = models.ForeignKey(TrainingPlanItem, on_delete=models.PROTECT, related_name="+")
    roster = models.OneToOneField(Roster, on_delete=models.PROTECT, related_name="unit_training")
    assessment = models.CharField(max_length=100)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "单位培训登记"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(document__isnull=False),
                name="a_training_sent_has_its_notice",
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["organization", "-id"], name="trainings_of_a_unit"),
        ]

    def __str__(self) -> str:
        return str(self.roster)

    @property
    def whose(self) -> str:
        return f"{self.organization}“{self.roster}”"


class UnitTrainingRuling(Ruling):
    """`was_due_at` is the limit there was, null for what was ruled on before it was kept."""

    subject = models.ForeignKey(UnitTraining, on_delete=models.PROTECT, related_name="rulings")
    was_due_at = models.DateTimeField(null=True, blank=True)

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "单位培训登记意见"

    @classmethod
    def kept_of(cls, routed: Routed) -> dict[str, Any]:
        return {"was_due_at": routed.due_at}


class TrainingOpening(models.Model):
    """The server showed this reviewer the page (`file_digest` empty) or one paper of this round (S3-06, A22).

    As with a declaration's: the first opening stands, later ones only count; closed when the same reviewer is served
    something else, or rules.
    """

    training = models.ForeignKey(UnitTraining, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    file_digest = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "单位培训材料查看记录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training", "round", "reviewer", "file_digest"], name="a_look_at_a_training_is_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="a_look_closed_was_opened_before",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["reviewer"], name="looks_not_yet_closed", condition=Q(closed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} {self.training_id} r{self.round}"


class UnitTrainingPaper(Referenced):
    """What the unit keeps of it: courseware, pictures, the sheet of attendance (S3-07)."""

    training = models.ForeignKey(UnitTraining, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=12, choices=PaperKind.choices)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "单位培训留存材料"
        ordering: ClassVar = ["kind", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training", "file"], name="a_paper_is_kept_once_of_a_training")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
