"""Claims that stood beside another one of the same training, which its own source has since taken back."""

from django.db.models import Exists, OuterRef, QuerySet

from credits.enums import ClaimState
from credits.models import Claim, Correction


def left_alone() -> QuerySet[Claim]:
    """Duplicates whose twin was withdrawn or put right by who reported it. What a bureau reversed revives nothing."""
    done = Correction.objects.filter(done_at__isnull=False, undone_at__isnull=True, declined_because="")
    by_its_source = done.filter(claim=OuterRef("twin"))
    rows = Claim.objects.filter(Exists(by_its_source), state=ClaimState.DUPLICATE, twin__state=ClaimState.WITHDRAWN)
    return rows.select_related("professional__area", "professional__title_series", "declaration").order_by("pk")
