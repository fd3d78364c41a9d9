"""To which bureau a unit answers whose people take title review in another place than its own (驻平单位, S3-01)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import RequestState
from accounts.models.organizations import Organization
from accounts.models.requests import Request
from accounts.models.routing import Ruling


class Stationing(Request):
    """That `organization` shall answer to `bureau`: asked by the unit of the bureau, or by a bureau of the unit, so
    that both sides know. Granted, the people of the unit are judged in the bureau's place. Asked for the bureau of its
    own place, it ends what was.
    """

    page: ClassVar = "accounts:stationing"

    bureau = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    by_bureau = models.BooleanField(default=False)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "职称评审归属申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=[RequestState.WAITING, RequestState.RETURNED]),
                name="one_open_stationing_a_unit",
            ),
            models.CheckConstraint(condition=Q(organization__isnull=False), name="a_stationing_is_of_a_unit"),
            models.CheckConstraint(condition=~Q(bureau=F("organization")), name="a_unit_does_not_answer_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.bureau}"

    @property
    def whose(self) -> str:
        return str(self.organization)


class StationingRuling(Ruling):
    subject = models.ForeignKey(Stationing, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "职称评审归属决定"
