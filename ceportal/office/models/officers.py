"""Who looks after continuing education in a unit, how many it owes it to, and the training of those officers
(专职机构和人员 S1-16; 全员注册, 管理人员培训 S3-08, S1-09).
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Area, Organization, User
from ceportal.kernel.models import Referenced


class Officer(Referenced):
    """Named by their unit: in which of its offices, whether for this alone, under which office number.

    One leaves when another is named; who was, stays for their trainings.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=50)
    office = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, blank=True)
    is_full_time = models.BooleanField(default=False)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "继续教育专职人员"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(ended_at__isnull=True), name="one_officer_of_a_unit"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "-id"], name="officers_of_a_unit")]

    def __str__(self) -> str:
        return self.name


class Headcount(models.Model):
    """How many of a unit ought to take part in a year, as it says: what its registered people are held against."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    obliged = models.PositiveIntegerField()
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "应参加人数"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "year"], name="one_headcount_of_a_unit_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.year}"


class OfficerTraining(Referenced):
    """A training of the officers by a bureau or an authority (管理人员培训班)."""

    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=100, blank=True)
    content = models.CharField(max_length=500)
    started_on = models.DateField()
    ended_on = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "管理人员培训"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")), name="a_training_of_officers_ends_after"
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="a_training_of_officers_has_hours"),
        ]
        indexes: ClassVar = [models.Index(fields=["office", "-id"], name="trainings_of_officers")]

    def __str__(self) -> str:
        return self.title


class OfficerAttendance(models.Model):
    """An officer who took part, and whether they passed."""

    training = models.ForeignKey(OfficerTraining, on_delete=models.CASCADE, related_name="attendances")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="attendances")
    was_passed = models.BooleanField(default=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "管理人员参训"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["training", "officer"], name="an_officer_attends_a_training_once")
        ]

    def __str__(self) -> str:
        return f"{self.training_id} {self.officer_id}"


class OfficerSum(models.Model):
    """A large place's units of a year as the clock last counted them: all, those with an officer, those that said how
    many ought to take part, how many that is, and how many of these are registered.
    """

    place = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    units = models.PositiveIntegerField()
    with_officer = models.PositiveIntegerField()
    said = models.PositiveIntegerField()
    obliged = models.PositiveIntegerField()
    registered = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "注册率统计"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "year"], name="one_officer_sum_a_place_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.year}"
