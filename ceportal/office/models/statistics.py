"""What the bureaus' figures are counted from: each person's year as it was last counted, and the sums of such years.

Derived, and safe to lose: the clock counts it anew from what the rooms upstream hold (services.counting).
"""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Organization, Professional
from ceportal.office.enums import Standing


def _hours(digits: int) -> models.DecimalField:
    return models.DecimalField(max_digits=digits, decimal_places=1, default=Decimal("0.0"))


def _count() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=0)


class Measured(models.Model):
    """The measures of `office.rules.counting.MEASURES`. `review_days` are working days."""

    public = _hours(12)
    professional_hours = _hours(12)
    elective = _hours(12)
    online_times = _count()
    face_times = _count()
    conversion_times = _count()
    outside_times = _count()
    online_hours = _hours(12)
    face_hours = _hours(12)
    conversion_hours = _hours(12)
    outside_hours = _hours(12)
    paid_by_unit = _count()
    paid_by_person = _count()
    paid_by_both = _count()
    paid_by_none = _count()
    reviews = _count()
    review_days = _count()
    late = _count()
    returned = _count()
    rejected = _count()
    drawn = _count()
    wrong = _count()
    untrue = _count()

    class Meta:
        abstract = True


class YearSum(Measured):
    """The sums of one year, place, authority, trade, nature of unit and level: what every figure is added up from.

    `key` is all of these in one text. `authority` is the industry authority over the unit (or the unit itself),
    `trade` a title series; what is unknown is empty.
    """

    key = models.CharField(max_length=80, unique=True)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    trade = models.CharField(max_length=4, blank=True)
    nature = models.CharField(max_length=16, blank=True)
    level = models.CharField(max_length=6, blank=True)
    met = _count()
    half = _count()
    less = _count()
    excused = _count()

    class Meta:
        verbose_name = verbose_name_plural = "统计"
        indexes: ClassVar = [
            models.Index(fields=["year", "area"], name="sums_of_a_place"),
            models.Index(fields=["authority", "year"], name="sums_of_an_authority"),
        ]

    def __str__(self) -> str:
        return self.key


class PlaceSum(Measured):
    """The sums of one year, place and authority, added up from `YearSum`: what pages of a whole province read, which no
    trade, nature or level narrows. `key` is all three in one text.
    """

    key = models.CharField(max_length=40, unique=True)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    met = _count()
    half = _count()
    less = _count()
    excused = _count()

    class Meta:
        verbose_name = verbose_name_plural = "地区统计"
        indexes: ClassVar = [
            models.Index(fields=["year", "area"], name="place_sums_of_a_place"),
            models.Index(fields=["authority", "year"], name="place_sums_of_an_authority"),
        ]

    def __str__(self) -> str:
        return self.key


class PartSum(Measured):
    """The sums of one year, place and authority by one thing alone, added up from `YearSum`: `by` is trade, nature or
    level, `value` what it is there. `key` is all five in one text.
    """

    key = models.CharField(max_length=70, unique=True)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=6)
    value = models.CharField(max_length=16, blank=True)
    met = _count()
    half = _count()
    less = _count()
    excused = _count()

    class Meta:
        verbose_name = verbose_name_plural = "分项统计"
        indexes: ClassVar = [
            models.Index(fields=["year", "by", "area"], name="part_sums_of_a_place"),
            models.Index(fields=["authority", "year"], name="part_sums_of_an_authority"),
        ]

    def __str__(self) -> str:
        return self.key


class CountedYear(Measured):
    """One person's year as it was last counted, and the sum it stands in: behind every figure stand these rows."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    year_sum = models.ForeignKey(YearSum, on_delete=models.PROTECT, related_name="counted", db_index=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    standing = models.CharField(max_length=8, choices=Standing.choices)

    class Meta:
        verbose_name = verbose_name_plural = "统计到人"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["professional", "year"], name="a_persons_year_is_counted_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["year_sum", "professional"], name="counted_in_a_sum"),
            models.Index(fields=["organization", "year", "professional"], name="counted_at_a_unit"),
            models.Index(fields=["year", "professional"], name="counted_in_a_year"),
            # What is rare is found without reading everybody.
            *(
                models.Index(
                    fields=["year", "professional"], name=f"counted_with_{name}", condition=Q(**{f"{name}__gt": 0})
                )
                for name in ("late", "returned", "rejected", "drawn", "wrong", "untrue")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.professional} {self.year}"


class DayCount(models.Model):
    """How many declarations were handed in and how many decisions were made on a day, by place and authority. `key` is
    all three in one text.
    """

    key = models.CharField(max_length=60, unique=True)
    day = models.DateField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted = _count()
    decided = _count()

    class Meta:
        verbose_name = verbose_name_plural = "每日申报和审核"
        indexes: ClassVar = [models.Index(fields=["day", "area"], name="day_counts_of_a_place")]

    def __str__(self) -> str:
        return self.key


class Agreement(models.Model):
    """What a large place's people and hours of a year came to when the clock last added them up in each way
    (`office.selectors.agreement`): `ways` are lists of a label, how many were added up, and what came out as texts.
    """

    place = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    ways = models.JSONField()

    class Meta:
        verbose_name = verbose_name_plural = "统计核对"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "year"], name="one_agreement_a_place_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.year}"
