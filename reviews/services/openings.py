"""The record that a reviewer was shown something: written by the server when it serves it, never by the browser."""

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from credits.models import Declaration
from reviews.models import Decision, Jotting, Opening


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
    others.update(closed_at=_closing(now))
    if not Opening.objects.filter(**what).update(times=F("times") + 1, closed_at=None):
        Opening.objects.bulk_create([Opening(**what, opened_at=now)], ignore_conflicts=True)


def close_openings(declaration: Declaration, *, reviewer: User, now: datetime) -> None:
    """Who has found or answered has nothing of it open any more."""
    rows = Opening.objects.filter(declaration=declaration, reviewer=reviewer, closed_at__isnull=True)
    rows.filter(opened_at__lte=now).update(closed_at=now)


def clear_desks(*, now: datetime) -> int:
    """By the clock: what was decided closes what its reviewer had open of it, as of the moment of the decision, and
    ends what they had half written. The cost follows what stands open and half-written. Gives how much went.
    """
    still_open = Opening.objects.filter(closed_at__isnull=True, opened_at__lte=now)
    closed = still_open.filter(Exists(_decision_since())).update(closed_at=_closing(now))
    ended, _ = Jotting.objects.filter(Exists(_decision())).delete()
    return closed + ended


def _closing(now: datetime) -> Coalesce:
    """A row of `Opening` is closed by the decision, where its reviewer has made one since, else now."""
    decided_at = Subquery(_decision_since().values("at")[:1])
    return Coalesce(decided_at, Value(now, output_field=DateTimeField()))


def _decision_since() -> QuerySet[Decision]:
    return _decision().filter(at__gte=OuterRef("opened_at"))


def _decision() -> QuerySet[Decision]:
    """Of the same reviewer on the same version."""
    same = {"subject": OuterRef("declaration"), "version": OuterRef("version"), "by": OuterRef("reviewer")}
    return Decision.objects.filter(**same)
