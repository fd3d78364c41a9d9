"""The record that a reviewer was shown a unit's training or one of its papers: written by the server (S3-06, A22)."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.selectors.requests import who_can_decide
from credits.models import TrainingOpening, UnitTraining


@transaction.atomic
def record_training_opening(training: UnitTraining, *, reviewer: User, file_digest: str = "", now: datetime) -> None:
    """Note that `reviewer` was served the page (no digest) or a paper of the current round. Again only counts.

    A paper closes the paper before it, another training everything of the one before. Of who cannot rule on it
    nothing is noted.
    """
    if not who_can_decide(training).filter(pk=reviewer.pk).exists():
        return
    what = {"training": training, "round": training.round, "reviewer": reviewer, "file_digest": file_digest}
    others = TrainingOpening.objects.filter(reviewer=reviewer, closed_at__isnull=True, opened_at__lte=now)
    others = others.exclude(**what)
    if file_digest:
        others = others.exclude(training=training, file_digest="")
    others.update(closed_at=now)
    if not TrainingOpening.objects.filter(**what).update(times=F("times") + 1, closed_at=None):
        TrainingOpening.objects.bulk_create([TrainingOpening(**what, opened_at=now)], ignore_conflicts=True)


def close_openings(training: UnitTraining, *, reviewer: User, now: datetime) -> None:
    """Who has ruled has nothing of it open any more."""
    rows = TrainingOpening.objects.filter(training=training, reviewer=reviewer, closed_at__isnull=True)
    rows.filter(opened_at__lte=now).update(closed_at=now)
