"""For whom bureaus and authorities act: their own place or trade, and what lies below it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Area, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for


@dataclass(frozen=True)
class Reach:
    """For whom one acts from above: the places of one's bureaus, and one's authorities with the units below them."""

    places: tuple[Area, ...]
    authorities: tuple[int, ...]

    def of_places(self, prefix: str) -> Q:
        """In one of the places or below it; nothing when there is none."""
        found = Q(pk__in=[])
        for place in self.places:
            found |= Q(**below(place, prefix))
        return found

    def of_units(self, prefix: str) -> Q:
        """One of the authorities, or a unit that stands under it. The database finds these units first, then their
        rows by index: a few among millions.
        """
        if not self.authorities:
            return Q(pk__in=[])
        return Q(**{f"{prefix}__in": self._units().values("pk")})

    @property
    def units_alone(self) -> QuerySet[Organization] | None:
        """The units of `of_units`, where there is no place."""
        return None if self.places or not self.authorities else self._units()

    def _units(self) -> QuerySet[Organization]:
        return Organization.objects.filter(Q(pk__in=self.authorities) | Q(supervisor__in=self.authorities))


def reach_of(user: User, act: Act) -> Reach:
    """Where `user` may do `act` now, at bureaus and at authorities."""
    units = list(units_for(user, act).select_related("area"))
    places = tuple(unit.area for unit in units if unit.is_bureau)
    return Reach(places, tuple(unit.pk for unit in units if unit.is_authority and not unit.is_bureau))
