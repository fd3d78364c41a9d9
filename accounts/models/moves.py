"""What about a person is changed by asking: where they work, their title, what they were registered under."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.enums import CorrectionKind, IdKind, RequestState, TitleLevel, TransferKind
from accounts.models.areas import TitleSeries
from accounts.models.organizations import Organization
from accounts.models.people import Professional
from accounts.models.requests import Request
from accounts.models.routing import Ruling

_OPEN = Q(state__in=[RequestState.WAITING, RequestState.RETURNED])


class PersonMatter(Request):
    """`organization` is the principal employer at the time, `declarant` the account of the person it is about."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")

    class Meta(Request.Meta):
        abstract = True

    @property
    def whose(self) -> str:
        return self.professional.name


class Transfer(PersonMatter):
    """That a person works at `target` from now on: instead of the principal employer, beside it, or chiefly there.

    `target` decides (A23). It is a bureau for somebody who goes on without an employer. `asked_by` is the person, or
    somebody of the unit that lets them go.
    """

    page: ClassVar = "accounts:transfer"

    kind = models.CharField(max_length=8, choices=TransferKind.choices, default=TransferKind.MOVE)
    target = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")

    class Meta(PersonMatter.Meta):
        verbose_name = verbose_name_plural = "单位调转申请"
        constraints: ClassVar = [
            *PersonMatter.Meta.constraints,
            models.UniqueConstraint(fields=["professional"], condition=_OPEN, name="one_open_transfer_a_person"),
            models.CheckConstraint(
                condition=Q(organization__isnull=True) | ~Q(target=F("organization")),
                name="a_transfer_leads_elsewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.target.name}"


class TransferRuling(Ruling):
    subject = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "单位调转决定"


class TitleChange(PersonMatter):
    """Another title or level, held since `title_since`; the employer looks at its paper (A19)."""

    page: ClassVar = "accounts:title_change"

    title_series = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title_level = models.CharField(max_length=6, choices=TitleLevel.choices)
    title_since = models.DateField()

    class Meta(PersonMatter.Meta):
        verbose_name = verbose_name_plural = "职称变更申请"
        constraints: ClassVar = [
            *PersonMatter.Meta.constraints,
            models.UniqueConstraint(fields=["professional"], condition=_OPEN, name="one_open_title_change_a_person"),
        ]

    def __str__(self) -> str:
        series = self.title_series.name if self.title_series else "无"
        return f"职称变更：{series} {self.get_title_level_display()}"


class TitleChangeRuling(Ruling):
    subject = models.ForeignKey(TitleChange, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "职称变更决定"


class Correction(PersonMatter):
    """Another name, ID number or phone than the one registered, confirmed by two people one after the other.

    `professional` is null for an account that only acts for others; `declarant` is whose it is in any case. A name
    stands in `name`; a number sealed for this row, with its mask and blind index, as long as it is asked for.
    """

    page: ClassVar = "accounts:correction"

    professional = models.ForeignKey(  # type: ignore[assignment]
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    what = models.CharField(max_length=10, choices=CorrectionKind.choices)
    name = models.CharField(max_length=50, blank=True)
    id_kind = models.CharField(max_length=16, choices=IdKind.choices, blank=True)
    number_sealed = models.BinaryField(null=True, blank=True)
    number_mask = models.CharField(max_length=30, blank=True)
    number_index = models.CharField(max_length=64, blank=True)

    class Meta(PersonMatter.Meta):
        verbose_name = verbose_name_plural = "登记信息更正申请"
        constraints: ClassVar = [
            *PersonMatter.Meta.constraints,
            models.UniqueConstraint(
                fields=["declarant", "what"], condition=_OPEN, name="one_open_correction_of_a_kind_an_account"
            ),
            models.CheckConstraint(
                condition=(Q(what=CorrectionKind.NAME) & ~Q(name="") & Q(number_index=""))
                | (~Q(what=CorrectionKind.NAME) & Q(name="") & ~Q(number_index="")),
                name="a_correction_says_what_is_right",
            ),
        ]

    def __str__(self) -> str:
        return f"更正{self.get_what_display()}"

    @property
    def whose(self) -> str:
        return self.declarant.name

    @property
    def told(self) -> dict[str, Any]:
        """What is on record and what shall stand there, as a page may show it."""
        if self.what == CorrectionKind.NAME:
            return {"now": self.declarant.name, "wanted": self.name}
        if self.what == CorrectionKind.ID_NUMBER:
            now = self.professional.id_mask if self.professional else ""
        else:
            now = self.declarant.phone_mask
        return {"now": now, "wanted": self.number_mask}


class CorrectionRuling(Ruling):
    subject = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "登记信息更正决定"


class Merge(PersonMatter):
    """That `other` is the same human: its hours go to `professional`, whose account goes on, and it is closed.

    Asked by the person, or found by a bureau whose officer is then the first of the two.
    """

    page: ClassVar = "accounts:merge"

    other = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")

    class Meta(PersonMatter.Meta):
        verbose_name = verbose_name_plural = "合并账号申请"
        constraints: ClassVar = [
            *PersonMatter.Meta.constraints,
            models.UniqueConstraint(fields=["professional"], condition=_OPEN, name="one_open_merge_a_person"),
            models.UniqueConstraint(fields=["other"], condition=_OPEN, name="one_open_merge_of_an_account"),
            models.CheckConstraint(condition=~Q(other=F("professional")), name="a_merge_is_of_two_accounts"),
        ]

    def __str__(self) -> str:
        return f"合并账号：{self.other.id_mask}"


class MergeRuling(Ruling):
    subject = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "合并账号决定"
