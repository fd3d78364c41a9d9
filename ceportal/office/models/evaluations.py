"""How bureaus and authorities judged what units do for their people (S1-11, S1-15)."""

from typing import ClassVar

from django.db import models

from accounts.models import Organization, User
from ceportal.kernel.models import Referenced
from ceportal.office.enums import Grade


def _grade() -> models.CharField:
    return models.CharField(max_length=4, choices=Grade.choices)


class UnitEvaluation(Referenced):
    """One office's judgement of one unit's year. `facts` are what the portal counted at that moment, as label and
    words; what was judged never changes afterwards, a later one stands beside it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    by_organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    plan = _grade()
    work = _grade()
    content = _grade()
    effect = _grade()
    words = models.TextField(blank=True)
    facts = models.JSONField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "单位评估"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["organization", "year", "-id"], name="evaluations_of_a_unit")]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"
