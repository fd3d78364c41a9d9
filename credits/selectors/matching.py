"""Claims for people nobody knew, who are registered by now."""

from django.db.models import Exists, OuterRef

from accounts.models import Professional
from credits.enums import ClaimState
from credits.models import UnmatchedPerson


def ready_to_match(*, limit: int) -> list[tuple[str, int]]:
    """Source and key of claims whose person is approved now, with both the number and the name, the oldest first."""
    registered = Professional.objects.filter(
        id_index=OuterRef("id_index"), name=OuterRef("name"), approved_at__isnull=False
    )
    rows = UnmatchedPerson.objects.filter(Exists(registered), claim__state=ClaimState.UNMATCHED).order_by("pk")
    return list(rows.values_list("claim__source", "claim")[:limit])
