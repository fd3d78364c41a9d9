"""What is found out downstream of bases and stands in a credit record (S1-14, S4-18)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organization
from bases.enums import CreditNoteKind
from ceportal.kernel.models import Referenced


class CreditNote(Referenced):
    """One finding of a day about a unit. `source` is what it came of; without `public_words` not everybody reads it."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=CreditNoteKind.choices)
    on = models.DateField()
    words = models.CharField(max_length=400)
    public_words = models.CharField(max_length=300, blank=True)
    source = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "信用记录"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "source"], name="a_finding_is_noted_once_of_a_unit"),
            models.CheckConstraint(condition=~Q(words=""), name="a_note_of_credit_says_what_was_found"),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "-on", "-id"], name="notes_of_a_credit_record")]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_kind_display()}"
