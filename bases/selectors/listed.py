"""Who stands in the list of a year for a place, by name (A27)."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from bases.models import Absence, Recognition


def listed_for(places: Collection[str], year: int, *, on: date) -> QuerySet[Recognition]:
    """The recognitions that cover `places` (a place and those above it), neither ended by a day nor absent on it."""
    rows = Recognition.objects.filter(year=year, area__in=places)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
    absent = Absence.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=on), organization=OuterRef("organization"),
        list_kind=OuterRef("kind"), area=OuterRef("area"), site_name=OuterRef("site_name"), from_on__lte=on,
    )  # fmt: skip
    rows = rows.exclude(Exists(absent))
    return rows.select_related("organization").order_by("kind", "sequence", "id")
