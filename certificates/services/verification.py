"""How often a certificate is looked up, and how often something is asked for that does not exist."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ceportal.kernel.services.counters import next_number
from certificates.models import Certificate, VerificationCount


@transaction.atomic
def count_verification(certificate: Certificate | None, *, now: datetime) -> None:
    """One more look-up on this day; None when nothing matched. Who asked is not kept."""
    day = timezone.localdate(now)
    if certificate is None:
        next_number(f"verification-missed:{day}")
        return
    rows = VerificationCount.objects.filter(certificate=certificate, day=day)
    if not rows.update(times=F("times") + 1):
        VerificationCount.objects.bulk_create(
            [VerificationCount(certificate=certificate, day=day)], ignore_conflicts=True
        )
        rows.update(times=F("times") + 1)
