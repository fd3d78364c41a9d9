"""Who looks after a unit, when whoever did has left (S1-16: every unit names its people)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import RequestState
from accounts.models.requests import Request
from accounts.models.routing import Ruling


class HandOver(Request):
    """That `declarant` shall look after `organization` from now on: asked by them, by somebody else of the unit or by
    an office above it, decided by an office above it. Who leaves is said by the decision, not by who asks.
    """

    page: ClassVar = "accounts:hand_over"

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "更换管理员申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "declarant"],
                condition=Q(state__in=[RequestState.WAITING, RequestState.RETURNED]),
                name="one_open_hand_over_a_unit_and_successor",
            ),
            models.CheckConstraint(condition=Q(organization__isnull=False), name="a_hand_over_is_of_a_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.declarant}"

    @property
    def whose(self) -> str:
        return str(self.organization)


class HandOverRuling(Ruling):
    subject = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "更换管理员决定"
