"""Changes of units: who may see a request, who has a say in it, and by which names a unit was known before."""

from collections.abc import Iterable
from typing import cast

from django.db.models import Q, QuerySet

from accounts.enums import Duty, RequestState, UnitChangeKind, UnitState
from accounts.models import Organization, UnitChange, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import holders_of, in_charge, place_of, units_for
from accounts.selectors.handing_over import decides_on
from accounts.selectors.requests import requests_seen_by
from ceportal.kernel.rules.text import comparable

SIDES = duties_for(Act.SEE_UNIT_CHANGES)
# The side that gives its unit away, or that takes it in, has a say first; who is above decides.
STAGE_OTHER_SIDE, STAGE_LAST = 0, 1
Stop = tuple[Organization | None, Duty]


def unit_changes_seen_by(user: User) -> QuerySet[UnitChange]:
    """Those of the units one manages and those one has or had a say in; the newest first."""
    rows = requests_seen_by(user, UnitChange.objects.all(), duties=SIDES)
    return rows.select_related("organization__area", "other", "waiting_on", "document", "asked_by").order_by("-id")


def units_to_change(user: User) -> QuerySet[Organization]:
    """The units in whose name `user` may ask."""
    units = units_for(user, Act.CHANGE_UNITS).filter(is_bureau=False, is_authority=False)
    return units.select_related("area", "supervisor").order_by("id")


def first_stop(asked: UnitChange) -> tuple[int, Stop]:
    """Where a request goes first: its stage, the office or unit, and the duty asked there."""
    unit, by = _unit(asked), asked.asked_by
    if asked.kind == UnitChangeKind.SUPERVISOR:
        old = in_charge(Duty.APPROVE_UNITS, place_of(unit), unit.supervisor, but_not=[by])
        if old is not None and old != last_stop(asked, but_not=[by])[0]:
            return STAGE_OTHER_SIDE, (old, Duty.APPROVE_UNITS)
    there = holders_of(asked.other, Duty.MANAGE_UNIT).exclude(pk=by.pk) if asked.other else User.objects.none()
    if asked.kind == UnitChangeKind.MERGE and there.exists():
        return STAGE_OTHER_SIDE, (asked.other, Duty.MANAGE_UNIT)
    return STAGE_LAST, last_stop(asked, but_not=[by])


def last_stop(asked: UnitChange, *, but_not: list[User]) -> Stop:
    """Who decides in the end: the supervisor to be, or the office above the unit that remains."""
    unit = _unit(asked)
    if asked.kind == UnitChangeKind.SUPERVISOR:
        return in_charge(Duty.APPROVE_UNITS, place_of(unit), asked.other, but_not=but_not), Duty.APPROVE_UNITS
    remains = asked.other if asked.kind == UnitChangeKind.MERGE and asked.other else unit
    return decides_on(remains, but_not=but_not), Duty.APPROVE_UNITS


def named_before(text: str) -> Q:
    """A filter for units that were once called so, or of which a unit called so has become part."""
    key = comparable(text)
    renamed = UnitChange.objects.filter(
        kind=UnitChangeKind.RENAME, state=RequestState.GRANTED, old_name_key__contains=key
    )
    merged = Organization.objects.filter(
        Q(name_key__contains=key) | Q(pk__in=renamed.values("organization")), merged_into__isnull=False
    )
    return Q(pk__in=renamed.values("organization")) | Q(pk__in=merged.values("merged_into"))


def former_names(units: Iterable[Organization]) -> dict[int, list[str]]:
    """By the unit's key: what it was called before, and what has become part of it."""
    keys = [unit.pk for unit in units]
    names: dict[int, list[str]] = {}
    renamed = UnitChange.objects.filter(
        kind=UnitChangeKind.RENAME, state=RequestState.GRANTED, organization__in=keys
    ).order_by("id")
    for pk, name in renamed.values_list("organization", "old_name"):
        names.setdefault(pk, []).append(f"原名{name}")
    merged = Organization.objects.filter(merged_into__in=keys).order_by("id")
    for unit in merged:
        names.setdefault(cast(int, unit.merged_into_id), []).append(f"{unit.name}已并入")
    return names


def history_of(units: Iterable[Organization]) -> QuerySet[UnitChange]:
    """What has changed about these units, and which others have become part of them; the newest first."""
    keys = [unit.pk for unit in units]
    about = Q(organization__in=keys) | Q(kind=UnitChangeKind.MERGE, other__in=keys)
    granted = UnitChange.objects.filter(about, state=RequestState.GRANTED)
    return granted.select_related("other").order_by("-decided_at", "-id")


def unit_to_merge_into(code: str) -> Organization | None:
    """An active employer by its credit code."""
    found = Organization.objects.filter(uscc=code, is_employer=True, state=UnitState.ACTIVE) if code else None
    return found.select_related("area", "supervisor").first() if found is not None else None


def _unit(asked: UnitChange) -> Organization:
    assert asked.organization is not None
    return asked.organization
