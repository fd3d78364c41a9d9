"""Registration of units: by their credit code, approved by the industry authority, or without one by the bureau."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, UnitNature, UnitState
from accounts.fields import contact_columns
from accounts.models import Area, Organization, UnitRegistration, User
from accounts.rules.duties import OF_A_NEW_UNIT
from accounts.rules.registration import UNIT_USCC_TAKEN, UnitFacts, reasons_not_to_register_unit
from accounts.selectors.duties import authorities_for, in_charge
from accounts.services.accounts import make_user
from accounts.services.applications import decide, tell_applicant, wait_with, withdraw
from accounts.services.memberships import grant
from accounts.services.proposals import move_to_registered
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.trail import record


@transaction.atomic
def register_unit(
    *,
    uscc: str,
    name: str,
    nature: UnitNature,
    area: Area,
    supervisor: Organization | None,
    contact_name: str,
    contact_phone: str,
    applicant_name: str,
    applicant_phone: str,
    password: str,
    now: datetime,
    account: User | None = None,
) -> UnitRegistration:
    """Record the unit as pending, make its administrator's account, send the application to `supervisor` or the bureau.

    `account`: the applicant already signs in; name, phone and password are then left as they are.
    """
    ref, code, name = uuid4(), normalise(uscc), name.strip()
    facts = UnitFacts(
        name=name,
        uscc=code,
        contact_name=contact_name,
        contact_phone=contact_phone.strip(),
        uscc_is_taken=Organization.objects.filter(uscc=code).exists(),
        name_is_taken=_name_is_taken(name, area),
        supervisor_fits=supervisor is None or authorities_for(area).filter(pk=supervisor.pk).exists(),
    )
    refuse_if_any(reasons_not_to_register_unit(facts))
    user = account or _make_applicant(applicant_name, applicant_phone, password, now)
    unit = Organization(
        ref=ref, name=name, name_key=comparable(name), uscc=code, nature=nature, area=area, supervisor=supervisor,
        is_employer=True, state=UnitState.PENDING, contact_name=contact_name, **contact_columns(contact_phone, ref=ref),
    )  # fmt: skip
    _save(unit)
    record("unit.register", unit, by=user, now=now, after={"name": name, "uscc": code, "area": area.code})
    made = UnitRegistration.objects.create(organization=unit, declarant=user, applied_at=now)
    to = in_charge(Duty.APPROVE_UNITS, area, supervisor, but_not=[user])
    return wait_with(made, to, Duty.APPROVE_UNITS, now=now)


@transaction.atomic
def approve_unit(registration: UnitRegistration, *, by: User, now: datetime) -> UnitRegistration:
    """The unit stands in the list from now on; who applied for it looks after it, and who named it comes over."""
    registration = decide(registration, Move.APPROVE, by=by, now=now)
    unit = registration.organization
    Organization.objects.filter(pk=unit.pk, state=UnitState.PENDING).update(state=UnitState.ACTIVE, registered_at=now)
    unit.refresh_from_db()
    grant(registration.declarant, unit, OF_A_NEW_UNIT, by=by, now=now)
    came = move_to_registered(unit, by=by, now=now)
    after = {"unit": str(unit.ref), "people": came}
    record("unit_registration.approve", registration, by=by, now=now, after=after)
    tell_applicant(registration, text=f"{unit.name}的注册已经核准，您可以核准本单位人员、审核学时。", now=now)
    return registration


@transaction.atomic
def refuse_unit(registration: UnitRegistration, *, reason: str, by: User, now: datetime) -> UnitRegistration:
    """Not approved, with the reason. Code and name are free again, so that it can be put right and sent anew."""
    registration = decide(registration, Move.REJECT, by=by, now=now, reason=reason)
    uscc = _set_free(registration.organization)
    record("unit_registration.refuse", registration, by=by, now=now, before={"uscc": uscc})
    tell_applicant(registration, text=f"{registration.organization.name}的注册没有核准：{reason}", now=now)
    return registration


@transaction.atomic
def withdraw_unit(registration: UnitRegistration, *, by: User, now: datetime) -> UnitRegistration:
    registration = withdraw(registration, by=by)
    uscc = _set_free(registration.organization)
    record("unit_registration.withdraw", registration, by=by, now=now, before={"uscc": uscc})
    return registration


def _make_applicant(name: str, phone: str, password: str, now: datetime) -> User:
    """The form has the unit's name too, so the person's own is called otherwise there."""
    try:
        return make_user(name=name, phone=phone, password=password, now=now)
    except Refused as refused:
        renamed = (replace(reason, field="applicant_name") if reason.field == "name" else reason for reason in refused)
        raise Refused(list(renamed)) from refused


def _set_free(unit: Organization) -> str | None:
    uscc = unit.uscc
    Organization.objects.filter(pk=unit.pk).update(state=UnitState.REFUSED, uscc=None)
    return uscc


def _name_is_taken(name: str, area: Area) -> bool:
    held = Organization.objects.filter(area=area, name_key=comparable(name))
    return held.exclude(state=UnitState.REFUSED).exists()


def _save(unit: Organization) -> None:
    """Two at once with one code: the database lets one in, the other hears why."""
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise Refused([UNIT_USCC_TAKEN]) from error
