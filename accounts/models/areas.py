"""Places and title series: reference data, loaded by `manage.py load_reference` from `accounts/reference/*.yaml`."""

from typing import ClassVar

from django.db import models

from accounts.enums import AreaKind


class Area(models.Model):
    """A place by its six-digit code. `path` holds the codes from the province down, so that "and below" is a prefix."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=AreaKind.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "地区"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_lowest(self) -> bool:
        """No place lies below it."""
        return self.kind in (AreaKind.COUNTY, AreaKind.ZONE)

    @property
    def codes(self) -> tuple[str, ...]:
        """This place and those above it, the province first."""
        return tuple(self.path.rstrip("/").split("/"))


class TitleSeries(models.Model):
    """A series of professional titles (职称系列), with whether its source was verified."""

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=40)
    is_verified = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = "职称系列"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name
