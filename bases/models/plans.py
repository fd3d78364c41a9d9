"""Yearly training plans as units file them before the training begins, and what the bureau finds in them (S3-04)."""

from decimal import Decimal
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear, Round

from accounts.enums import RequestState
from accounts.models import Organization, Request, Ruling, User
from bases.enums import ClassKind, Finding, Funding
from ceportal.kernel.models import Referenced, StoredFile

_OPEN = [RequestState.DRAFT, RequestState.WAITING, RequestState.RETURNED]


class TrainingPlan(Request):
    """What a unit means to teach its people in a year. `reason` says what it is about, or why it is amended.

    A filed one never changes: an amendment is a new version that goes the same way (`amends` the one before). The one
    of the highest version that was granted is in force.
    """

    page: ClassVar = "bases:training_plan"
    ends_with_its_unit: ClassVar = True

    organization = models.ForeignKey(  # type: ignore[assignment]
        Organization, on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(  # type: ignore[assignment]
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    amends = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "年度培训计划"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "year"], condition=Q(state__in=_OPEN), name="one_open_plan_a_unit_and_year"
            ),
            models.UniqueConstraint(
                fields=["organization", "year", "version"],
                condition=Q(state=RequestState.GRANTED),
                name="a_version_of_a_plan_is_filed_once",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(document__isnull=False), name="a_plan_sent_has_its_paper"
            ),
            models.CheckConstraint(
                condition=Q(version=1) | Q(amends__isnull=False), name="a_later_version_amends_one_before"
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["organization", "year", "-version"], name="plans_of_a_unit"),
            models.Index(fields=["year", "-id"], name="plans_of_a_year"),
        ]

    def __str__(self) -> str:
        again = f"（第 {self.version - 1} 次调整）" if self.version > 1 else ""
        return f"{self.year} 年度培训计划{again}"

    @property
    def whose(self) -> str:
        return f"{self.organization} {self.year} 年度"

    @property
    def state_words(self) -> str:
        return "已备案" if self.state == RequestState.GRANTED else str(RequestState(self.state).label)


class TrainingPlanRuling(Ruling):
    subject = models.ForeignKey(TrainingPlan, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "年度培训计划意见"


class TrainingPlanItem(Referenced):
    """One training of a plan. `line` is the same in every version of the plan; `budget` in whole yuan."""

    plan = models.ForeignKey(TrainingPlan, on_delete=models.CASCADE, related_name="items")
    line = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=ClassKind.choices)
    subject = models.CharField(max_length=14)
    title = models.CharField(max_length=120)
    content = models.TextField(max_length=500)
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    started_on = models.DateField()
    ended_on = models.DateField()
    place = models.CharField(max_length=100)
    people = models.PositiveIntegerField()
    funding = models.CharField(max_length=10, choices=Funding.choices)
    budget = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计划中的培训"
        ordering: ClassVar = ["started_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "line"], name="a_line_stands_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="filed_hours_are_in_steps_of_a_half",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on"), ended_on__year=ExtractYear("started_on")),
                name="a_planned_training_stays_in_its_year",
            ),
            models.CheckConstraint(condition=Q(people__gt=0), name="a_planned_training_is_for_somebody"),
        ]

    def __str__(self) -> str:
        return self.title


class PlanPaper(Referenced):
    """A further paper that comes with a plan."""

    plan = models.ForeignKey(TrainingPlan, on_delete=models.CASCADE, related_name="papers")
    label = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "计划附件"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "file"], name="a_paper_comes_once_with_a_plan")
        ]

    def __str__(self) -> str:
        return self.label


class PlanInspection(Referenced):
    """What the bureau found when it looked at a filed plan, and how the unit answered (S3-04)."""

    plan = models.ForeignKey(TrainingPlan, on_delete=models.PROTECT, related_name="inspections")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=10, choices=Finding.choices)
    words = models.CharField(max_length=500)
    mend_by = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计划检查"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(words=""), name="an_inspection_says_what_was_found"),
            models.CheckConstraint(
                condition=Q(finding=Finding.MEND, mend_by__isnull=False)
                | (~Q(finding=Finding.MEND) & Q(mend_by__isnull=True)),
                name="what_is_to_be_mended_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="an_answer_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.get_finding_display()}"
