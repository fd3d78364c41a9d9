"""What comes in from outside as it came: batches with their answers, people not known yet, sessions, corrections."""

import json
from typing import Any, ClassVar

import msgspec
from django.db import models
from django.db.models import F, Q, QuerySet

from accounts.models import ApiClient, Organization, Professional, Unsettled
from ceportal.kernel.models import Referenced
from credits.enums import CorrectionAction
from credits.models.ledger import Claim


class AnswerEncoder(json.JSONEncoder):
    """A thousand items are written in a fifth of the time."""

    def encode(self, o: Any) -> str:
        return msgspec.json.encode(o).decode()


class HourBatch(Referenced):
    """A batch a platform posted and what it was answered, kept until `keep_until`. Nothing personal stands in it."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()
    received = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    answer = models.JSONField(encoder=AnswerEncoder)
    keep_until = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "学时批次"
        indexes: ClassVar = [
            models.Index(fields=["organization", "-id"], name="batches_of_a_platform"),
            models.Index(fields=["keep_until"], name="batches_to_forget"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


class UnmatchedPerson(Referenced):
    """Whom a claim names that nobody has registered as (yet): found by the blind index, the number itself sealed."""

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="unmatched")
    id_index = models.CharField(max_length=64, db_index=True)
    id_index_before = models.CharField(max_length=64, db_index=True)
    id_sealed = models.BinaryField()
    name = models.CharField(max_length=50)
    keep_until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "待匹配人员"

    def __str__(self) -> str:
        return str(self.ref)


class ClaimSession(models.Model):
    """When somebody sat in front of a course, as its platform says: nobody does so in two places at once (T9)."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="sessions")
    professional = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "学习时段"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ended_at__gt=F("started_at")), name="a_session_ends_after_it_began")
        ]
        indexes: ClassVar = [models.Index(fields=["professional", "ended_at"], name="sessions_of_a_person")]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.ended_at}"


class Correction(Unsettled, Referenced):
    """What a source asked to be done about a thing it had sent. `done_at` is empty while the bureau must act first.

    `replacement` is the new content, sealed: it names a person. `client` is the key by which it was asked (empty where
    no key was, or none was written down); `undone_at` says since when a bureau has undone it, as a thief's word.
    `declined_because` is what the bureau answered where it left the record as it is.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="corrections")
    action = models.CharField(max_length=10, choices=CorrectionAction.choices)
    reason = models.CharField(max_length=300)
    replacement_sealed = models.BinaryField(null=True, blank=True)
    asked_at = models.DateTimeField()
    by_label = models.CharField(max_length=120)
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "学时更正"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_correction_says_why"),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(done_at__isnull=True), name="one_open_correction_a_claim"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(done_at__isnull=False), name="what_is_undone_is_over"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.asked_at:%Y-%m-%d}"

    @classmethod
    def open_of(cls, professional: Professional) -> QuerySet["Correction"]:
        """Waits with the bureau, because what it is about was filed."""
        return cls.objects.filter(claim__professional=professional, done_at__isnull=True)
