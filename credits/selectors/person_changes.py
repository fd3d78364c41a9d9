"""Changes of people that the ledger has not drawn its consequences from."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import PersonChange
from credits.models import HandledChange


def changes_to_handle(today: date) -> QuerySet[PersonChange]:
    """Those in effect by `today` without our mark, the oldest first."""
    handled = HandledChange.objects.filter(change=OuterRef("pk"))
    changes = PersonChange.objects.filter(~Exists(handled), effective_on__lte=today)
    return changes.select_related("professional__area", "professional__title_series").order_by("pk")
