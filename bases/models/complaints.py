"""What people complain of: classes and fees out of order, one institution forced on them (S0-04, S1-14, S4-18)."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import RequestState
from accounts.models import Area, Organization, Request, Ruling
from bases.enums import ComplaintKind
from ceportal.kernel.models import StoredFile

_OPEN = [RequestState.WAITING, RequestState.RETURNED]


class Complaint(Request):
    """About a unit of the portal (`about`), or one that is none (`named`), in the place of `area`.

    It waits with a bureau, never with the unit, which learns at most what `public_words` say of an upheld one. Granted
    is upheld, refused is not borne out; `organization` stays empty, so that no employer reads what its people write.
    """

    page: ClassVar = "bases:complaint"
    outcomes: ClassVar[Mapping[str, str]] = {
        RequestState.GRANTED: "已答复：投诉属实",
        RequestState.REFUSED: "已答复：未能认定属实",
        RequestState.RETURNED: "需要您补充情况",
    }

    document = models.ForeignKey(  # type: ignore[assignment]
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=ComplaintKind.choices)
    about = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    named = models.CharField(max_length=120, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    public_words = models.CharField(max_length=300, blank=True)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "投诉"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.CheckConstraint(
                condition=Q(about__isnull=False, named="") | (Q(about__isnull=True) & ~Q(named="")),
                name="a_complaint_is_about_one_unit",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.GRANTED) | ~Q(public_words=""),
                name="what_is_upheld_is_told_to_everybody",
            ),
            models.UniqueConstraint(
                fields=["asked_by", "about", "kind"], condition=Q(state__in=_OPEN), name="complained_of_once_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            *Request.Meta.indexes,
            models.Index(fields=["asked_by", "-id"], name="complaints_of_somebody"),
            models.Index(
                fields=["about", "-decided_at"], name="complaints_upheld", condition=Q(state=RequestState.GRANTED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name}：{self.get_kind_display()}"

    @property
    def unit_name(self) -> str:
        return self.named or str(self.about)

    @property
    def whose(self) -> str:
        """As notices go on: 对开封大学的投诉等待处理."""
        return f"对{self.unit_name}"

    @property
    def state_words(self) -> str:
        words = {RequestState.GRANTED: "属实", RequestState.REFUSED: "未能认定", RequestState.RETURNED: "待补充"}
        return words.get(RequestState(self.state), str(RequestState(self.state).label))


class ComplaintRuling(Ruling):
    subject = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "投诉答复"
