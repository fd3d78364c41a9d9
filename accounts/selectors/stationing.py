"""Which units answer to which bureau, and the requests to change that: what each side may see."""

from django.db.models import Q, QuerySet

from accounts.enums import UnitState
from accounts.models import Organization, Stationing, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import units_for
from accounts.selectors.requests import requests_seen_by

SIDES = duties_for(Act.SEE_STATIONINGS)


def stationings_seen_by(user: User) -> QuerySet[Stationing]:
    """Those of the units and bureaus `user` acts for, on either side, the newest first."""
    seen = requests_seen_by(user, Stationing.objects.all(), duties=SIDES).values("pk")
    of_bureau = Q(bureau__in=units_for(user, Act.PROPOSE_STATIONING))
    rows = Stationing.objects.filter(Q(pk__in=seen) | of_bureau)
    return rows.select_related("organization", "bureau", "waiting_on", "document", "asked_by").order_by("-id")


def units_managed_by(user: User) -> QuerySet[Organization]:
    """The employers for which `user` may ask."""
    return units_for(user, Act.ASK_STATIONING).order_by("id")


def bureaus_represented_by(user: User) -> QuerySet[Organization]:
    """The bureaus in whose name `user` may propose it."""
    return units_for(user, Act.PROPOSE_STATIONING).order_by("id")


def bureaus_to_ask(units: QuerySet[Organization]) -> QuerySet[Organization]:
    """Where title review is held: in the province and its cities; and the bureaus of the places of `units`, to which
    they can go back.
    """
    places = Q(area__parent__isnull=True) | Q(area__parent__parent__isnull=True) | Q(area__in=units.values("area"))
    bureaus = Organization.objects.filter(places, is_bureau=True, state=UnitState.ACTIVE)
    return bureaus.select_related("area").order_by("area_id")
