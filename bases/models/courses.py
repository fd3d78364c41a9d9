"""Online courses as the bureau of a place has filed them (S4-06)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accounts.models import Area, Organization
from bases.enums import CourseApproval
from ceportal.kernel.models import Referenced


class Course(Referenced):
    """An online course that was approved, as the bureau of a place has filed it for a year and a subject (S4-06).

    `course_key` is that of the claims which name it (rules/courses); `hours` its length; `lecturer` who teaches it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=14)
    code = models.CharField(max_length=64)
    course_key = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    lecturer = models.CharField(max_length=300)
    approval = models.CharField(max_length=12, choices=CourseApproval.choices)
    document = models.CharField(max_length=120)
    filed_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "课程备案"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course_key", "year", "area", "subject"], name="a_course_is_filed_once_a_year_and_place"
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="courses_are_in_steps_of_a_half",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["year", "area", "-id"], name="courses_of_a_place")]

    def __str__(self) -> str:
        return f"{self.title} {self.year}"
