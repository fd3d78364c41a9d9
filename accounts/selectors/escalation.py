"""Who hears of it when a unit lets a review run over its limit."""

from django.db.models import QuerySet

from accounts.enums import Duty, UnitState
from accounts.models import Organization, User
from accounts.selectors.duties import bureau_for, holders_of


def above(unit: Organization) -> Organization | None:
    """Who answers for `unit`: its supervisor, else the bureau of its place, and for a bureau the next one up."""
    if unit.supervisor and unit.supervisor.state == UnitState.ACTIVE:
        return unit.supervisor
    bureau = bureau_for(unit)
    return bureau if bureau is None or bureau.pk != unit.pk else None


def beyond(unit: Organization) -> Organization | None:
    """Who hears of it when nothing has happened since: the bureau, where another office was told first, else the one
    above it.
    """
    first = above(unit)
    if first is None:
        return None
    bureau = bureau_for(unit)
    return bureau if bureau and bureau.pk not in {first.pk, unit.pk} else above(first)


def overseers_of(office: Organization) -> QuerySet[User]:
    """Those at `office` who oversee, and those who review there: they can see to it."""
    return (holders_of(office, Duty.OVERSEE) | holders_of(office, Duty.REVIEW_HOURS)).distinct()


def told_of_delay(unit: Organization) -> QuerySet[User]:
    """Those of the office above `unit` who can see to it."""
    higher = above(unit)
    return overseers_of(higher) if higher else User.objects.none()
