"""Taking rows up under a lease, so that two workers never do one thing, and a dead worker's row comes back."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
MAX_ATTEMPTS = 8


def unclaimed(rows: QuerySet[Row], *, now: datetime) -> QuerySet[Row]:
    """Those of `rows` nobody holds a live lease on and that have not been tried too often."""
    return rows.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now), attempts__lt=MAX_ATTEMPTS)


def claim(rows: QuerySet[Row], *, now: datetime) -> bool:
    """Take the one row of `rows` up: true when this caller, and no other, now holds it until the lease ends."""
    until = now + timedelta(seconds=settings.CLAIM_LEASE_SECONDS)
    return unclaimed(rows, now=now).update(claimed_until=until, attempts=F("attempts") + 1) == 1


def put_back(rows: QuerySet[Row], *, error: str) -> None:
    """Leave the row for a later round, saying what went wrong; the lease runs out by itself (a pause between tries)."""
    rows.update(last_error=error[:500])
