"""How often a certificate is looked up, and how often, from where, something is asked for that does not exist."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.noting import left_out_when_full
from certificates.enums import CheckRefusal
from certificates.models import Certificate, RefusedCheck, VerificationCount

# The law asks for logs of six months.
KEPT = timedelta(days=185)


def count_verification(certificate: Certificate | None, *, now: datetime) -> None:
    """One more look-up on this day; None when nothing matched. Who asked is not kept."""
    count_verifications([certificate], now=now)


@left_out_when_full
@transaction.atomic
def count_verifications(asked: Iterable[Certificate | None], *, now: datetime) -> None:
    """The same of several looked up together: each certificate counts once, and that something was missed once."""
    day, found = timezone.localdate(now), list(asked)
    if None in found:
        next_number(f"verification-missed:{day}")
    keys = {certificate.pk for certificate in found if certificate is not None}
    if not keys:
        return
    rows = VerificationCount.objects.filter(certificate__in=keys, day=day)
    if rows.count() < len(keys):
        begun = [VerificationCount(certificate_id=key, day=day) for key in sorted(keys)]
        VerificationCount.objects.bulk_create(begun, ignore_conflicts=True)
    rows.update(times=F("times") + 1)


@left_out_when_full
@transaction.atomic
def note_refusal(why: CheckRefusal, address: str, *, now: datetime, times: int = 1) -> None:
    """A look-up led to nothing: so much stands in a line a day for each address. What was asked is not kept."""
    day = timezone.localdate(now)
    line = {"day": day, "why": why, "address": address[:45]}
    if not RefusedCheck.objects.filter(**line).exists():
        RefusedCheck.objects.bulk_create([RefusedCheck(**line)], ignore_conflicts=True)
        RefusedCheck.objects.filter(day__lt=day - KEPT).delete()
    RefusedCheck.objects.filter(**line).update(times=F("times") + times)
