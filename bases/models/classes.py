"""Classes of a base: planned for a year, opened with everything disclosed, attended, assessed (S0-16, S1-14, S4-05)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accounts.models import Organization, Professional, Request, Ruling, TitleSeries, User
from bases.enums import ClassForm, ClassKind, ClassState, Result
from ceportal.kernel.models import Referenced


def _half_steps(name: str = "hours") -> Q:
    return Q(**{f"{name}__gt": 0, name: Round(F(name) * 2) / Decimal(2)})


class PlanItem(Referenced):
    """A line of what an institution plans to teach in a year (年度培训计划, S0-16)."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    subject = models.CharField(max_length=14)
    months = models.CharField(max_length=60)
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    people = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "年度计划"
        ordering: ClassVar = ["year", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_half_steps(), name="planned_hours_are_in_steps_of_a_half"),
            models.CheckConstraint(condition=Q(people__gt=0), name="a_plan_is_for_somebody"),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "year", "id"], name="plan_of_a_year")]

    def __str__(self) -> str:
        return self.title


class TrainingClass(Referenced):
    """A class (培训班) as its base announces it. `taken` counts who is enrolled, so that places are given once.

    `seal` is what the sign-in code of each day is made of; `lecturers` is read by everybody.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    plan_item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ClassState.choices, default=ClassState.DRAFT)
    kind = models.CharField(max_length=10, choices=ClassKind.choices)
    form = models.CharField(max_length=10, choices=ClassForm.choices)
    subject = models.CharField(max_length=14)
    public_kind = models.CharField(max_length=12, blank=True)
    trade = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    started_on = models.DateField()
    ended_on = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    capacity = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    scope = models.TextField(max_length=300)
    content = models.TextField(max_length=500)
    lecturers = models.TextField(max_length=300)
    place = models.CharField(max_length=100)
    facilities = models.TextField(max_length=300)
    fees = models.TextField(max_length=300)
    contact = models.CharField(max_length=120)
    is_free = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    is_for_public_benefit = models.BooleanField(default=False)
    end_reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "培训班"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "year", "code"], name="a_class_has_a_code_of_its_own"),
            models.CheckConstraint(condition=_half_steps(), name="hours_of_a_class_are_in_steps_of_a_half"),
            models.CheckConstraint(condition=Q(ended_on__gte=F("started_on")), name="no_class_ends_before_it_begins"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="no_class_takes_more_than_it_holds"),
            models.CheckConstraint(
                condition=~Q(state=ClassState.OPEN) | Q(opened_at__isnull=False), name="an_open_class_was_opened"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClassState.CANCELLED) | ~Q(end_reason=""), name="no_class_is_cancelled_silently"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "-id"], name="classes_of_a_base"),
            models.Index(fields=["started_on", "id"], name="classes_to_come", condition=Q(state=ClassState.OPEN)),
        ]

    def __str__(self) -> str:
        return self.title


class Enrolment(Referenced):
    """Somebody's place in a class; `left_at` gives it back. Who passed has a number that names the certificate."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="enrolments")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    enrolled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    certificate_no = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报名"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training_class", "professional"], condition=Q(left_at__isnull=True),
                name="nobody_is_enrolled_twice",
            ),
            models.UniqueConstraint(
                fields=["certificate_no"], condition=~Q(certificate_no=""), name="a_completion_number_names_one_person"
            ),
            models.CheckConstraint(
                condition=Q(certificate_no="") | Q(result=Result.PASSED), name="only_who_passed_has_a_number"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["professional", "-id"], name="classes_of_a_person")]

    def __str__(self) -> str:
        return f"{self.professional} {self.training_class}"


class Attendance(models.Model):
    """Somebody was there on a day: by the code on the screen, or as the base noted it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    day = models.DateField()
    at = models.DateTimeField()
    by_code = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "签到"
        constraints: ClassVar = [models.UniqueConstraint(fields=["enrolment", "day"], name="signed_in_once_a_day")]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.day}"


class ClassConsent(Request):
    """A base asks the industry authority to agree to a class (S4-05); the document is how it will be held."""

    page: ClassVar = "bases:consent"

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="consents")

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "办班申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["training_class"], condition=Q(state__in=["waiting", "returned", "granted"]),
                name="consent_to_a_class_is_asked_once",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [*Request.Meta.indexes]

    def __str__(self) -> str:
        return str(self.training_class)

    @property
    def whose(self) -> str:
        return f"{self.organization}“{self.training_class}”"


class ClassConsentRuling(Ruling):
    subject = models.ForeignKey(ClassConsent, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "办班申请意见"
