"""Files of what another system held: read, looked at by two people, taken over, undone as a whole.

The file itself is never kept. What a row says stands here sealed until it is taken over or given up.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from ceportal.kernel.models import Job, Referenced
from ceportal.office.enums import TakenKind, TakenState, TakeOverState

_CONFIRMED = [TakeOverState.TAKING, TakeOverState.DONE, TakeOverState.UNDOING, TakeOverState.UNDONE]
_UNDONE = [TakeOverState.UNDOING, TakeOverState.UNDONE]


class TakeOver(Referenced):
    """One file of one `kind`, by the bureau that answers for it; `source` says which system it comes from.

    `counts` holds how many rows are in each state, `remarks` what else to tell of the file.
    """

    kind = models.CharField(max_length=12, choices=TakenKind.choices)
    bureau = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=TakeOverState.choices, default=TakeOverState.CHECKED)
    rows_read = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=list, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undo_reason = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "历史数据接收"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                name="what_is_taken_over_two_people_saw",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_CONFIRMED) | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="what_is_taken_over_was_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_UNDONE) | (~Q(undo_reason="") & Q(undone_by__isnull=False)),
                name="no_take_over_is_undone_silently",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="a_take_over_says_where_from"),
        ]
        indexes: ClassVar = [models.Index(fields=["bureau", "-id"], name="take_overs_of_a_bureau")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.source}）"


class TakenRow(models.Model):
    """A row by the number it had in the file. `problems` hold column, code and reason, never what stood there.

    `mask` is the masked number of a person, or a unit's code; `made_ref` names what it became, where it is a thing of
    its own.
    """

    take_over = models.ForeignKey(TakeOver, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=TakenState.choices)
    said_sealed = models.BinaryField(null=True, blank=True)
    label = models.CharField(max_length=100, blank=True)
    mask = models.CharField(max_length=30, blank=True)
    shown = models.JSONField(default=list, blank=True)
    problems = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    made_ref = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "历史数据行"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["take_over", "number"], name="a_row_stands_once_in_a_take_over")
        ]
        indexes: ClassVar = [models.Index(fields=["take_over", "state", "number"], name="rows_of_a_take_over")]

    def __str__(self) -> str:
        return f"{self.take_over_id} {self.number}"
