"""What a bureau granted about a person's duty to learn: exempt, reduced, not yet, or looked after elsewhere (A18)."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import Referenced
from credits.enums import ObligationKind

# Everything but LEFT, which stands in the person's own record.
GRANTABLE = (ObligationKind.EXEMPT, ObligationKind.REDUCED, ObligationKind.NOT_YET, ObligationKind.ELSEWHERE)
LESS = ("less_total", "less_public", "less_public_compulsory", "less_professional", "less_elective")


def _less() -> models.DecimalField:
    return models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("0.0"))


def _no_less() -> Q:
    return Q(**dict.fromkeys(LESS, Decimal(0)))


def _in_half_steps() -> Q:
    steps = Q()
    for name in LESS:
        steps &= Q((name, Round(F(name) * 2) / Decimal(2)), (f"{name}__gte", 0))
    return steps


class Obligation(Referenced):
    """A granted fact about one person, for the years `year_from` to `year_to` (none: until it is ended).

    `less_…` are the hours (of the year's own unit) by which each threshold is lower; only REDUCED has any. `clause` is
    the ground in the regulation, `document_no` the bureau's paper. Ended, it holds up to `last_year`; a year before
    `year_from` says that it never should have. Rows are kept for ever: a new fact is a new row.
    """

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ObligationKind.choices)
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField(null=True, blank=True)
    less_total = _less()
    less_public = _less()
    less_public_compulsory = _less()
    less_professional = _less()
    less_elective = _less()
    reason = models.CharField(max_length=300)
    clause = models.CharField(max_length=80)
    document_no = models.CharField(max_length=80)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学习义务的调整"
        ordering: ClassVar = ["year_from", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=GRANTABLE), name="leaving_is_not_granted"),
            models.CheckConstraint(
                condition=Q(year_to__isnull=False, year_to__gte=F("year_from"))
                | Q(year_to__isnull=True, kind=ObligationKind.ELSEWHERE),
                name="an_easing_names_its_years",
            ),
            models.CheckConstraint(
                condition=(Q(kind=ObligationKind.REDUCED) & ~_no_less())
                | (~Q(kind=ObligationKind.REDUCED) & _no_less()),
                name="only_a_reduction_takes_hours_off",
            ),
            models.CheckConstraint(condition=_in_half_steps(), name="reductions_are_in_steps_of_a_half"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(clause="") & ~Q(document_no=""),
                name="nothing_is_eased_without_reason_clause_and_document",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, last_year__isnull=True, ended_by__isnull=True, end_reason="")
                | (Q(ended_at__isnull=False, last_year__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="an_ended_easing_says_since_when_by_whom_and_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["professional", "year_from"], name="easings_of_a_person")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year_from}"
