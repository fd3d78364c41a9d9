"""Units and people that another system had registered: taken over as approved, or given up again while unused.

Who is taken over signs in for the first time by 忘记密码: with the phone they came with, and a password of their own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import IdKind, PersonField, TitleLevel, UnitNature, UnitState
from accounts.fields import contact_columns, id_columns
from accounts.models import (
    Area,
    Employment,
    Membership,
    Organization,
    PersonChange,
    PersonRegistration,
    Professional,
    TitleSeries,
    User,
)
from accounts.rules.registration import ID_TAKEN, UNIT_NAME_TAKEN
from accounts.services.accounts import make_user
from accounts.services.stationing import follow_the_unit
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.rules.text import comparable, person_name
from ceportal.kernel.services.trail import record

# What a person is called whose taking over was undone: the row stays, and names nobody.
UNDONE = "已撤销的接收"


@dataclass(frozen=True)
class UnitTaken:
    """A unit as the other system had it."""

    uscc: str
    name: str
    nature: UnitNature
    area: Area
    supervisor: Organization | None
    contact_name: str
    contact_phone: str


@dataclass(frozen=True)
class PersonTaken:
    """A person as the other system had them; `unit` is their principal employer."""

    id_number: str
    id_kind: IdKind
    name: str
    phone: str
    unit: Organization
    department: str = ""
    series: TitleSeries | None = None
    level: TitleLevel = TitleLevel.NONE
    since: date | None = None


@transaction.atomic
def take_unit(taken: UnitTaken, *, source: str, by: User, now: datetime) -> Organization:
    """It stands in the list from now on; who will manage it asks by 接手单位管理. Raises `Refused`."""
    ref = uuid4()
    unit = Organization(
        ref=ref, name=taken.name, name_key=comparable(taken.name), uscc=taken.uscc, nature=taken.nature,
        area=taken.area, supervisor=taken.supervisor, is_employer=True, state=UnitState.ACTIVE,
        contact_name=taken.contact_name, registered_at=now, taken_from=source,
        **contact_columns(taken.contact_phone, ref=ref),
    )  # fmt: skip
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise Refused([UNIT_NAME_TAKEN]) from error
    record("unit.take_over", unit, by=by, now=now, after={"name": taken.name, "uscc": taken.uscc, "source": source})
    return unit


@transaction.atomic
def take_person(taken: PersonTaken, *, source: str, by: User, now: datetime) -> Professional:
    """Approved, at work in their unit, and nobody can sign in yet. Raises `Refused`."""
    user = make_user(name=taken.name, phone=taken.phone, password=None, now=now)
    person = Professional(
        user=user, name=person_name(taken.name), id_kind=taken.id_kind, area=taken.unit.area,
        title_series=taken.series, title_level=taken.level, title_since=taken.since, approved_at=now, taken_from=source,
    )  # fmt: skip
    for column, value in id_columns(taken.id_number, ref=person.ref).items():
        setattr(person, column, value)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refused([ID_TAKEN]) from error
    today = timezone.localdate(now)
    Employment.objects.create(
        professional=person, organization=taken.unit, department=taken.department, started_on=today
    )
    PersonChange.objects.create(
        professional=person, field=PersonField.EMPLOYER, after={"organization": str(taken.unit.ref)},
        effective_on=today, at=now, by=by,
    )  # fmt: skip
    follow_the_unit(person, taken.unit, by=by, now=now)
    record("person.take_over", person, by=by, now=now, after={"unit": str(taken.unit.ref), "source": source})
    return person


@transaction.atomic
def give_up_unit(unit: Organization, *, by: User, now: datetime) -> str:
    """Code and name are free again. Otherwise why it stays: somebody uses it."""
    unit = Organization.objects.select_for_update().get(pk=unit.pk)
    if unit.state != UnitState.ACTIVE:
        return "单位已经变更或注销。"
    if Employment.objects.filter(organization=unit, ended_on__isnull=True).exists():
        return "单位名下已有人员，请先撤销人员的接收。"
    if Membership.objects.filter(organization=unit).exists() or _is_asked_for(unit):
        return "单位已有管理员或正在办理的申请。"
    record("unit.give_up", unit, by=by, now=now, before={"name": unit.name, "uscc": unit.uscc})
    Organization.objects.filter(pk=unit.pk).update(state=UnitState.REFUSED, uscc=None)
    return ""


@transaction.atomic
def give_up_person(person: Professional, *, by: User, now: datetime) -> str:
    """Number and phone are free again, and the row names nobody. Otherwise why they stay: they have signed in."""
    user = User.objects.select_for_update().get(pk=person.user_id)
    if user.last_login is not None or user.has_usable_password():
        return "本人已经登录使用。"
    record("person.give_up", person, by=by, now=now, before={"name": person.name})
    Employment.objects.filter(professional=person, ended_on__isnull=True).update(
        ended_on=F("started_on"), is_principal=False
    )
    nobody = id_columns(f"UNDONE{user.ref.int}", ref=person.ref) | {"name": UNDONE, "id_mask": UNDONE}
    Professional.objects.filter(pk=person.pk).update(**nobody, approved_at=None, left_at=now)
    User.objects.filter(pk=user.pk).update(
        name=UNDONE, phone_sealed=None, phone_mask="", phone_index=None, phone_index_before=None, is_active=False,
        password=make_password(None), session_epoch=F("session_epoch") + 1,
    )  # fmt: skip
    return ""


def _is_asked_for(unit: Organization) -> bool:
    return PersonRegistration.objects.filter(organization=unit, waiting_on__isnull=False).exists()
