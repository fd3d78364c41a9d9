"""Spot checks (抽查, S2-07): a campaign, what was drawn, every step of its inspection, and what followed from it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from ceportal.kernel.models import Referenced, StoredFile
from credits.models import Claim, Declaration
from reviews.enums import (
    REASON_LIMIT,
    CampaignState,
    Finding,
    InspectionMove,
    InspectionState,
    Measure,
    ReversalCode,
)
from reviews.models.reviewing import Decision


class Campaign(Referenced):
    """A spot check of what was approved between two days in the place of a bureau.

    `frame` is everything that could be drawn: `[ref, stratum, tickets]`, in order. Its digest and that of the seed are
    published before the draw; until then the seed is sealed and `seed` empty. `terms` is what else the draw follows
    from, covered by the frame's digest; empty in campaigns of the first version. `rules.drawing` repeats it from these.
    """

    name = models.CharField(max_length=60)
    bureau = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    decided_from = models.DateField()
    decided_until = models.DateField()
    rate = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=CampaignState.choices, default=CampaignState.PUBLISHED)
    frame = models.JSONField(default=list)
    terms = models.JSONField(default=dict, db_default={}, blank=True)
    frame_digest = models.CharField(max_length=64)
    seed_digest = models.CharField(max_length=64)
    seed_sealed = models.BinaryField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学时抽查"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rate__isnull=False, number__isnull=True) | Q(rate__isnull=True, number__isnull=False),
                name="a_campaign_draws_by_rate_or_by_number",
            ),
            models.CheckConstraint(
                condition=Q(state=CampaignState.PUBLISHED, seed="") | ~Q(seed=""),
                name="the_seed_is_revealed_by_the_draw",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Inspection(Referenced):
    """One decision that was drawn, and where its inspection stands. `waits_on` answers until `due_at`, if anybody."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="inspections")
    position = models.PositiveIntegerField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="+")
    inspector = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=InspectionState.choices, default=InspectionState.OPEN)
    waits_on = models.CharField(max_length=8, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_is_provisional = models.BooleanField(default=False)
    calendar_version = models.PositiveIntegerField(db_default=0)
    reminded_at_days = models.SmallIntegerField(null=True, blank=True)
    was_heard = models.BooleanField(default=False)
    intended = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    finding = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    reversal_code = models.CharField(max_length=20, choices=ReversalCode.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽查事项"
        ordering: ClassVar = ["campaign_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "position"], name="a_draw_has_one_inspection_a_place"),
            models.UniqueConstraint(fields=["campaign", "declaration"], name="a_declaration_is_drawn_once_a_campaign"),
            models.CheckConstraint(
                condition=~Q(state=InspectionState.CLOSED, finding=""),
                name="a_closed_inspection_has_a_finding",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="inspections_that_are_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}-{self.position}"


class InspectionStep(models.Model):
    """What happened in an inspection, append-only: by whom (null: the clock), with what words and which paper."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="steps")
    move = models.CharField(max_length=10, choices=InspectionMove.choices)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=REASON_LIMIT, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "抽查经过"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.at:%Y-%m-%d}"


class Sanction(Referenced):
    """What followed for a person or a unit beside the hours: a line of the 通报 list (S3-10, S4-16)."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="sanctions")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    text = models.CharField(max_length=REASON_LIMIT)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "处理和通报"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, organization__isnull=True)
                | Q(user__isnull=True, organization__isnull=False),
                name="a_sanction_names_a_person_or_a_unit",
            ),
            models.UniqueConstraint(
                fields=["inspection", "user", "measure"],
                condition=Q(user__isnull=False),
                name="a_person_gets_a_measure_once",
            ),
            models.UniqueConstraint(
                fields=["inspection", "organization", "measure"],
                condition=Q(organization__isnull=False),
                name="a_unit_gets_a_measure_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.at:%Y-%m-%d}"

    @property
    def about(self) -> str:
        """Whom it names."""
        return self.user.name if self.user else self.organization.name if self.organization else ""
