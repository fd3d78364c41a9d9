"""What activities convert to in hours, and what a unit itself recognises of them: dated rows, each with its source."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from ceportal.kernel.models import Referenced
from credits.enums import Basis, FieldStatus, Length, ProjectLevel, ProjectRole, Subject, Unit
from credits.models.regulation import Activity

JUDGED = (Basis.ORGANISER, Basis.REVIEWER)


class Conversion(Referenced):
    """How an activity of a certain kind converts in a place, a trade and a span of years.

    `amount` is for one of `basis` (a day, a course …). `by_rank` are amounts in words, the first author's first; who
    stands behind them gets `beyond`, or nothing. `addition` comes on top for a paper read. `yearly_cap` bounds what one
    person may count by the activity in a year. `author_limit` and `exclusions` say what is not converted. With
    `is_once` an artefact counts once a person (A29). Where nothing is said, hours are those its organiser or its
    reviewer names, and `note` tells so. `area_code` is `*` for everywhere, `CN` for the country.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="conversions")
    area_code = models.CharField(max_length=6)
    trade = models.CharField(max_length=40, blank=True)
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField(null=True, blank=True)
    level = models.CharField(max_length=10, choices=ProjectLevel.choices, blank=True)
    role = models.CharField(max_length=6, choices=ProjectRole.choices, blank=True)
    length = models.CharField(max_length=6, choices=Length.choices, blank=True)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    unit = models.CharField(max_length=4, choices=Unit.choices)
    amount = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    by_rank = models.CharField(max_length=100, blank=True)
    beyond = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    addition = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    yearly_cap = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    author_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    exclusions = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=14, choices=Subject.choices, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    is_once = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200)
    clause = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=FieldStatus.choices)

    class Meta:
        verbose_name = verbose_name_plural = "学时折算"
        ordering: ClassVar = ["activity__position", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(unit__in=Unit.values), name="a_conversion_has_a_unit"),
            models.CheckConstraint(condition=~Q(clause="") & ~Q(source=""), name="a_conversion_names_its_source"),
            models.CheckConstraint(
                condition=Q(year_to__isnull=True) | Q(year_to__gte=F("year_from")),
                name="a_conversion_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(basis__in=JUDGED, amount__isnull=True, by_rank="")
                | (~Q(basis__in=JUDGED) & (Q(amount__gt=0) | ~Q(by_rank=""))),
                name="what_is_computed_has_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitStandard(Referenced):
    """What a unit recognises of an activity for its own people: stricter than the rule, never more (S0-19, S2-11).

    Append-only: a change is the next `number`, in force for what begins on `valid_from` or later. `amount` bounds the
    hours of one day, course, paper …; `yearly_cap` those of a year; `evidence` is asked for beside the rule's. A row
    that `is_lifted` says: from then on nothing of our own.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    yearly_cap = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    wording = models.CharField(max_length=300, blank=True)
    is_lifted = models.BooleanField(default=False)
    valid_from = models.DateField()
    made_by_label = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "单位认定标准"
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "activity", "number"], name="a_standard_is_changed_by_one_hand"
            ),
            models.CheckConstraint(
                condition=(Q(amount__isnull=True) | Q(amount__gt=0))
                & (Q(yearly_cap__isnull=True) | Q(yearly_cap__gt=0)),
                name="a_standard_recognises_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.activity} {self.number}"
