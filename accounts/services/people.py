"""Registration of people: they apply, their employer (or the place's bureau) confirms that they work there (S4-08)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, IdKind, Move, PersonField, TitleLevel, UnitState
from accounts.fields import id_columns, id_indexes
from accounts.models import (
    Area,
    Employment,
    Organization,
    PersonChange,
    PersonRegistration,
    Professional,
    TitleSeries,
    User,
)
from accounts.rules.proposing import Proposed
from accounts.rules.registration import ID_TAKEN, NO_TITLE_SERIES, PersonFacts, reasons_not_to_register
from accounts.selectors.duties import in_charge, place_of
from accounts.services.accounts import make_user
from accounts.services.applications import decide, tell_applicant, wait_with, withdraw
from accounts.services.proposals import ask_of_unit, propose
from accounts.services.stationing import follow_the_unit
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.rules.text import person_name
from ceportal.kernel.services.trail import record

# A series, a level, and since when it is held, where that was said.
Title = tuple[TitleSeries | None, TitleLevel, date | None]


@transaction.atomic
def register_person(
    *,
    id_number: str,
    name: str,
    phone: str,
    password: str,
    organization: Organization | None,
    area: Area,
    title_series: TitleSeries | None,
    title_level: TitleLevel,
    id_kind: IdKind,
    now: datetime,
    account: User | None = None,
    title_since: date | None = None,
    proposed: Proposed | None = None,
) -> PersonRegistration:
    """Make the account and the person, and send the application to the employer, or without one to the bureau.

    `account`: somebody who already signs in (as a unit's administrator) registers as a professional too; `phone`
    and `password` are then left as they are. `proposed`, without an employer: a unit that has not registered yet.
    """
    number = normalise(id_number)
    title = (title_series, title_level, title_since)
    _ask(number, name, organization, title, id_kind, held=None, now=now, more=ask_of_unit(proposed, area))
    user = account or make_user(name=name, phone=phone, password=password, now=now)
    person = Professional(user=user, name=person_name(name), id_kind=id_kind)
    _describe(person, number, area, title)
    _save(person)
    record("person.register", person, by=user, now=now, after={"area": area.code})
    return _apply(person, organization, area, by=user, now=now, proposed=proposed)


@transaction.atomic
def apply_again(
    professional: Professional,
    *,
    id_number: str,
    name: str,
    organization: Organization | None,
    area: Area,
    title_series: TitleSeries | None,
    title_level: TitleLevel,
    id_kind: IdKind,
    by: User,
    now: datetime,
    title_since: date | None = None,
    proposed: Proposed | None = None,
) -> PersonRegistration:
    """After a refusal or a withdrawal: whatever was wrong may be put right, since nobody has confirmed it yet.

    An empty `id_number` keeps the one given before.
    """
    if professional.approved_at is not None:
        raise refuse("already_approved", "您的注册已经核准。变更单位请使用单位调转。")
    number = normalise(id_number)
    title = (title_series, title_level, title_since)
    _ask(number, name, organization, title, id_kind, held=professional, now=now, more=ask_of_unit(proposed, area))
    professional.name, professional.id_kind = person_name(name), id_kind
    _describe(professional, number, area, title)
    _save(professional)
    if by.name != professional.name:
        User.objects.filter(pk=by.pk).update(name=professional.name)
    record("person.apply_again", professional, by=by, now=now, after={"area": area.code})
    return _apply(professional, organization, area, by=by, now=now, proposed=proposed)


@transaction.atomic
def approve_person(
    registration: PersonRegistration, *, by: User, now: datetime, reason: str = ""
) -> PersonRegistration:
    """The person is registered from now on and, if an employer was chosen, works there."""
    registration = decide(registration, Move.APPROVE, by=by, now=now, reason=reason)
    person, unit = registration.professional, registration.organization
    Professional.objects.filter(pk=person.pk).update(approved_at=now)
    if unit.is_employer:
        today = timezone.localdate(now)
        Employment.objects.create(professional=person, organization=unit, started_on=today)
        PersonChange.objects.create(
            professional=person, field=PersonField.EMPLOYER, after={"organization": str(unit.ref)},
            effective_on=today, at=now, by=by,
        )  # fmt: skip
        follow_the_unit(person, unit, by=by, now=now)
    record("registration.approve", registration, by=by, now=now, after={"person": str(person.ref)})
    tell_applicant(registration, text=f"您的注册已由{unit.name}核准，现在可以申报学时。", now=now)
    return registration


@transaction.atomic
def refuse_person(registration: PersonRegistration, *, reason: str, by: User, now: datetime) -> PersonRegistration:
    """Not confirmed, with the reason; the person may apply again, here or elsewhere."""
    registration = decide(registration, Move.REJECT, by=by, now=now, reason=reason)
    record("registration.refuse", registration, by=by, now=now)
    tell_applicant(registration, text=f"{registration.organization.name}没有核准您的注册：{reason}", now=now)
    return registration


@transaction.atomic
def withdraw_registration(registration: PersonRegistration, *, by: User, now: datetime) -> PersonRegistration:
    registration = withdraw(registration, by=by)
    record("registration.withdraw", registration, by=by, now=now)
    return registration


def _ask(
    number: str,
    name: str,
    organization: Organization | None,
    title: Title,
    id_kind: IdKind,
    *,
    held: Professional | None,
    now: datetime,
    more: list[Refusal],
) -> None:
    """Raise with every reason there is, `more` included. `held`: the person already on record, whose own number is not
    taken.
    """
    series, level, since = title
    others = Professional.objects.filter(id_index__in=id_indexes(number))
    if held is not None:
        others = others.exclude(pk=held.pk)
    facts = PersonFacts(
        id_kind=id_kind,
        id_number=number,
        name=person_name(name),
        title_series=series.code if series else NO_TITLE_SERIES,
        title_level=TitleLevel(level),
        title_since=since,
        id_is_taken=others.exists(),
        unit_accepts=organization is None or (organization.is_employer and organization.state == UnitState.ACTIVE),
    )
    keeps_number = held is not None and not number and held.id_kind == id_kind
    reasons = reasons_not_to_register(facts, today=timezone.localdate(now))
    fitting = [reason for reason in reasons if not (keeps_number and reason.field == "id_number")]
    refuse_if_any([*fitting, *more])


def _describe(person: Professional, number: str, area: Area, title: Title) -> None:
    person.area = area
    person.title_series, person.title_level, person.title_since = title
    if number:
        for column, value in id_columns(number, ref=person.ref).items():
            setattr(person, column, value)


def _save(person: Professional) -> None:
    """Two at once with one number: the database lets one in, the other hears why."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refused([ID_TAKEN]) from error


def _apply(
    person: Professional, organization: Organization | None, area: Area, *, by: User, now: datetime,
    proposed: Proposed | None,
) -> PersonRegistration:  # fmt: skip
    if person.registrations.filter(waiting_on__isnull=False).exists():
        raise refuse("still_waiting", "您还有一份申请正在等待核准。请先撤回，再重新申请。")
    place = place_of(organization) if organization else area
    to = in_charge(Duty.APPROVE_PEOPLE, place, organization, but_not=[by])
    if to is None:
        raise refuse("nobody_in_charge", "这个地区还没有负责核准的人社部门，请联系上级人社部门。", field="organization")
    made = PersonRegistration.objects.create(
        professional=person, organization=organization or to, declarant=by, applied_at=now
    )
    propose(made, proposed if organization is None else None, area, now=now)
    return wait_with(made, to, Duty.APPROVE_PEOPLE, now=now)
