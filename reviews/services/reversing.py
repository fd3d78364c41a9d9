"""A bureau takes credited hours back: with a reason from the list, what was found, and the clause (S3-10, S4-16)."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from credits.models import Claim, HourEntry
from credits.services.ledger import reverse_claim
from reviews.enums import ReversalCode
from reviews.models import CreditedHours
from reviews.rules.reversing import CLAUSES, reasons_not_to_reverse, wording
from reviews.selectors.registers import reversing_bureau


@transaction.atomic
def reverse_hours(claim: CreditedHours, *, reason_code: str, reason: str, by: User, now: datetime) -> HourEntry:
    """Take `claim` back whole. `MovedOn` when it is no longer live; `Refused` when it is not in a place of `by`'s."""
    refuse_if_any(reasons_not_to_reverse(reason_code, reason))
    bureau = reversing_bureau(by, claim)
    is_own = claim.professional is not None and claim.professional.user_id == by.pk
    if bureau is None or is_own:
        raise refuse("not_in_reach", "这项学时不在您可以撤销的范围内。", clause="A24" if is_own else "S2-07")
    return reverse_claim(
        Claim.objects.select_related("professional").get(pk=claim.pk),
        reason=wording(reason_code, reason),
        clause=CLAUSES[ReversalCode(reason_code)],
        organization=bureau,
        by=by,
        now=now,
    )
