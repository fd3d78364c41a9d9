"""The mechanism of review, used by every app: something that waits with somebody until a moment, and what was ruled.

Each procedure has its own concrete table (house.md 7): the mechanism is here, the table with its owner. A concrete
`Routed` model declares `STATES` that wait and a foreign key `person` semantics of its own; a concrete `Ruling` has a
foreign key `subject` to it.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet

from accounts.enums import Duty, Move
from accounts.models.organizations import Organization
from accounts.models.people import Professional, User
from ceportal.kernel.models import Referenced


class Unsettled:
    """Beside a model: what of a person is under way outside our own courses; no account is closed over it."""

    @classmethod
    def open_of(cls, professional: Professional) -> QuerySet[Any]:
        raise NotImplementedError


class Routed(Referenced):
    """Waits at `stage` with `waiting_on` for someone with `duty`, until `due_at` (the end of the due day, exclusive).

    `waiting_on` is null when it waits with nobody. `round` counts submissions; a resubmission starts the clock anew
    (A25). `declarant` is the user whose matter it is: nobody rules on their own. What `holds_up` nothing is no reason
    to wait with anything else about a person. Limits count working days, unless `counts_every_day`.
    """

    holds_up: ClassVar[bool] = True
    counts_every_day: ClassVar[bool] = False

    declarant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=0)
    waiting_on = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=20, choices=Duty.choices, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_is_provisional = models.BooleanField(default=False)
    calendar_version = models.PositiveIntegerField(default=0)
    limit_days = models.PositiveSmallIntegerField(default=5)
    # The clock's marks: the working days left at the last reminder, and since when it is overdue.
    reminded_at_days = models.SmallIntegerField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(waiting_on__isnull=True, due_at__isnull=True)
                | Q(waiting_on__isnull=False, due_at__isnull=False, waiting_since__isnull=False),
                name="%(app_label)s_%(class)s_waits_with_somebody_until_a_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["waiting_on", "duty", "due_at", "id"],
                name="%(class)s_inbox",
                condition=Q(waiting_on__isnull=False),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="%(class)s_sweep",
                condition=Q(waiting_on__isnull=False, overdue_at__isnull=True),
            ),
        ]


class Ruling(models.Model):
    """What one person ruled on one round of one stage. Append-only; the database allows one a round and stage."""

    stage = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField()
    move = models.CharField(max_length=10, choices=Move.choices)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    declarant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "stage", "round"], name="%(app_label)s_%(class)s_is_one_a_stage_and_round"
            ),
            models.CheckConstraint(
                condition=~Q(by=F("declarant")), name="%(app_label)s_%(class)s_by_another_than_the_declarant"
            ),
            models.CheckConstraint(
                condition=Q(move=Move.APPROVE) | ~Q(reason=""), name="%(app_label)s_%(class)s_says_why_not"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_move_display()} {self.at:%Y-%m-%d}"

    @classmethod
    def kept_of(cls, routed: Routed) -> dict[str, Any]:
        """What a kind of ruling keeps besides of the row as it was read."""
        return {}
