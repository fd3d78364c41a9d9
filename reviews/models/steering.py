"""A sign that an employer leads its people, who pay themselves, to one institution (S4-18)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from ceportal.kernel.models import Referenced
from reviews.enums import REASON_LIMIT, Verdict


class Steering(Referenced):
    """Of `payers` people of an employer who paid for what they learned in a year, `people` went to one institution.

    `organiser` is written as most of them wrote it, `organiser_key` is what it is compared by. The numbers go on
    changing until a person has decided.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    organiser_key = models.CharField(max_length=120)
    organiser = models.CharField(max_length=120)
    people = models.PositiveIntegerField()
    payers = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    reason = models.CharField(max_length=REASON_LIMIT, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "集中于一家机构的线索"
        ordering: ClassVar = ["verdict", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "year", "organiser_key"], name="a_unit_is_told_of_once_a_year_and_institution"
            ),
            models.CheckConstraint(condition=Q(people__lte=F("payers")), name="a_part_is_no_more_than_the_whole"),
            models.CheckConstraint(
                condition=Q(verdict="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(verdict="") & ~Q(reason="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="what_is_made_of_it_says_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year} {self.organiser}"
