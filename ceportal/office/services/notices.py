"""Messages a person has read."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Notice


def mark_read(notices: QuerySet[Notice], *, now: datetime) -> int:
    """Mark those not read yet; the first reading stands. Says how many."""
    return notices.filter(read_at__isnull=True).update(read_at=now)
