"""Hours earned in another province: confirmed by the employer, recognised by the bureau (外省学时认定)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear, Round

from accounts.enums import RequestState
from accounts.models import Professional, Request, Ruling
from credits.rules.provinces import PROVINCES

COUNTS_OR_MAY = Q(state__in=[RequestState.WAITING, RequestState.RETURNED, RequestState.GRANTED])
COLUMNS = ("public_claimed", "professional_claimed", "public_recognised", "professional_recognised")


def _hours() -> models.DecimalField:
    return models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("0.0"))


def _in_half_steps() -> Q:
    steps = Q()
    for name in COLUMNS:
        steps &= Q((f"{name}__gte", 0), (name, Round(F(name) * 2) / Decimal(2)))
    return steps


class OutsideHours(Request):
    """Hours of one transcript (学时证明) of another province, by subject. They count in the year of `ended_on` (A7).

    `transcript_key` names the transcript by its issuer and number, so that it counts once a person. What is recognised
    is at most what was claimed; granted, each subject becomes one claim of the door OUTSIDE.
    """

    page: ClassVar = "credits:outside_hours"

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    province = models.CharField(max_length=6, choices=tuple(PROVINCES.items()))
    year = models.PositiveSmallIntegerField()
    started_on = models.DateField()
    ended_on = models.DateField()
    issuer = models.CharField(max_length=60)
    transcript_no = models.CharField(max_length=60)
    transcript_key = models.CharField(max_length=64)
    public_claimed = _hours()
    professional_claimed = _hours()
    public_recognised = _hours()
    professional_recognised = _hours()

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "外省学时认定申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["professional", "transcript_key"], condition=COUNTS_OR_MAY, name="a_transcript_counts_once"
            ),
            models.CheckConstraint(condition=_in_half_steps(), name="outside_hours_are_in_steps_of_a_half"),
            models.CheckConstraint(
                condition=Q(public_claimed__gt=0) | Q(professional_claimed__gt=0), name="some_outside_hours_are_claimed"
            ),
            models.CheckConstraint(
                condition=Q(public_recognised__lte=F("public_claimed"))
                & Q(professional_recognised__lte=F("professional_claimed")),
                name="no_more_is_recognised_than_claimed",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")) & Q(year=ExtractYear("ended_on")),
                name="outside_hours_count_in_the_year_they_ended",
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["professional", "-id"], name="outside_hours_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_province_display()} {self.year} 年度学时"

    @property
    def whose(self) -> str:
        return self.professional.name

    @property
    def claimed(self) -> Decimal:
        return self.public_claimed + self.professional_claimed

    @property
    def recognised(self) -> Decimal:
        return self.public_recognised + self.professional_recognised


class OutsideHoursRuling(Ruling):
    subject = models.ForeignKey(OutsideHours, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "外省学时认定决定"
