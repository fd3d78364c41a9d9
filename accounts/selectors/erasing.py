"""Whose term is over, and for whom it was asked that nothing names them any more."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Erasure, Membership, Organization, PersonRegistration, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for


def erasing_bureaus(user: User) -> QuerySet[Organization]:
    """Those in whose name `user` asks for erasures and confirms them."""
    return units_for(user, Act.ERASE_PEOPLE).select_related("area")


def people_over_term(*, now: datetime) -> QuerySet[Professional]:
    """Who left before the term, or asked so long ago and was never approved; who acts for others is kept."""
    until = now - timedelta(days=365 * settings.RETENTION_YEARS)
    asked_since = PersonRegistration.objects.filter(
        Q(applied_at__gte=until) | Q(waiting_on__isnull=False), professional=OuterRef("pk")
    )
    acts = Membership.objects.filter(user=OuterRef("user"), ended_at__isnull=True)
    never = Q(approved_at__isnull=True, user__joined_at__lt=until) & ~Exists(asked_since)
    rows = Professional.objects.filter(Q(left_at__lt=until) | never, ~Exists(acts), user__erased_at__isnull=True)
    return rows.select_related("user").order_by("pk")


def people_to_put_forward(user: User, *, now: datetime) -> QuerySet[Professional]:
    """Of the places of `user`'s bureaus: whose term is over and for whom nobody has asked yet."""
    rows = people_over_term(now=now).filter(_of_places(user, "area"), erasure__isnull=True)
    return rows.exclude(user=user).select_related("area")


def erasures_to_confirm(user: User) -> QuerySet[Erasure]:
    """Put forward by one of these bureaus' officers and not confirmed yet; whose own `user` asked for, too."""
    rows = Erasure.objects.filter(_of_places(user, "professional__area"), confirmed_at__isnull=True)
    shown = rows.select_related("professional__area", "professional__user", "asked_by")
    return shown.exclude(professional__user=user).order_by("pk")


def _of_places(user: User, prefix: str) -> Q:
    places = Q(pk__in=[])
    for bureau in erasing_bureaus(user):
        places |= Q(**below(bureau.area, prefix))
    return places
