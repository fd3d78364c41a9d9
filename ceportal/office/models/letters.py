"""Letters of a bureau under a number (公文): what they say is frozen, who opened and fetched them is kept."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import Referenced
from ceportal.office.enums import LetterKind, LetterStep


class Letter(Referenced):
    """To a person or a unit. `content` is all that is printed, `content_digest` its SHA-256; the signed sheet is made
    when it is first fetched, and stays the one (`pdf_digest`). Taken back it is shown with the reason.
    """

    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=LetterKind.choices)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=120)
    title = models.CharField(max_length=120)
    to_person = models.ForeignKey(Professional, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What of the portal it is about, as `reversal:<ref>`; empty for a letter written by itself.
    about = models.CharField(max_length=50, blank=True, default="", db_default="")
    content = models.JSONField()
    content_digest = models.CharField(max_length=64)
    pdf_digest = models.CharField(max_length=64, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公文"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["office", "kind", "year", "serial"], name="a_letter_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(to_person__isnull=False, to_unit__isnull=True)
                | Q(to_person__isnull=True, to_unit__isnull=False),
                name="a_letter_has_one_addressee",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
                name="a_withdrawn_letter_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["office", "-id"], name="letters_of_an_office"),
            models.Index(fields=["to_person", "-id"], name="letters_to_a_person", condition=Q(to_person__isnull=False)),
            models.Index(fields=["to_unit", "-id"], name="letters_to_a_unit", condition=Q(to_unit__isnull=False)),
            models.Index(fields=["about"], name="letters_about_a_thing", condition=~Q(about="")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def to_name(self) -> str:
        """As it stands on the letter."""
        return str(self.content["to"])


class LetterReceipt(models.Model):
    """Somebody of the addressee opened or fetched a letter: the first time, and how often."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=8, choices=LetterStep.choices)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = "公文送达"
        ordering: ClassVar = ["first_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["letter", "user", "step"], name="a_receipt_stands_once"),
            models.CheckConstraint(condition=Q(times__gt=0), name="a_receipt_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.user_id} {self.step}"
