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


def told_of_delay(unit: Organization) -> QuerySet[User]:
    """Those above `unit` who oversee, and those who review there: they can see to it."""
    higher = above(unit)
    if higher is None:
        return User.objects.none()
    return (holders_of(higher, Duty.OVERSEE) | holders_of(higher, Duty.REVIEW_HOURS)).distinct()
