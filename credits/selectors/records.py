"""A source's own records, as it may ask for them, and whether one stands in a list that was filed (S2-07)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Organization
from credits.enums import ClaimState, Door
from credits.models import Claim, ClosedMonth, Correction, HourBatch, HourEntry


def current_record(source: str, external_id: str) -> Claim | None:
    """The latest revision of what a source calls by this name."""
    rows = Claim.objects.filter(source=source, external_id=external_id).select_related("professional__area")
    return rows.order_by("-revision").first()


def records_of(source: str) -> QuerySet[Claim]:
    """The records of a source, a line each: superseded revisions left out."""
    later = Claim.objects.filter(
        source=OuterRef("source"), external_id=OuterRef("external_id"), revision__gt=OuterRef("revision")
    )
    return Claim.objects.filter(~Exists(later), source=source).prefetch_related("entries")


def entries_of_record(claim: Claim) -> QuerySet[HourEntry]:
    """Everything that was ever entered for a record, through all its revisions."""
    same = {"claim__source": claim.source, "claim__external_id": claim.external_id}
    return HourEntry.objects.filter(**same).order_by("id")


def corrections_of_record(claim: Claim) -> QuerySet[Correction]:
    same = {"claim__source": claim.source, "claim__external_id": claim.external_id}
    return Correction.objects.filter(**same).order_by("id")


def open_corrections() -> QuerySet[Correction]:
    """What platforms asked for and only a bureau can do, since it stands in a filed month."""
    return Correction.objects.filter(done_at__isnull=True)


def batches_of(organization: Organization, *, now: datetime) -> QuerySet[HourBatch]:
    """The stored answers an organization may still ask for."""
    return HourBatch.objects.filter(organization=organization, keep_until__gte=now)


def reporter_of(claim: Claim) -> str:
    """The name of who reported it; for what nobody reported the door."""
    ref = claim.source.partition(":")[2]
    name = Organization.objects.filter(ref=ref).values_list("name", flat=True).first() if ref else None
    return name or Door(claim.door).label


def is_filed(claim: Claim) -> bool:
    """Whether the credit of a live claim stands in a filed list: its city's, or the province's for its own people.

    The filing of a month takes everything recorded until then that no earlier one has.
    """
    entry = claim.entries.select_related("area").order_by("id").first()
    if claim.state != ClaimState.LIVE or entry is None:
        return False
    codes = entry.area.codes
    month = timezone.localdate(entry.recorded_at).replace(day=1)
    closed = ClosedMonth.objects.filter(area__in=codes[1:] or codes, month__gte=month)
    return closed.filter(closed_at__gte=entry.recorded_at).exists()
