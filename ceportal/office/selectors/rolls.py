"""Lists of the commended and sanctioned: whose to keep, and what everybody sees."""

from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.office.models import Roll, RollName, UnitEvaluation


def offices_with_rolls(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.KEEP_ROLLS).select_related("area").order_by("area__path", "pk")


def rolls_of(user: User) -> QuerySet[Roll]:
    """Drafts, published and withdrawn ones of the reader's offices."""
    rows = Roll.objects.filter(office__in=offices_with_rolls(user).order_by().values("pk"))
    return rows.select_related("office__area", "made_by", "published_by").annotate(named=Count("names"))


def names_on(roll: Roll) -> QuerySet[RollName]:
    return roll.names.select_related("person__user", "unit", "person__area")


def shown(kind: str, *, today: date) -> QuerySet[Roll]:
    """What everybody sees: published, not withdrawn, and not over."""
    rows = Roll.objects.filter(kind=kind, published_at__isnull=False, withdrawn_at__isnull=True)
    rows = rows.filter(Q(shown_until__isnull=True) | Q(shown_until__gte=today))
    names = RollName.objects.select_related("person", "unit")
    return rows.select_related("office").prefetch_related(Prefetch("names", names))


def evaluated_well(office: Organization, year: int) -> QuerySet[UnitEvaluation]:
    """Units found good in every part of a year: whom a commendation might name."""
    grades = dict.fromkeys(("plan", "work", "content", "effect"), "good")
    rows = UnitEvaluation.objects.filter(by_organization=office, year=year, **grades)
    return rows.select_related("organization").order_by("-id")
