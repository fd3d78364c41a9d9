"""Units that people name before they have registered: kept with the bureau that holds the people meanwhile (临时单位),
whom they follow once they have.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent, PersonField, RegistrationState, UnitState
from accounts.models import (
    Area,
    Employment,
    Organization,
    PersonChange,
    PersonRegistration,
    Professional,
    UnitProposal,
    User,
)
from accounts.rules.proposing import Proposed, reasons_not_to_propose
from accounts.selectors.duties import holders_of, in_charge, place_of
from accounts.selectors.proposals import alike, is_registered, proposals_for
from accounts.services.notices import tell
from accounts.services.routing import send_on
from accounts.services.stationing import follow_the_unit
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal, refuse
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.trail import record


def ask_of_unit(proposed: Proposed | None, area: Area) -> list[Refusal]:
    """Why the unit somebody names cannot be kept in mind; nothing where none is named."""
    if not proposed:
        return []
    return list(reasons_not_to_propose(proposed, is_registered=is_registered(proposed, area)))


def propose(registration: PersonRegistration, proposed: Proposed | None, area: Area, *, now: datetime) -> None:
    """Keep in mind where the person works; what they named with an earlier application no longer counts."""
    person = registration.professional
    UnitProposal.objects.filter(registration__professional=person, settled_at__isnull=True).update(settled_at=now)
    if not proposed:
        return
    made = UnitProposal.objects.create(
        registration=registration, area=area, name=proposed.name.strip(), name_key=comparable(proposed.name),
        uscc=proposed.uscc, made_at=now,
    )  # fmt: skip
    after = {"name": made.name, "uscc": made.uscc}
    record("unit.propose", made, by=registration.declarant, now=now, after=after)


@transaction.atomic
def move_to_registered(unit: Organization, *, by: User, now: datetime) -> int:
    """A unit that has just been registered gets those who named it. Gives how many came."""
    return _move(proposals_for(unit), unit, by=by, now=now)


@transaction.atomic
def match_proposal(proposal: UnitProposal, code: str, *, by: User, now: datetime) -> Organization:
    """The bureau knows which unit is meant, though it registered otherwise: all who named it alike go there."""
    unit = Organization.objects.filter(uscc=normalise(code), is_employer=True, state=UnitState.ACTIVE).first()
    if unit is None:
        raise refuse("no_such_unit", "没有找到已注册的用人单位，请核对统一社会信用代码。", field="uscc")
    if not _move(alike(proposal), unit, by=by, now=now):
        raise refuse("moved_on", "这些人员刚刚已经转走，请刷新页面看看。")
    return unit


def _move(proposals: Iterable[UnitProposal], unit: Organization, *, by: User, now: datetime) -> int:
    came = 0
    for proposal in proposals:
        open_one = UnitProposal.objects.filter(pk=proposal.pk, settled_at__isnull=True)
        if open_one.update(settled_at=now, unit=unit):
            came += _take_in(proposal.registration, unit, by=by, now=now)
    if came:
        text = f"{came} 名在人社部门临时登记的人员已转入{unit.name}，请核对本单位人员名单。"
        link = reverse("accounts:people")
        key = f"proposals:{unit.ref}:{now.isoformat()}"
        to = holders_of(unit, Duty.APPROVE_PEOPLE)
        tell(to, NoticeEvent.REGISTRATION_WAITING, key=key, text=text, link=link, now=now)
    return came


def _take_in(registration: PersonRegistration, unit: Organization, *, by: User, now: datetime) -> bool:
    """Whoever is approved works there from today, unless they have another employer by now; whoever still waits, waits
    with the unit.
    """
    person = Professional.objects.select_for_update().get(pk=registration.professional_id)
    if registration.state == RegistrationState.WAITING:
        to = in_charge(Duty.APPROVE_PEOPLE, place_of(unit), unit, but_not=[registration.declarant])
        waiting = PersonRegistration.objects.filter(
            pk=registration.pk, state=RegistrationState.WAITING, round=registration.round
        )
        if to is None or not send_on(
            waiting, state=RegistrationState.WAITING, stage=0, to=to, duty=Duty.APPROVE_PEOPLE, now=now, new_round=True,
            organization=unit,
        ):  # fmt: skip
            return False
        text = f"您提出的单位{unit.name}已经注册，您的注册申请转由{to.name}核准。"
    elif person.approved_at is None or person.left_at is not None or _has_employer(person):
        return False
    else:
        _employ(person, unit, by=by, now=now)
        text = f"您提出的单位{unit.name}已经注册，您已从人社部门转入该单位，今后由该单位审核学时。"
    record("person.follow_unit", person, by=by, now=now, after={"unit": str(unit.ref)})
    key, link = f"proposal:{registration.ref}:{unit.ref}", reverse("accounts:registration")
    tell([registration.declarant], NoticeEvent.REGISTRATION_DECIDED, key=key, text=text, link=link, now=now)
    return True


def _employ(person: Professional, unit: Organization, *, by: User, now: datetime) -> None:
    today = timezone.localdate(now)
    Employment.objects.create(professional=person, organization=unit, started_on=today)
    PersonChange.objects.create(
        professional=person, field=PersonField.EMPLOYER, after={"organization": str(unit.ref)}, effective_on=today,
        at=now, by=by,
    )  # fmt: skip
    follow_the_unit(person, unit, by=by, now=now)


def _has_employer(person: Professional) -> bool:
    return Employment.objects.filter(professional=person, is_principal=True, ended_on__isnull=True).exists()
