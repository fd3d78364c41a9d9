"""The lists as bureaus keep them."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.models import Area, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import below, units_for
from bases.models import Recognition


def listing_bureaus(user: User) -> QuerySet[Organization]:
    """Those in whose name `user` keeps the lists of recognised institutions."""
    return units_for(user, Act.KEEP_LISTS).select_related("area")


def recognitions_kept_by(user: User) -> QuerySet[Recognition]:
    """The lines of the bureaus' places, nobody else's."""
    reach = [Q(**below(bureau.area)) for bureau in listing_bureaus(user)]
    rows = Recognition.objects.filter(reduce(or_, reach, Q(pk__in=[])))
    return rows.select_related("organization", "area")


def places_kept_by(user: User) -> QuerySet[Area]:
    reach = [Q(path__startswith=bureau.area.path) for bureau in listing_bureaus(user)]
    return Area.objects.filter(reduce(or_, reach, Q(pk__in=[]))).order_by("path")


def institutions() -> QuerySet[Organization]:
    return Organization.objects.filter(Q(is_platform=True) | Q(is_base=True)).order_by("name_key")
