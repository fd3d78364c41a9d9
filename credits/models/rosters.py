"""The rosters a base uploads after a class (S2-04): the class, its rows as they were read, what became of each.

A number stands here sealed only until its row is handed to the ledger, or the draft is forgotten; the file itself is
never kept: its lines are, sealed in pieces, until they are checked.
"""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear, Round

from accounts.models import Organization, User
from bases.models import TrainingClass
from ceportal.kernel.models import Job, Referenced
from credits.enums import Door, PublicKind, RosterState, RowState, Subject

_CHANGED = [RosterState.UNDOING, RosterState.UNDONE]
_UNCONFIRMED = [RosterState.DRAFT, RosterState.CHECKING, RosterState.CHECKED]


class Roster(Referenced):
    """One class of a base and who passed it; by the door UNIT, one training that a unit ran for its own people.

    `version` names the rows that stand in it: those of the last file that was read to its end. `readings` counts the
    files begun and the changes of the facts, so that of two at once the later stands. `counts` holds how many rows of
    the version are in each state, `remarks` what else to tell of the file.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    # The class it is of, where the base announced it: then the facts are the class's and cannot be changed here.
    training_class = models.ForeignKey(TrainingClass, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=12, choices=Door.choices, default=Door.ROSTER, db_default=Door.ROSTER)
    state = models.CharField(max_length=10, choices=RosterState.choices, default=RosterState.DRAFT)
    version = models.PositiveIntegerField(default=0)
    readings = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=120)
    subject = models.CharField(max_length=14, choices=Subject.choices)
    public_kind = models.CharField(max_length=12, choices=PublicKind.choices, blank=True)
    class_code = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=100, blank=True)
    year = models.PositiveSmallIntegerField()
    started_on = models.DateField()
    ended_on = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    rows_read = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=list, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # By what the numbers of its people's certificates of completion are counted (rules.completions); given when it is
    # confirmed, to a base's own alone.
    certificate_serial = models.PositiveIntegerField(null=True, blank=True)
    undo_reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "基地名单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "certificate_serial"], name="certificates_of_a_roster_are_its_own"),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="class_hours_are_in_steps_of_a_half",
            ),
            models.CheckConstraint(condition=Q(ended_on__gte=F("started_on")), name="a_class_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(year=ExtractYear("ended_on")), name="a_roster_is_of_the_year_its_class_ended"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_CHANGED) | ~Q(undo_reason=""), name="no_roster_is_undone_silently"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_UNCONFIRMED) | Q(confirmed_at__isnull=False),
                name="what_is_credited_was_confirmed",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "-id"], name="rosters_of_a_base")]

    def __str__(self) -> str:
        return self.title


class RosterRow(models.Model):
    """A row by the number it had in the file. `problems` hold column, code and reason; never what stood there."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="rows")
    version = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices)
    id_sealed = models.BinaryField(null=True, blank=True)
    id_mask = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=50, blank=True)
    hours = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    remark = models.CharField(max_length=100, blank=True)
    problems = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "名单行"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roster", "version", "number"], name="a_row_stands_once_in_a_roster"),
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gt=0, hours=Round(F("hours") * 2) / Decimal(2)),
                name="roster_hours_are_in_steps_of_a_half",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["roster", "state", "number"], name="rows_of_a_roster")]

    def __str__(self) -> str:
        return f"{self.roster} {self.number}"


class RosterPiece(models.Model):
    """Lines that were read and wait for their check, sealed (rules.roster_lines); `number` is the first one's."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    lines_sealed = models.BinaryField()
    read_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "待核对的名单行"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roster", "version", "number"], name="a_piece_stands_once_in_a_roster")
        ]

    def __str__(self) -> str:
        return f"{self.roster} {self.number}"
