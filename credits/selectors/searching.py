"""Declarations in whose present version nobody has looked for signs of fraud yet."""

from django.db.models import F, QuerySet

from credits.models import Declaration
from credits.models.declarations import COUNTS_OR_MAY


def to_search() -> QuerySet[Declaration]:
    """What counts or may count, the longest waiting first; one range of an index, however many there are."""
    rows = Declaration.objects.filter(COUNTS_OR_MAY, searched_version__lt=F("version"))
    return rows.select_related("professional__area", "professional__title_series", "activity").order_by(
        "submitted_at", "pk"
    )
