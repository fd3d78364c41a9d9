"""Whose exports one sees: one's own, and those of colleagues that wait for a second person."""

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.office.enums import ExportState
from ceportal.office.models import Export


def exports_of(user: User) -> QuerySet[Export]:
    """Those `user` asked for, and those of others at their units on which they may decide."""
    units = units_for(user, Act.EXPORT_PEOPLE)
    theirs = Q(unit__in=units.values("pk")) & (Q(state=ExportState.ASKED) | Q(decided_by=user))
    rows = Export.objects.filter(Q(asked_by=user) | theirs)
    return rows.select_related("asked_by", "unit", "decided_by", "job")


def unit_to_export_for(user: User) -> Organization | None:
    """In whose name `user` exports: the office that oversees, else the unit they manage people of."""
    units = units_for(user, Act.EXPORT_PEOPLE)
    return units.order_by("-is_bureau", "-is_authority", "pk").first()
