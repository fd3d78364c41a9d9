"""What has been granted about people's duty to learn, as the rules want it."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.db.models import F, Q, QuerySet

from accounts.models import Professional
from ceportal.kernel.selectors.given import given
from credits.models import Obligation
from credits.rules.obligation import REDUCIBLE, Grant

_GRANTED = Obligation._meta.db_table


def easings_of(professional: Professional) -> QuerySet[Obligation]:
    """Every fact ever granted about a person, ended ones too, the latest years first."""
    rows = Obligation.objects.filter(professional=professional)
    return rows.select_related("organization").order_by("-year_from", "-id")


def grants_of(people: Iterable[int]) -> dict[int, tuple[Grant, ...]]:
    """What still holds for each of these people (by primary keys) in some year: one query where nothing does."""
    source, values = given([{"id": person} for person in people], {"id": "bigint"})
    granted = f"SELECT DISTINCT o.professional_id FROM {source} JOIN {_GRANTED} o ON o.professional_id = given.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(granted, values)
        found = [person for (person,) in cursor.fetchall()]
    return _grants(_holding().filter(professional__in=found)) if found else {}


def every_grant() -> dict[int, tuple[Grant, ...]]:
    """Of everybody; for the proof of the ledger."""
    return _grants(_holding())


def _grants(rows: QuerySet[Obligation]) -> dict[int, tuple[Grant, ...]]:
    held: dict[int, tuple[Grant, ...]] = {}
    for row in rows.order_by("year_from", "id"):
        held[row.professional_id] = (*held.get(row.professional_id, ()), as_grant(row))
    return held


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
