"""Taking credited hours back from above: a reason from the list, what was found, the clause (S3-10, S4-16)."""

from datetime import datetime

from django.db import transaction

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from credits.models import Claim, Correction, HourEntry
from credits.services.corrections import decline_correction
from credits.services.ledger import reverse_claim
from reviews.enums import ReversalCode
from reviews.models import CreditedHours
from reviews.rules.reversing import CLAUSES, reasons_not_to_decline, reasons_not_to_reverse, wording
from reviews.selectors.registers import reversing_unit


@transaction.atomic
def reverse_hours(claim: CreditedHours, *, reason_code: str, reason: str, by: User, now: datetime) -> HourEntry:
    """Take `claim` back whole. `MovedOn` when it is no longer live; `Refused` when it is not within reach of `by`."""
    refuse_if_any(reasons_not_to_reverse(reason_code, reason))
    unit = _unit(by, claim)
    return reverse_claim(
        Claim.objects.select_related("professional").get(pk=claim.pk),
        reason=wording(reason_code, reason),
        clause=CLAUSES[ReversalCode(reason_code)],
        organization=unit,
        by=by,
        now=now,
    )


def decline_reversal(claim: CreditedHours, correction: Correction, *, reason: str, by: User, now: datetime) -> None:
    """Leave `claim` as it is, against the wish of its source. `MovedOn` when that no longer waits; `Refused` when the
    claim is not within reach of `by`.
    """
    refuse_if_any(reasons_not_to_decline(reason))
    decline_correction(correction, reason=reason.strip(), unit=_unit(by, claim), by=by, now=now)


def _unit(by: User, claim: CreditedHours) -> Organization:
    unit = reversing_unit(by, claim)
    if unit is None:
        raise refuse("not_in_reach", "这项学时不在您可以撤销的范围内。", clause="S1-13")
    return unit
