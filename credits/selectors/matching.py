"""Claims for people nobody knew, who are registered by now."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Professional
from credits.enums import ClaimState
from credits.models import UnmatchedPerson


def ready_to_match() -> QuerySet[UnmatchedPerson]:
    """Those whose person is approved now, with both the number and the name, the oldest first."""
    registered = Professional.objects.filter(
        id_index=OuterRef("id_index"), name=OuterRef("name"), approved_at__isnull=False
    )
    rows = UnmatchedPerson.objects.filter(Exists(registered), claim__state=ClaimState.UNMATCHED)
    return rows.select_related("claim").order_by("pk")


def waiting_beside(one: UnmatchedPerson) -> QuerySet[UnmatchedPerson]:
    """Everything one source still keeps for the same person, the one itself included."""
    same = UnmatchedPerson.objects.filter(id_index=one.id_index, name=one.name, claim__source=one.claim.source)
    rows = same.filter(claim__state=ClaimState.UNMATCHED).select_related("claim")
    return rows.prefetch_related("claim__sessions").order_by("claim__external_id")
