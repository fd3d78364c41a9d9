"""“我的学时没到”: what a person has learned on a platform and cannot find here."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, Professional, Routed
from credits.enums import MissingAnswer, MissingState


class MissingHours(Routed):
    """Waits with the platform, which answers from its page: sent (again) under `record_id`, not completed, or unknown.

    Of one training there is one open question a person and platform (`title_key` is the title, comparable).
    """

    holds_up: ClassVar[bool] = False

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    platform = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    title_key = models.CharField(max_length=120)
    learned_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=MissingState.choices, default=MissingState.WAITING)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=14, choices=MissingAnswer.choices, blank=True)
    record_id = models.CharField(max_length=64, blank=True)
    answer_note = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(Routed.Meta):
        verbose_name = verbose_name_plural = "学时没到的查询"
        constraints: ClassVar = [
            *Routed.Meta.constraints,
            models.UniqueConstraint(
                fields=["professional", "platform", "title_key", "learned_on"],
                condition=Q(state=MissingState.WAITING),
                name="missing_hours_are_asked_for_once",
            ),
            models.CheckConstraint(
                condition=Q(state=MissingState.ANSWERED, answered_at__isnull=False) & ~Q(answer="")
                | ~Q(state=MissingState.ANSWERED) & Q(answer="", answered_at__isnull=True),
                name="an_answer_about_missing_hours_says_what",
            ),
            models.CheckConstraint(
                condition=Q(state=MissingState.WAITING, waiting_on__isnull=False)
                | ~Q(state=MissingState.WAITING) & Q(waiting_on__isnull=True),
                name="missing_hours_wait_while_they_are_open",
            ),
        ]
        indexes: ClassVar = [
            *Routed.Meta.indexes,
            models.Index(fields=["professional", "-id"], name="missing_hours_of_a_person"),
            models.Index(fields=["platform", "-id"], name="missing_hours_at_a_platform"),
            models.Index(
                fields=["due_at", "id"], name="missing_hours_in_turn", condition=Q(state=MissingState.WAITING)
            ),
        ]

    def __str__(self) -> str:
        return self.title
