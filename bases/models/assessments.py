"""考核 and 综合评估 of bases: a round with its sheet, and each base in it (S0-17, S2-09)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from bases.enums import AssessmentKind, Grade
from bases.rules.assessment import Indicator
from ceportal.kernel.models import Referenced, StoredFile


class AssessmentRound(Referenced):
    """What a bureau assesses the bases of its lists by in a year. `sheet` holds `[group, title, points, evidence]`."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=AssessmentKind.choices)
    sheet = models.JSONField()
    excellent_from = models.DecimalField(max_digits=4, decimal_places=1)
    pass_from = models.DecimalField(max_digits=4, decimal_places=1)
    self_until = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "基地考核评估"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "year", "kind"], name="bases_are_assessed_once_a_year"),
            models.CheckConstraint(condition=Q(pass_from__lt=F("excellent_from")), name="excellent_is_above_passed"),
        ]

    def __str__(self) -> str:
        between = "年" if self.kind == AssessmentKind.FULL else ""
        return f"{self.year} {between}{self.get_kind_display()}"

    @property
    def indicators(self) -> list[Indicator]:
        return [Indicator(group, title, Decimal(most), evidence) for group, title, most, evidence in self.sheet]


class Assessment(Referenced):
    """A base in a round: what it gives itself, what its authority says, what the experts give. Points as text."""

    round = models.ForeignKey(AssessmentRound, on_delete=models.PROTECT, related_name="assessments")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    self_points = models.JSONField(default=list, blank=True)
    self_words = models.CharField(max_length=500, blank=True)
    document = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    self_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    self_at = models.DateTimeField(null=True, blank=True)
    opinion = models.CharField(max_length=500, blank=True)
    opinion_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opinion_at = models.DateTimeField(null=True, blank=True)
    points = models.JSONField(default=list, blank=True)
    words = models.CharField(max_length=500, blank=True)
    scored_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scored_at = models.DateTimeField(null=True, blank=True)
    total = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核评估"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "organization"], name="a_base_is_assessed_once_a_round"),
            models.CheckConstraint(
                condition=Q(grade="", total__isnull=True, scored_at__isnull=True)
                | (~Q(grade="") & Q(total__isnull=False, scored_at__isnull=False)),
                name="a_grade_comes_of_points",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "-id"], name="assessments_of_a_base")]

    def __str__(self) -> str:
        return f"{self.organization} {self.round}"
