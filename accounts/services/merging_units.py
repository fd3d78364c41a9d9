"""One unit becomes part of another: people, duties and what waits move over; the old one is closed and still found."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent, PersonField, RequestState, UnitState
from accounts.models import (
    Employment,
    HandOver,
    Membership,
    Organization,
    PersonChange,
    PersonRegistration,
    Professional,
    Request,
    Stationing,
    Transfer,
    UnitChange,
    User,
)
from accounts.rules.duties import DUTIES
from accounts.selectors.dues import routed_models
from accounts.selectors.duties import holders_of, place_of
from accounts.selectors.requests import request_models
from accounts.services.memberships import end, grant
from accounts.services.notices import tell
from accounts.services.routing import settle
from accounts.services.stationing import move_to
from ceportal.kernel.services.trail import record

# What a unit asks about itself: pointless once it is part of another.
_OF_UNITS: tuple[type[Any], ...] = (Stationing, HandOver, UnitChange)
_OPEN = (RequestState.WAITING, RequestState.RETURNED)


def merge_units(old: Organization, new: Organization, *, but_not: UnitChange, by: User, now: datetime) -> None:
    """In the caller's transaction. `but_not` is the request that brings it about."""
    new = Organization.objects.select_for_update(of=("self",)).select_related("area").get(pk=new.pk)
    _drop_what_is_pointless(old, new, but_not)
    _move_work(old, new)
    people = _move_people(old, new, by=by, now=now)
    duties = _move_duties(old, new, by=by, now=now)
    Organization.objects.filter(merged_into=old).update(merged_into=new)
    Organization.objects.filter(pk=old.pk).update(state=UnitState.CLOSED, merged_into=new)
    after = {"into": str(new.ref), "people": people, "duties": duties}
    record("unit.merge", old, by=by, now=now, after=after)
    text = f"{old.name}已并入{new.name}，{people} 人和正在办理的事项一并转入，请核对本单位人员名单。"
    to = holders_of(new, Duty.APPROVE_PEOPLE)
    tell(to, NoticeEvent.REQUEST_DECIDED, key=f"merge:{but_not.ref}", text=text, now=now)


def _of_units() -> tuple[type[Any], ...]:
    return (*_OF_UNITS, *(model for model in request_models() if model.ends_with_its_unit))


def _drop_what_is_pointless(old: Organization, new: Organization, but_not: UnitChange) -> None:
    """Requests of the old unit about itself, and transfers between the two."""
    between = Q(organization=old, target=new) | Q(organization=new, target=old)
    rows: list[Any] = list(Transfer.objects.filter(between, state__in=_OPEN))
    for model in _of_units():
        rows += model.objects.filter(organization=old, state__in=_OPEN).exclude(ref=but_not.ref)
    for row in rows:
        settle(type(row).objects.filter(pk=row.pk), state=RequestState.WITHDRAWN)


def _move_work(old: Organization, new: Organization) -> None:
    """Whatever waits with the old unit waits with the new one, until the same moment. Registrations and requests of its
    people that are open are of people of the new one; a declaration keeps the employer it was handed in at (A23).
    """
    Transfer.objects.filter(target=old, state__in=_OPEN).update(target=new)
    for model in routed_models():
        waiting = model._default_manager.filter(waiting_on__isnull=False)
        if model not in _of_units() and issubclass(model, PersonRegistration | Request):
            waiting.filter(organization=old).update(organization=new)  # type: ignore[misc]
        waiting.filter(waiting_on=old).update(waiting_on=new)


def _move_people(old: Organization, new: Organization, *, by: User, now: datetime) -> int:
    """Each line of employment goes on at the new unit, once a person. Gives how many lines there were."""
    today = timezone.localdate(now)
    open_jobs = Employment.objects.filter(ended_on__isnull=True)
    jobs = list(open_jobs.filter(organization=old).select_related("professional"))
    there = dict(open_jobs.filter(organization=new).values_list("professional", "is_principal"))
    open_jobs.filter(organization=old).update(ended_on=today)
    leading = {job.professional_id for job in jobs if job.is_principal}
    open_jobs.filter(organization=new, professional__in=leading, is_principal=False).update(ended_on=today)
    going_on = [job for job in jobs if job.is_principal or job.professional_id not in there]
    _employ(going_on, new, today)
    _follow([job.professional for job in going_on if job.is_principal], old, new, today, by=by, now=now)
    return len(jobs)


def _employ(jobs: Iterable[Employment], new: Organization, today: date) -> None:
    Employment.objects.bulk_create(
        [
            Employment(
                professional_id=job.professional_id, organization=new, department=job.department,
                is_principal=job.is_principal, started_on=today,
            )
            for job in jobs
        ],
        batch_size=500,
    )  # fmt: skip


def _follow(
    people: list[Professional], old: Organization, new: Organization, today: date, *, by: User, now: datetime
) -> None:
    """Their employer is recorded, and whose place was the old unit's has the new one's."""
    facts = {"before": {"organization": str(old.ref)}, "after": {"organization": str(new.ref)}}
    changes = [
        PersonChange(professional=person, field=PersonField.EMPLOYER, effective_on=today, at=now, by=by, **facts)
        for person in people
    ]
    PersonChange.objects.bulk_create(changes, batch_size=500)
    was, place = place_of(old), place_of(new)
    if was.pk != place.pk:
        move_to([person for person in people if person.area_id == was.pk], place, by=by, now=now)


def _move_duties(old: Organization, new: Organization, *, by: User, now: datetime) -> int:
    """Who acted for the old unit acts for the new one, and signs in anew."""
    held: dict[User, list[Duty]] = {}
    rows = Membership.objects.filter(organization=old, ended_at__isnull=True).select_related("user")
    for row in rows:
        held.setdefault(row.user, []).append(Duty(row.duty))
    for user, duties in held.items():
        end(user, old, by=by, now=now)
        fitting = [duty for duty in duties if DUTIES[duty].held_at.intersection(new.kinds)]
        grant(user, new, fitting, by=by, now=now)
    return len(held)
