"""Agreeing to how one's data are handled; looking at a number in full, for a purpose that its owner can read."""

from datetime import datetime

from django.db import transaction

from accounts.fields import id_in_clear, phone_in_clear
from accounts.models import Consent, Membership, Professional, User
from accounts.rules.policy import Act, duties_for
from accounts.rules.privacy import PURPOSES, UNMASK, reasons_not_to_unmask
from accounts.selectors.privacy import notice_now
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def agree(user: User, *, now: datetime) -> Consent:
    """To the notice as it is now. Twice is once."""
    version = notice_now().version
    made, is_new = Consent.objects.get_or_create(user=user, version=version, defaults={"given_at": now})
    if is_new:
        record("consent.give", made, by=user, now=now, after={"version": version})
    return made


@transaction.atomic
def unmask(person: Professional, *, purpose: str, why: str, by: User, now: datetime) -> tuple[str, str]:
    """The ID number and the phone in full (empty where there is none). The look stands in the trail first."""
    refuse_if_any(reasons_not_to_unmask(purpose, why))
    held = Membership.objects.filter(user=by, duty__in=duties_for(Act.UNMASK), ended_at__isnull=True)
    office = held.select_related("organization").first()
    said = {"purpose": PURPOSES[purpose], "why": hide_numbers(why.strip())}
    if office:
        said |= {"office": office.organization.name, "duty": office.get_duty_display()}
    record(UNMASK, person, by=by, now=now, after=said)
    sealed, user = person.user.phone_sealed, person.user
    phone = phone_in_clear(sealed, ref=user.ref) if sealed else ""
    return id_in_clear(person.id_sealed, ref=person.ref), phone
