"""Online courses as the bureau of a place has filed them (S4-06), and textbooks it names (S1-09)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accounts.models import ApiClient, Area, Organization
from bases.enums import CourseApproval, FilingState
from ceportal.kernel.models import Referenced


class Course(Referenced):
    """An online course that was approved, as the bureau of a place has filed it for a year and a subject (S4-06).

    `course_key` is that of the claims which name it (rules/courses); `hours` its length; `lecturer` who teaches it.
    What changes is another `version` from its `from_on` on (none: from 1 January), and the one before ends the day
    before; none is good beyond `valid_until`. The marks: `is_selected` nationally (S4-04), `is_shared`, `is_model`.
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
    version = models.PositiveSmallIntegerField(default=1, db_default=1)
    from_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    is_selected = models.BooleanField(default=False, db_default=False)
    is_shared = models.BooleanField(default=False, db_default=False)
    is_model = models.BooleanField(default=False, db_default=False)
    filed_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "课程备案"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course_key", "year", "area", "subject", "version"], name="a_course_has_each_version_once"
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="courses_are_in_steps_of_a_half",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["year", "area", "-id"], name="courses_of_a_place"),
            models.Index(fields=["year", "title", "id"], name="courses_by_title"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.year}"


class CourseFiling(Referenced):
    """A course that a platform has sent by the interface: the bureau of the place files it, or says why not (S4-06).

    Filed it becomes a `Course` as any other; this row stays as what was asked, by which key, and what came of it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
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
    valid_until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=FilingState.choices, default=FilingState.WAITING)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "平台报来的课程"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course_key", "year", "area", "subject"], condition=Q(state=FilingState.WAITING),
                name="a_course_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="courses_asked_for_are_in_steps_of_a_half",
            ),
            models.CheckConstraint(
                condition=Q(state=FilingState.WAITING, decided_at__isnull=True)
                | (~Q(state=FilingState.WAITING) & Q(decided_at__isnull=False)),
                name="a_course_waits_until_it_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state=FilingState.REFUSED) | ~Q(note=""), name="a_refused_course_is_told_why"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["course_key", "-id"], name="filings_of_a_course"),
            models.Index(fields=["organization", "id"], name="filings_of_a_platform"),
            models.Index(fields=["id"], name="filings_that_wait", condition=Q(state=FilingState.WAITING)),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.year}"


class Textbook(Referenced):
    """A textbook a bureau names for its place (S1-09); nobody has to buy it. `ended_on`: named no longer."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    author = models.CharField(max_length=60)
    publisher = models.CharField(max_length=60)
    subject = models.CharField(max_length=14)
    audience = models.CharField(max_length=120)
    is_selected = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "教材目录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area", "title", "author"], condition=Q(ended_on__isnull=True), name="a_textbook_is_named_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["title", "id"], name="textbooks_by_title")]

    def __str__(self) -> str:
        return self.title
