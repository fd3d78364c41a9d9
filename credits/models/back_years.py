"""Asking to declare a closed year for a special reason (S0-14, A8): what the bureau grants, by two people."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import RequestState
from accounts.models import Professional, Request, Ruling, User

GRANTED = Q(state=RequestState.GRANTED)


class BackYearRequest(Request):
    """To declare closed years. One of the bureau recommends (`opened_by`), another grants: by a document, until a day.

    `asked_by` is the person, or somebody of the unit for one of its people.
    """

    page: ClassVar = "credits:exception"

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document_no = models.CharField(max_length=80, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta(Request.Meta):
        verbose_name, verbose_name_plural = "补报申请", "补报例外"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["professional"],
                condition=Q(state__in=[RequestState.WAITING, RequestState.RETURNED]),
                name="one_open_back_year_request_a_person",
            ),
            models.CheckConstraint(
                condition=~GRANTED
                | (Q(opened_by__isnull=False, granted_by__isnull=False) & ~Q(granted_by=F("opened_by"))),
                name="an_exception_is_granted_by_two_people",
            ),
            models.CheckConstraint(
                condition=~GRANTED | (Q(valid_until__isnull=False) & ~Q(document_no="")),
                name="a_granted_exception_has_a_document_and_a_last_day",
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["professional", "-id"], name="back_year_requests_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.professional} 补报申请"

    @property
    def whose(self) -> str:
        return self.professional.name


class BackYear(models.Model):
    """A year that is asked for. Granted, the person may declare it and no other (A8)."""

    request = models.ForeignKey(BackYearRequest, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "补报年度"
        ordering: ClassVar = ["year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "year"], name="a_request_names_a_year_once")
        ]

    def __str__(self) -> str:
        return str(self.year)


class BackYearRuling(Ruling):
    subject = models.ForeignKey(BackYearRequest, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "补报决定"
