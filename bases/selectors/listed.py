"""Who stands in the list of a year for a place, by name (A27)."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from bases.models import Recognition


def listed_for(places: Collection[str], year: int, *, on: date) -> QuerySet[Recognition]:
    """The recognitions that cover `places` (a place and those above it) and have not ended by a day."""
    rows = Recognition.objects.filter(year=year, area__in=places)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
    return rows.select_related("organization").order_by("kind", "sequence", "id")
