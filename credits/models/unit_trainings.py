"""One training that a unit ran for all its people, by one roster under a filed plan (S2-05, S3-04, S3-07)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, Request, Ruling
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
    subject = models.ForeignKey(UnitTraining, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "单位培训登记意见"


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
