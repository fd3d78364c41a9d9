"""Which units answer to which bureau, and the requests to change that: what each side may see."""

from django.db.models import Q, QuerySet

from accounts.enums import UnitState
from accounts.models import Organization, Stationing, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import units_for
from accounts.selectors.requests import requests_seen_by
from ceportal.kernel.selectors.ways import found_in_a_way

SIDES = duties_for(Act.SEE_STATIONINGS)


def stationings_seen_by(user: User) -> QuerySet[Stationing]:
    """Those of the units and bureaus `user` acts for, on either side, the newest first."""
    rows = Stationing.objects.all()
    of_bureau = rows.filter(bureau__in=units_for(user, Act.PROPOSE_STATIONING).values("pk"))
    seen = found_in_a_way(rows, requests_seen_by(user, rows, duties=SIDES), of_bureau)
    return seen.select_related("organization", "bureau", "waiting_on", "document", "asked_by").order_by("-id")


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
