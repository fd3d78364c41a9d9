"""What the clock keeps of how units review, where a page would read too much."""

from typing import ClassVar

from django.db import models

from accounts.models import Area


class PlaceWatch(models.Model):
    """How the units of a large place reviewed in a year, as of `at` (`reviews.selectors.overlooking`): `seen` are lists
    of keys and numbers, no names.
    """

    place = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    seen = models.JSONField()

    class Meta:
        verbose_name = verbose_name_plural = "审核时效的统计"
        constraints: ClassVar = [models.UniqueConstraint(fields=["place", "year"], name="one_watch_a_place_and_year")]

    def __str__(self) -> str:
        return f"{self.place} {self.year}"
