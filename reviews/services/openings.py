"""The record that a reviewer was shown something: written by the server when it serves it, never by the browser."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from credits.models import Declaration
from reviews.models import Opening


@transaction.atomic
def record_opening(declaration: Declaration, *, reviewer: User, file_digest: str = "", now: datetime) -> None:
    """Note that `reviewer` was served the page (no digest) or a file of the current version. Again only counts (T4).

    A file closes the file before it, another declaration everything of the one before.
    """
    what = {
        "declaration": declaration,
        "version": declaration.version,
        "reviewer": reviewer,
        "file_digest": file_digest,
    }
    others = Opening.objects.filter(reviewer=reviewer, closed_at__isnull=True, opened_at__lte=now)
    others = others.exclude(**what)
    if file_digest:
        others = others.exclude(declaration=declaration, file_digest="")
    others.update(closed_at=now)
    if not Opening.objects.filter(**what).update(times=F("times") + 1, closed_at=None):
        Opening.objects.bulk_create([Opening(**what, opened_at=now)], ignore_conflicts=True)


def close_openings(declaration: Declaration, *, reviewer: User, now: datetime) -> None:
    """With the decision everything of it is closed."""
    rows = Opening.objects.filter(reviewer=reviewer, declaration=declaration, closed_at__isnull=True)
    rows.filter(opened_at__lte=now).update(closed_at=now)
