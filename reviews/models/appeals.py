"""Appeals against what was rejected or taken back: once, to the next level, answered with reasons (order 25)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import RequestState
from accounts.models import Organization, Professional, Request, Ruling
from credits.models import Declaration


class Appeal(Request):
    """Asks `waiting_on`, the level above `against`, to look again at `appealed`. `renewed` is what a grant made of it:
    the same content, reviewed anew by that level.
    """

    counts_every_day: ClassVar[bool] = True
    page: ClassVar = "reviews:appeal"

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    appealed = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="+")
    against = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    renewed = models.OneToOneField(Declaration, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "申诉"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["appealed"],
                condition=~Q(state=RequestState.WITHDRAWN),
                name="a_declaration_is_appealed_once",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.GRANTED, renewed__isnull=False)
                | (~Q(state=RequestState.GRANTED) & Q(renewed__isnull=True)),
                name="a_granted_appeal_is_reviewed_anew",
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["professional", "-id"], name="appeals_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"对《{self.appealed.title}》的申诉"

    @property
    def whose(self) -> str:
        return self.professional.name


class AppealRuling(Ruling):
    subject = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "申诉决定"
