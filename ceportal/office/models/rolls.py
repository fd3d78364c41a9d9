"""Published lists of names: who is commended, who is sanctioned (S1-08, S4-16)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import Referenced
from ceportal.office.enums import RollKind


class Roll(Referenced):
    """One decision with its names: drafted by one, published by another, shown to everybody until `shown_until`."""

    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RollKind.choices)
    title = models.CharField(max_length=120)
    document_no = models.CharField(max_length=60)
    decided_on = models.DateField()
    words = models.TextField(blank=True)
    shown_until = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "表彰和通报名单"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_by__isnull=True, published_at__isnull=True)
                | (Q(published_by__isnull=False, published_at__isnull=False) & ~Q(published_by=F("made_by"))),
                name="a_roll_is_published_by_another",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, published_at__isnull=False) & ~Q(withdrawn_because="")),
                name="a_withdrawn_roll_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["office", "-id"], name="rolls_of_an_office"),
            models.Index(
                fields=["kind", "-published_at", "-id"],
                name="rolls_shown",
                condition=Q(published_at__isnull=False, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RollName(Referenced):
    """A person or a unit on a roll, and what for."""

    roll = models.ForeignKey(Roll, on_delete=models.CASCADE, related_name="names")
    person = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "表彰和通报对象"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, unit__isnull=True) | Q(person__isnull=True, unit__isnull=False),
                name="a_roll_names_a_person_or_a_unit",
            ),
            models.UniqueConstraint(
                fields=["roll", "person"], condition=Q(person__isnull=False), name="a_person_stands_once_on_a_roll"
            ),
            models.UniqueConstraint(
                fields=["roll", "unit"], condition=Q(unit__isnull=False), name="a_unit_stands_once_on_a_roll"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_roll_says_what_for"),
        ]

    def __str__(self) -> str:
        return f"{self.roll_id} {self.person_id or self.unit_id}"
