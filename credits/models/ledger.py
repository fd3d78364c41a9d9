"""The ledger: what was claimed through any door, the immutable entries, and each person's account of a year."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear, Round

from accounts.models import Area, Organization, PersonChange, Professional
from ceportal.kernel.models import Referenced
from credits.enums import ClaimState, Door, EntryKind, ObligationKind, PublicKind, Subject
from credits.models.declarations import Declaration

ZERO = Decimal("0.0")


def hours_column() -> models.DecimalField:
    return models.DecimalField(max_digits=6, decimal_places=1, default=ZERO)


class Claim(Referenced):
    """One crediting event of any door. `source` names who speaks (`declaration`, `platform:<ref>`, `roster:<ref>`)
    and `external_id` what they call it; a correction is the next `revision` of the same thing.

    The same training counts once a person and year (T6), by its title and days (`activity_key`) or by its course of one
    teacher (`course_key`, may be empty). What came second through another door is kept as DUPLICATE of its `twin`.
    `reasons` says why it is held, as refusals are written. A TOMBSTONE was withdrawn or corrected before it came: its
    days are those of that act until the record itself arrives.
    """

    door = models.CharField(max_length=12, choices=Door.choices)
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=64)
    revision = models.PositiveSmallIntegerField(default=0)
    professional = models.ForeignKey(
        Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    year = models.PositiveSmallIntegerField()
    activity_key = models.CharField(max_length=64)
    course_key = models.CharField(max_length=64, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=ClaimState.choices)
    subject = models.CharField(max_length=14, choices=Subject.choices)
    public_kind = models.CharField(max_length=12, choices=PublicKind.choices, blank=True)
    title = models.CharField(max_length=120)
    started_on = models.DateField()
    ended_on = models.DateField()
    hours = hours_column()
    declaration = models.OneToOneField(
        Declaration, null=True, blank=True, on_delete=models.PROTECT, related_name="claim"
    )
    made_at = models.DateTimeField()
    state_reason = models.CharField(max_length=300, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    twin = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "学时来源"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id", "revision"], name="a_source_names_a_thing_once"),
            models.UniqueConstraint(
                fields=["year", "professional", "activity_key"],
                condition=Q(state=ClaimState.LIVE),
                name="a_training_counts_once_a_person_and_year",
            ),
            models.UniqueConstraint(
                fields=["year", "professional", "course_key"],
                condition=Q(state=ClaimState.LIVE) & ~Q(course_key=""),
                name="a_course_counts_once_a_person_and_year",
            ),
            models.CheckConstraint(
                condition=Q(year=ExtractYear("ended_on")), name="a_claim_counts_in_the_year_it_ended"
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="claims_are_in_steps_of_a_half",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state=ClaimState.HELD), name="claims_that_are_held"),
            models.Index(fields=["professional", "ended_on", "started_on"], name="claims_of_a_persons_days"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.hours}"


class HourEntry(Referenced):
    """Hours, plus or minus, in a person's account of a year. Never changed: a mistake is a reversing entry.

    `organization` and `area` are those of the person at the time (A23). For a declaration the reviewer is told by the
    decision downstream; `by_label` names who caused the entry.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="entries")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    subject = models.CharField(max_length=14, choices=Subject.choices)
    public_kind = models.CharField(max_length=12, choices=PublicKind.choices, blank=True)
    hours = hours_column()
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)
    clause = models.CharField(max_length=80, blank=True)
    by_label = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "学时明细"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[EntryKind.CREDIT, EntryKind.RELEASE], hours__gt=0)
                | Q(kind__in=[EntryKind.REVERSAL, EntryKind.HOLD], hours__lt=0),
                name="credits_add_and_reversals_take_away",
            ),
            models.CheckConstraint(
                condition=Q(hours=Round(F("hours") * 2) / Decimal(2)), name="entries_are_in_steps_of_a_half"
            ),
            models.CheckConstraint(condition=Q(kind=EntryKind.CREDIT) | ~Q(reason=""), name="no_silent_reversal"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["year", "professional", "id"], name="entries_of_a_person_year"),
            models.Index(fields=["area", "recorded_at", "id"], name="entries_of_a_place"),
            models.Index(fields=["area", "id"], name="entries_of_a_place_in_turn"),
            models.Index(fields=["organization", "id"], name="entries_of_a_unit_in_turn"),
            # One for each kind and not one for all: SQLite takes an index only for the very words of its condition.
            models.Index(fields=["id"], condition=Q(kind=EntryKind.REVERSAL), name="entries_that_reverse"),
            models.Index(fields=["id"], condition=Q(kind=EntryKind.HOLD), name="entries_that_hold"),
            models.Index(fields=["id"], condition=Q(kind=EntryKind.RELEASE), name="entries_that_release"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.hours}"


class YearAccount(Referenced):
    """A person's year as it stands, kept in the transaction of every entry. `reconcile` proves it by another path.

    Place, level, trade and rule set are those it was last judged by; an empty `rule_set` says the year has no rule.
    `obligation` says that less, or nothing, was asked of the person: a year not met and not owed is no failure.
    """

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=0)
    public = hours_column()
    public_compulsory = hours_column()
    professional_hours = hours_column()
    elective = hours_column()
    held = hours_column()
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=6)
    trade = models.CharField(max_length=40, blank=True)
    rule_set = models.CharField(max_length=60, blank=True)
    obligation = models.CharField(max_length=10, choices=ObligationKind.choices, blank=True)
    is_met = models.BooleanField(default=False)
    met_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "年度账户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "professional"], name="one_account_a_person_and_year"),
            models.CheckConstraint(
                condition=Q(public__gte=0, professional_hours__gte=0, held__gte=0, public_compulsory__gte=0),
                name="an_account_is_never_negative",
            ),
            models.CheckConstraint(condition=Q(elective__gte=0), name="elective_hours_are_never_negative"),
            models.CheckConstraint(
                condition=Q(public_compulsory__lte=F("public")), name="compulsory_is_part_of_public"
            ),
            models.CheckConstraint(
                condition=Q(is_met=True, met_at__isnull=False) | Q(is_met=False, met_at__isnull=True),
                name="a_met_year_says_since_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["year", "organization", "professional"], name="accounts_of_a_unit"),
            models.Index(fields=["year", "area", "professional"], name="accounts_of_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.professional} {self.year}"

    @property
    def total(self) -> Decimal:
        return self.public + self.professional_hours + self.elective


class ChangedAccount(models.Model):
    """An account that changed since the certificates last looked: upserted with the entry, taken by version."""

    account = models.OneToOneField(YearAccount, on_delete=models.CASCADE, related_name="change")
    version = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "变动的账户"

    def __str__(self) -> str:
        return f"{self.account} v{self.version}"


class HandledChange(models.Model):
    """A change of a person that this app has drawn its consequences from (anti-join with accounts.PersonChange)."""

    change = models.OneToOneField(PersonChange, on_delete=models.CASCADE, related_name="+")
    handled_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "已处理的人员变动"

    def __str__(self) -> str:
        return str(self.change_id)


class ClosedMonth(models.Model):
    """A month a city bureau has filed (S2-07): what changes its entries afterwards needs a reversal."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    reference = models.CharField(max_length=60)
    closed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "已备案月份"
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "month"], name="a_month_is_closed_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.month:%Y-%m}"
