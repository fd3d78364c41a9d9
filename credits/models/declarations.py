"""A person's declaration of hours and its evidence."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear, Round

from accounts.enums import Move
from accounts.models import Area, Organization, Professional, Routed
from bases.models import TrainingPlanItem
from ceportal.kernel.models import Referenced, StoredFile
from credits.enums import DeclarationState, Payer, PublicKind, Subject
from credits.models.conversions import Conversion, UnitStandard
from credits.models.regulation import Activity

# Not `hours % 1`: SQLite's % casts to integer and lets 0.7 pass (house.md 8).
HALF_STEPS = Q(hours_claimed__isnull=True) | Q(hours_claimed=Round(F("hours_claimed") * 2) / Decimal(2))
RECOGNISED_HALF_STEPS = Q(hours_recognised__isnull=True) | Q(
    hours_recognised=Round(F("hours_recognised") * 2) / Decimal(2)
)
UNDER_REVIEW = Q(state__in=[DeclarationState.AT_EMPLOYER, DeclarationState.AT_AUTHORITY])
COUNTS_OR_MAY = UNDER_REVIEW | Q(state=DeclarationState.APPROVED)
# Not yet handed in, or back with its declarant: its days may still be wrong.
UNSENT = Q(state__in=[DeclarationState.DRAFT, DeclarationState.WITHDRAWN, DeclarationState.RETURNED])
COMPLETE = (
    Q(activity__isnull=False)
    & ~Q(title="")
    & ~Q(organiser="")
    & ~Q(subject="")
    & Q(started_on__isnull=False, ended_on__isnull=False, hours_claimed__isnull=False, submitted_at__isnull=False)
)


class Declaration(Routed):
    """Hours a person asks to have counted. A draft may be incomplete; what was submitted may not.

    `version` grows with every change of content, so that an opening of an older version does not count as looked at.
    `organization` is the employer at the time, kept for ever (A23). `previous` is the rejected or withdrawn declaration
    this one was made from (A25); `state_reason` the words with which it was last returned or rejected.

    `details` is what its activity asks beside the columns (`credits.rules.details`). From when it is handed in,
    `conversion` and `standard` are the rows its hours were worked out by, and `artefact_key`, `work_key` what it is
    about: by its number and by its name, both or neither of them (`credits.rules.artefacts`). `searched_version` is the
    last version in which signs of fraud were looked for, downstream. What a unit ran itself names `plan_item`, the line
    of its filed plan, or says in `unplanned` why there is none (S3-04). Once approved it `awaits_follow_up` by the
    clock.
    """

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=DeclarationState.choices, default=DeclarationState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    asked_year = models.PositiveSmallIntegerField(null=True, blank=True)
    activity = models.ForeignKey(Activity, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=14, choices=Subject.choices, blank=True)
    public_kind = models.CharField(max_length=12, choices=PublicKind.choices, blank=True)
    title = models.CharField(max_length=120, blank=True)
    organiser = models.CharField(max_length=120, blank=True)
    certificate_no = models.CharField(max_length=60, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    hours_claimed = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    hours_recognised = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    was_passed = models.BooleanField(null=True, blank=True)
    payer = models.CharField(max_length=8, choices=Payer.choices, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    plan_item = models.ForeignKey(TrainingPlanItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unplanned = models.CharField(max_length=300, blank=True, db_default="")
    details = models.JSONField(default=dict, blank=True)
    conversion = models.ForeignKey(Conversion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    standard = models.ForeignKey(UnitStandard, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    artefact_key = models.CharField(max_length=64, blank=True)
    work_key = models.CharField(max_length=64, blank=True)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    first_submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    searched_version = models.PositiveIntegerField(default=0, db_default=0)
    awaits_follow_up = models.BooleanField(default=False, db_default=False)

    class Meta(Routed.Meta):
        verbose_name = verbose_name_plural = "学时申报"
        constraints: ClassVar = [
            *Routed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(hours_claimed__isnull=True) | Q(hours_claimed__gt=0), name="claimed_hours_are_positive"
            ),
            models.CheckConstraint(condition=HALF_STEPS, name="claimed_hours_are_in_steps_of_a_half"),
            models.CheckConstraint(condition=RECOGNISED_HALF_STEPS, name="recognised_hours_are_in_steps_of_a_half"),
            models.CheckConstraint(
                condition=Q(hours_recognised__isnull=True)
                | Q(hours_recognised__gt=0, hours_recognised__lte=F("hours_claimed")),
                name="recognised_hours_are_at_most_those_claimed",
            ),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="a_training_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(year=ExtractYear("ended_on")),
                name="the_year_is_that_of_the_end_date",
            ),
            models.CheckConstraint(
                condition=Q(asked_year__isnull=True) | UNSENT | Q(year=F("asked_year")),
                name="what_is_declared_ended_in_the_year_it_is_declared_for",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DeclarationState.DRAFT, DeclarationState.WITHDRAWN]) | COMPLETE,
                name="what_is_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=(UNDER_REVIEW & Q(waiting_on__isnull=False)) | (~UNDER_REVIEW & Q(waiting_on__isnull=True)),
                name="only_what_is_under_review_waits",
            ),
            models.UniqueConstraint(
                fields=["professional", "artefact_key"],
                condition=COUNTS_OR_MAY & ~Q(artefact_key=""),
                name="an_artefact_counts_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["professional", "work_key"],
                condition=COUNTS_OR_MAY & ~Q(work_key=""),
                name="a_work_counts_once_a_person",
            ),
        ]
        indexes: ClassVar = [
            *Routed.Meta.indexes,
            models.Index(fields=["professional", "year", "-id"], name="declarations_of_a_person"),
            models.Index(fields=["organization", "year", "-id"], name="declarations_of_a_unit"),
            # Wider than that of the sweep, so that SQLite, which takes the narrower, sweeps by its own.
            models.Index(
                fields=["due_at", "id", "overdue_at", "duty"],
                name="declarations_that_wait",
                condition=Q(waiting_on__isnull=False),
            ),
            models.Index(
                fields=["waiting_on"],
                name="declarations_overdue",
                condition=Q(overdue_at__isnull=False, waiting_on__isnull=False),
            ),
            models.Index(
                fields=["submitted_at"],
                name="declarations_to_search",
                condition=COUNTS_OR_MAY & Q(searched_version__lt=F("version")),
            ),
            models.Index(fields=["decided_at"], name="declarations_to_follow_up", condition=Q(awaits_follow_up=True)),
            models.Index(fields=["artefact_key"], name="declarations_by_artefact", condition=~Q(artefact_key="")),
        ]

    def __str__(self) -> str:
        return self.title or "（未填写名称）"


class Evidence(Referenced):
    """One file of a declaration: what it shows (`label`) and where it stands among its fellows."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["declaration", "file"], name="a_file_stands_once_in_a_declaration")
        ]

    def __str__(self) -> str:
        return self.label


class DeclarationStep(models.Model):
    """What happened to a declaration, as its declarant reads it: append-only, written with every move.

    `organization` is who moved it (null: the declarant). Which person there decided stands in the decision downstream.
    `area` is the declarant's place at that moment, under which the day's figures count it (null: not filled in yet).
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="steps")
    round = models.PositiveSmallIntegerField()
    move = models.CharField(max_length=10, choices=Move.choices)
    state = models.CharField(max_length=14, choices=DeclarationState.choices)
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = verbose_name_plural = "申报经过"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["declaration", "round", "state"], name="a_state_is_reached_once_a_round")
        ]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="steps_of_a_day"),
            models.Index(fields=["area", "at"], name="steps_of_a_place_on_a_day"),
            models.Index(fields=["id"], name="steps_without_a_place", condition=models.Q(area__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.at:%Y-%m-%d}"
