"""师资库 (S0-16, S1-09, S1-18) and 高级研修项目 (S0-15, S4-13)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, TitleSeries, User
from bases.enums import SeminarFunding, SeminarLevel
from bases.models.classes import TrainingClass
from ceportal.kernel.models import Referenced, StoredFile


class Teacher(Referenced):
    """Somebody who teaches, as the institution that keeps the entry tells it; with their word, `is_shared` with all.

    Everybody reads what stands here once a class names them. `ended_on`: not to be picked any more.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=50)
    institution = models.CharField(max_length=100)
    title = models.CharField(max_length=60)
    fields = models.CharField(max_length=200)
    trade = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_full_time = models.BooleanField()
    is_shared = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "师资"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "name", "institution"], condition=Q(ended_on__isnull=True),
                name="a_teacher_is_kept_once_by_each",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="teachers_by_name")]

    def __str__(self) -> str:
        return self.name


class ClassTeacher(models.Model):
    """Who of them teaches what in a class."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="class_teachers")
    teacher = models.ForeignKey(Teacher, on_delete=models.PROTECT, related_name="class_teachers")
    teaches = models.CharField(max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "授课安排"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training_class", "teacher"], name="a_teacher_stands_once_in_a_class")
        ]

    def __str__(self) -> str:
        return f"{self.teacher} {self.teaches}"


class Seminar(Referenced):
    """A project of the year's plan. `host` holds it, as a class of its own if it is a base; the report closes it."""

    level = models.CharField(max_length=10, choices=SeminarLevel.choices)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    bureau = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    trade = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    funding = models.CharField(max_length=10, choices=SeminarFunding.choices)
    quota = models.PositiveIntegerField()
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    months = models.CharField(max_length=60)
    document = models.CharField(max_length=120)
    training_class = models.OneToOneField(
        TrainingClass, null=True, blank=True, on_delete=models.PROTECT, related_name="seminar"
    )
    made_at = models.DateTimeField()
    people = models.PositiveIntegerField(null=True, blank=True)
    summary = models.TextField(max_length=1000, blank=True)
    paper = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "高级研修项目"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "title"], name="a_seminar_is_planned_once_a_year"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(summary="") & Q(people__isnull=False),
                name="no_seminar_ends_without_report",
            ),
            models.CheckConstraint(condition=Q(people__lte=F("quota")), name="no_seminar_is_over_its_quota"),
        ]
        indexes: ClassVar = [models.Index(fields=["-year", "id"], name="seminars_of_a_year")]

    def __str__(self) -> str:
        return self.title
