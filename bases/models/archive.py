"""教学档案: what is kept of a class, what its people thought of it, what came of it at their work (S2-09, S0-16)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from bases.enums import ClassPaperKind, Effect
from bases.models.classes import Enrolment, TrainingClass
from ceportal.kernel.models import Referenced, StoredFile


class ClassPaper(Referenced):
    """A document of a class as its base keeps it."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=12, choices=ClassPaperKind.choices)
    label = models.CharField(max_length=60)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "教学档案材料"
        ordering: ClassVar = ["kind", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "file"], name="a_paper_is_kept_once_of_a_class")
        ]

    def __str__(self) -> str:
        return self.label


class ClassFeedback(models.Model):
    """What somebody who was in a class thought of it, in points from 1 to 5. Nobody is told whose it is."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="feedback")
    content = models.PositiveSmallIntegerField()
    teaching = models.PositiveSmallIntegerField()
    service = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "学员评价"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(content__range=(1, 5), teaching__range=(1, 5), service__range=(1, 5)),
                name="points_are_from_one_to_five",
            )
        ]

    def __str__(self) -> str:
        return f"{self.content}, {self.teaching}, {self.service}"


class ClassFollowUp(Referenced):
    """跟踪问效: what a unit says, some time later, of what its people brought home from a class."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="follow_ups")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    effect = models.CharField(max_length=10, choices=Effect.choices)
    words = models.CharField(max_length=300)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "跟踪问效"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "organization"], name="a_unit_follows_a_class_up_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.training_class}"
