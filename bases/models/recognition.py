"""Which bases and platforms are recognised, where, for what and in which year, and by which document."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Organization
from bases.enums import AbsenceKind, RecognitionKind, RecognitionStatus
from ceportal.kernel.models import Referenced


class Recognition(Referenced):
    """A teaching institution stands in the list of a year (A27). `subjects` holds `public`, `professional`."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=RecognitionKind.choices)
    year = models.PositiveSmallIntegerField()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    subjects = models.JSONField(default=list, blank=True)
    trade = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveSmallIntegerField(null=True, blank=True)
    url = models.CharField(max_length=200, blank=True)
    site_name = models.CharField(max_length=100, blank=True)
    phones = models.JSONField(default=list, blank=True)
    is_free = models.BooleanField(default=False)
    document = models.CharField(max_length=120)
    clause = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=RecognitionStatus.choices)
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "认定名单"
        ordering: ClassVar = ["year", "kind", "sequence", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "kind", "year", "area", "site_name"], name="recognised_once_a_year_and_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"


class Absence(Referenced):
    """For a time, or until further notice, an institution does not stand by its place on the lists (S0-18, S4-14).

    It speaks of the institution's place on the lists of every year: `list_kind`, `area` and `site_name` are those of
    its lines. `from_on` is the first day without, `until_on` the last; none: until further notice. `grounds` are codes
    of `rules.standing.GROUNDS`.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    list_kind = models.CharField(max_length=16, choices=RecognitionKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    site_name = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=10, choices=AbsenceKind.choices)
    grounds = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    document = models.CharField(max_length=120, blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    lift_reason = models.CharField(max_length=300, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "暂停和取消资格"
        ordering: ClassVar = ["from_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organization", "list_kind", "area", "site_name"],
                condition=Q(until_on__isnull=True),
                name="absent_without_end_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="no_institution_is_absent_silently"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lift_reason=""), name="no_institution_returns_silently"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "list_kind", "from_on"], name="absences_of_one")]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_kind_display()}"


class Disclosure(models.Model):
    """What an institution must let everybody know (S0-16, S1-14, S4-16), in its own words."""

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="+")
    scope = models.TextField(max_length=500)
    content = models.TextField(max_length=500)
    fees = models.TextField(max_length=500)
    teachers = models.TextField(max_length=500)
    places = models.TextField(max_length=300)
    facilities = models.TextField(max_length=300)
    contact = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "公开信息"

    def __str__(self) -> str:
        return str(self.organization)
