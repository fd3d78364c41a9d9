"""The record that a reviewer was shown something: written by the server when it serves it, never by the browser."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from credits.models import Declaration
from reviews.models import Opening


@transaction.atomic
def record_opening(declaration: Declaration, *, reviewer: User, file_digest: str = "", now: datetime) -> None:
    """Note that `reviewer` was served the page (no digest) or a file of the current version. Again only counts (T4)."""
    what = {
        "declaration": declaration,
        "version": declaration.version,
        "reviewer": reviewer,
        "file_digest": file_digest,
    }
    if not Opening.objects.filter(**what).update(times=F("times") + 1):
        Opening.objects.bulk_create([Opening(**what, opened_at=now)], ignore_conflicts=True)
