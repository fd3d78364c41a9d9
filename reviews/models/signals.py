"""Signs of fraud (S3-10): they inform; what comes of one, a person decides, once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from ceportal.kernel.models import Referenced
from credits.models import Declaration
from reviews.enums import HINTS, REASON_LIMIT, SignalKind, Verdict

TO_DECIDE = Q(verdict="") & ~Q(kind__in=HINTS)


class Signal(Referenced):
    """Something about `declaration` that a person should look at; `other` is the one it was found beside, if any.

    `telling` is the digest of what it was seen by, so that the same thing is told once. `words` name nobody: those who
    review one of the two may not know of the other.
    """

    kind = models.CharField(max_length=20, choices=SignalKind.choices)
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Declaration, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    telling = models.CharField(max_length=64, unique=True)
    words = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "疑点线索"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(verdict="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="") & ~Q(reason="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="a_verdict_says_who_when_and_why",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-id"], name="signals_to_decide", condition=TO_DECIDE)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.declaration_id}"
