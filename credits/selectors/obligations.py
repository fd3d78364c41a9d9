"""What has been granted about people's duty to learn, as the rules want it."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from accounts.models import Professional
from credits.models import Obligation
from credits.rules.obligation import REDUCIBLE, Grant


def easings_of(professional: Professional) -> QuerySet[Obligation]:
    """Every fact ever granted about a person, ended ones too, the latest years first."""
    rows = Obligation.objects.filter(professional=professional)
    return rows.select_related("organization").order_by("-year_from", "-id")


def grants_of(people: Iterable[int]) -> dict[int, tuple[Grant, ...]]:
    """What still holds for each of these people (by primary keys) in some year: one query."""
    held: dict[int, tuple[Grant, ...]] = {}
    for row in _holding().filter(professional__in=list(people)).order_by("year_from", "id"):
        held[row.professional_id] = (*held.get(row.professional_id, ()), as_grant(row))
    return held


def every_grant() -> dict[int, tuple[Grant, ...]]:
    """Of everybody; for the proof of the ledger."""
    return grants_of(_holding().values_list("professional", flat=True).distinct())


def as_grant(row: Obligation) -> Grant:
    """The fact for the years it holds: an ended one up to its last year."""
    less = {name: Decimal(getattr(row, f"less_{name}")) for name in REDUCIBLE}
    return Grant(
        kind=row.kind,
        year_from=row.year_from,
        year_to=row.year_to if row.ended_at is None else row.last_year,
        reason=row.reason,
        clause=row.clause,
        document=row.document_no,
        less={name: hours for name, hours in less.items() if hours},
    )


def _holding() -> QuerySet[Obligation]:
    """Not those that were taken back from their first year on."""
    return Obligation.objects.filter(Q(ended_at__isnull=True) | Q(last_year__gte=F("year_from")))
