"""Changes of the regulation by the bureaus: drafted by one, approved by another, in force from a day on; and what each
does, or would do, to the accounts it touches.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Area, Routed, Ruling, User
from ceportal.kernel.models import Job, Referenced
from credits.enums import ResultChange, RuleDraftState, RunKind
from credits.models.ledger import YearAccount
from credits.models.regulation import RuleSet


class RuleDraft(Routed):
    """What a rule set shall say: of `changes`, or of a new one. Where a new one needs the years of another, that one
    gives way.

    `figures` maps a field to [value, clause, status]. `ground` tells what those sets said when this was saved last: a
    draft is not approved over what it never saw. `replaced` keeps what stood before it came into force. Whoever touches
    years that are over says why in `past_reason`. `version` is that of the content.
    """

    state = models.CharField(max_length=10, choices=RuleDraftState.choices, default=RuleDraftState.DRAFTING)
    changes = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    gives_way = models.ForeignKey(RuleSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    trade = models.CharField(max_length=40, blank=True)
    levels = models.JSONField(default=list, blank=True)
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField(null=True, blank=True)
    document = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    ground = models.CharField(max_length=64)
    replaced = models.JSONField(default=list, blank=True)
    effective_on = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    past_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    state_reason = models.CharField(max_length=500, blank=True)
    approver = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)

    class Meta(Routed.Meta):
        verbose_name = verbose_name_plural = "规则草案"
        constraints: ClassVar = [
            *Routed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("declarant")),
                name="a_rule_is_approved_by_another_than_its_drafter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RuleDraftState.APPROVED, RuleDraftState.IN_FORCE])
                | Q(approver__isnull=False, approved_at__isnull=False),
                name="no_rule_comes_into_force_unapproved",
            ),
            models.CheckConstraint(
                condition=Q(year_to__isnull=True) | Q(year_to__gte=F("year_from")),
                name="a_drafted_rule_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["changes"],
                condition=Q(
                    changes__isnull=False,
                    state__in=[RuleDraftState.DRAFTING, RuleDraftState.WAITING, RuleDraftState.APPROVED],
                ),
                name="one_open_draft_a_rule_set",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleRuling(Ruling):
    """What a second person ruled on a draft."""

    subject = models.ForeignKey(RuleDraft, on_delete=models.PROTECT, related_name="rulings")

    class Meta(Ruling.Meta):
        verbose_name = verbose_name_plural = "规则核准意见"


class RuleRun(Referenced):
    """One pass over the accounts of a year in a place (`CN`: everywhere) under another rule set; the job counts.

    The totals by place and level stand in the job's result, those whose result changes in `RuleEffect`.
    """

    kind = models.CharField(max_length=8, choices=RunKind.choices)
    draft = models.ForeignKey(RuleDraft, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    draft_version = models.PositiveIntegerField(default=0)
    area_code = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "规则影响"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft", "draft_version", "year"],
                condition=Q(kind=RunKind.WHAT_IF),
                name="one_preview_a_version_and_year",
            ),
            models.UniqueConstraint(
                fields=["draft", "year"], condition=Q(kind=RunKind.IN_FORCE), name="a_rule_comes_into_force_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind=RunKind.WHAT_IF) | Q(draft__isnull=False), name="a_preview_is_of_a_draft"
            ),
            models.CheckConstraint(
                condition=~Q(kind=RunKind.PAST) | (~Q(reason="") & Q(by__isnull=False)),
                name="no_past_year_is_judged_anew_silently",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.area_code} {self.year}"


class RuleEffect(models.Model):
    """Somebody's year whose result is another under the other rule set: before and after, as JSON values.

    Place and level are those it was judged by.
    """

    run = models.ForeignKey(RuleRun, on_delete=models.CASCADE, related_name="effects")
    account = models.ForeignKey(YearAccount, on_delete=models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=6)
    change = models.CharField(max_length=6, choices=ResultChange.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "结果变动"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "account"], name="an_account_changes_once_a_run")
        ]
        indexes: ClassVar = [models.Index(fields=["run", "area", "id"], name="effects_of_a_place")]

    def __str__(self) -> str:
        return f"{self.account} {self.get_change_display()}"
