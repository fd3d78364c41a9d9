"""Asking a bureau to be exempt or to owe fewer hours (A18): what it grants becomes an `Obligation`."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accounts.enums import RequestState
from accounts.models import Professional, Request, Ruling
from credits.enums import EasingGround, ObligationKind
from credits.models.obligations import Obligation

ASKABLE = (ObligationKind.EXEMPT, ObligationKind.REDUCED)


def _hours() -> models.DecimalField:
    return models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("0.0"))


def _whole(name: str) -> Q:
    return Q((f"{name}__gte", 0), (name, Round(F(name) * 2) / Decimal(2)))


class ObligationRequest(Request):
    """To be exempt in the years `year_from` to `year_to`, or to owe `less_…` hours less in each of them.

    `asked_by` is the person, or somebody of the unit for one of its people. `obligation` is what was granted.
    """

    page: ClassVar = "credits:exemption"

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ObligationKind.choices)
    ground = models.CharField(max_length=12, choices=EasingGround.choices)
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField()
    less_public = _hours()
    less_professional = _hours()
    document_no = models.CharField(max_length=80, blank=True)
    obligation = models.OneToOneField(Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "学时减免申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["professional"],
                condition=Q(state__in=[RequestState.WAITING, RequestState.RETURNED]),
                name="one_open_obligation_request_a_person",
            ),
            models.CheckConstraint(condition=Q(kind__in=ASKABLE), name="an_exemption_or_a_reduction_is_asked"),
            models.CheckConstraint(condition=Q(year_to__gte=F("year_from")), name="asked_years_run_forward"),
            models.CheckConstraint(
                condition=_whole("less_public") & _whole("less_professional"), name="asked_hours_are_in_steps_of_a_half"
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.GRANTED, obligation__isnull=False)
                | (~Q(state=RequestState.GRANTED) & Q(obligation__isnull=True)),
                name="what_was_granted_is_an_obligation",
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["professional", "-id"], name="obligation_requests_of_person"),
        ]

    def __str__(self) -> str:
        years = f"{self.year_from}" if self.year_from == self.year_to else f"{self.year_from}—{self.year_to}"
        return f"{years} 年度{self.get_kind_display()}"

    @property
    def whose(self) -> str:
        return self.professional.name


class ObligationRequestRuling(Ruling):
    subject = models.ForeignKey(ObligationRequest, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "学时减免决定"
