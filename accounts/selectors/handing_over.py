"""Units whose administration changes hands: who may see it, who is there now, whom nobody looks after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from accounts.enums import Duty, UnitState
from accounts.fields import phone_indexes
from accounts.models import Employment, HandOver, Membership, Organization, Routed, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.dues import routed_models
from accounts.selectors.duties import in_charge, place_of, units_for
from accounts.selectors.requests import requests_seen_by

SIDES = duties_for(Act.SEE_HAND_OVERS)


@dataclass(frozen=True)
class Stuck:
    """A unit where so many matters wait for a duty that nobody holds, the oldest since then."""

    unit: Organization
    times: int
    since: datetime


def hand_overs_seen_by(user: User) -> QuerySet[HandOver]:
    """One's own, those of the units one manages, and those that wait or waited with one's office; the newest first."""
    rows = requests_seen_by(user, HandOver.objects.all(), duties=SIDES)
    return rows.select_related(
        "organization__area", "organization__supervisor", "waiting_on", "document", "asked_by", "declarant"
    ).order_by("-id")


def decides_on(unit: Organization, *, but_not: list[User]) -> Organization | None:
    """The supervisor of `unit` if somebody else can act there, else the nearest bureau; for a bureau one above it."""
    place = unit.area.parent if unit.is_bureau else place_of(unit)
    return in_charge(Duty.APPROVE_UNITS, place, unit.supervisor, but_not=but_not) if place else None


def is_of(user: User, unit: Organization) -> bool:
    """Works there, or acts for it."""
    works = Employment.objects.filter(professional__user=user, organization=unit, ended_on__isnull=True)
    return works.exists() or Membership.objects.filter(user=user, organization=unit, ended_at__isnull=True).exists()


def is_elsewhere(user: User) -> bool:
    """Works at some unit."""
    return Employment.objects.filter(professional__user=user, ended_on__isnull=True).exists()


def is_above(user: User, unit: Organization) -> bool:
    """Approves units in the supervisor of `unit` or in a bureau of its place."""
    bureaus = Q(is_bureau=True, area__in=unit.area.codes)
    offices = units_for(user, Act.APPOINT_SUCCESSORS).exclude(pk=unit.pk)
    return offices.filter(bureaus | Q(pk=unit.supervisor_id)).exists()


def of_unit_with_phone(unit: Organization, phone: str) -> User | None:
    """Somebody of `unit` who signs in with `phone`; nobody else is found."""
    found = User.objects.filter(phone_index__in=phone_indexes(phone), is_active=True).first()
    return found if found and is_of(found, unit) else None


def own_units(user: User) -> QuerySet[Organization]:
    """Where `user` works or acts now."""
    works = Employment.objects.filter(professional__user=user, ended_on__isnull=True).values("organization")
    acts = Membership.objects.filter(user=user, ended_at__isnull=True).values("organization")
    # A union, and not an OR: found by two indexes, not among all units.
    units = Organization.objects.filter(pk__in=works.union(acts), state=UnitState.ACTIVE)
    return units.select_related("area").order_by("id")


def who_acts_for(unit: Organization) -> QuerySet[User]:
    """Everybody with a duty at `unit`; `last_seen_at` is when they were last seen on a device that is theirs."""
    held = Membership.objects.filter(organization=unit, ended_at__isnull=True)
    users = User.objects.filter(pk__in=held.values("user"))
    return users.annotate(last_seen_at=Max("known_devices__last_seen_at")).order_by("id")


def who_left_by(asked: HandOver) -> QuerySet[User]:
    """Whose duties at the unit this request ended."""
    ended = Membership.objects.filter(organization=asked.organization_id, ended_at=asked.decided_at)
    return User.objects.filter(pk__in=ended.values("user")).order_by("id")


def units_answered_for(user: User) -> QuerySet[Organization]:
    """The units for which `user` answers: those under their authority, and under a bureau those of its own place
    without one. Offices and places are named: each way is found by an index.
    """
    offices = list(units_for(user, Act.APPOINT_SUCCESSORS).values_list("pk", "area", "is_bureau"))
    below = Q(supervisor__in=[pk for pk, *_ in offices])
    here = Q(supervisor__isnull=True, area__in=[area for _, area, is_bureau in offices if is_bureau])
    units = Organization.objects.filter(below | here, is_employer=True, state=UnitState.ACTIVE)
    return units.filter(is_bureau=False, is_authority=False)


def stuck_units(units: QuerySet[Organization], *, now: datetime, most: int) -> list[Stuck]:
    """Those of these units where something has waited longer than `STUCK_DAYS` for a duty that nobody there holds but
    whose matter it is: the longest waiting first, at most `most`.
    """
    able = Membership.objects.filter(
        organization=OuterRef("waiting_on"), duty=OuterRef("duty"), ended_at__isnull=True, user__is_active=True
    ).exclude(user=OuterRef("declarant"))
    since = now - timedelta(days=settings.STUCK_DAYS)
    keys = units.order_by().values("pk")
    kinds = [_waiting_in_vain(model, able, since).filter(waiting_on__in=keys) for model in routed_models()]
    found: dict[int, tuple[int, datetime]] = {}
    for unit, times, oldest in kinds[0].union(*kinds[1:], all=True) if units.exists() else ():
        before, first = found.get(unit, (0, oldest))
        found[unit] = (before + times, min(first, oldest))
    shown = sorted(found, key=lambda unit: (found[unit][1], unit))[:most]
    rows = Organization.objects.select_related("area").in_bulk(shown)
    return [Stuck(rows[key], *found[key]) for key in shown]


def _waiting_in_vain(model: type[Routed], able: QuerySet[Membership], since: datetime) -> QuerySet[Any, Any]:
    """Of one kind by unit: how many, and since when the oldest."""
    rows = model._default_manager.filter(~Exists(able), waiting_on__isnull=False, waiting_since__lt=since).order_by()
    return rows.values_list("waiting_on").annotate(times=Count("pk"), oldest=Min("waiting_since"))


def without_administrator(units: QuerySet[Organization]) -> QuerySet[Organization]:
    """Those of these units that nobody manages."""
    managed = Membership.objects.filter(
        organization=OuterRef("pk"), duty=Duty.MANAGE_UNIT, ended_at__isnull=True, user__is_active=True
    )
    # The keys first: beside an order and a limit the database would go through all units for the first few.
    keys = list(units.order_by().values_list("pk", flat=True))
    return Organization.objects.filter(~Exists(managed), pk__in=keys).select_related("area").order_by("id")
