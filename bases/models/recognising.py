"""A base or a platform asks to be recognised, or an authority recommends it (S0-16, S2-06, S2-09)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Organization, Request, Ruling
from bases.enums import RecognitionKind
from bases.models.recognition import Recognition
from ceportal.kernel.models import Referenced


class RecognitionRequest(Request):
    """For a place on the list of a year: by the unit itself, first to its authority, or `recommended_by` that one.

    Granted, a base waits for the announced list of the year, which makes its `recognition`; a platform is filed
    at once.
    """

    page: ClassVar = "bases:recognition_request"
    ends_with_its_unit: ClassVar = True

    kind = models.CharField(max_length=16, choices=RecognitionKind.choices)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    subjects = models.JSONField(default=list)
    trade = models.CharField(max_length=40, blank=True)
    site_name = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=200, blank=True)
    recommended_by = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recognition = models.OneToOneField(Recognition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "认定申请"
        constraints: ClassVar = [
            *Request.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "kind", "year", "site_name"],
                condition=Q(state__in=["waiting", "returned", "granted"]),
                name="recognition_is_asked_for_once_a_year",
            ),
        ]
        indexes: ClassVar = [*Request.Meta.indexes]

    def __str__(self) -> str:
        return f"{self.organization} {self.year} 年度{self.get_kind_display()}"

    @property
    def whose(self) -> str:
        return str(self)


class RecognitionRequestRuling(Ruling):
    subject = models.ForeignKey(RecognitionRequest, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "认定申请意见"


class LinkCheck(Referenced):
    """Whether an address of the lists answers. `dead_since` is the first of the failed looks in a row; `failures` how
    many there were.
    """

    url = models.CharField(max_length=200, unique=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    dead_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "网址检查"
        indexes: ClassVar = [models.Index(fields=["checked_at", "id"], name="links_by_their_last_look")]

    def __str__(self) -> str:
        return self.url
