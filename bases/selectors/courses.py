"""Courses as bureaus keep them, and as batches ask for them."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from accounts.selectors.duties import below
from bases.models import Course
from bases.selectors.desks import listing_bureaus


def courses_kept_by(user: User) -> QuerySet[Course]:
    """Those filed for the bureaus' places, nobody else's."""
    reach = [Q(**below(bureau.area)) for bureau in listing_bureaus(user)]
    return Course.objects.filter(reduce(or_, reach, Q(pk__in=[]))).select_related("organization", "area")


def platforms() -> QuerySet[Organization]:
    return Organization.objects.filter(is_platform=True).order_by("name_key")


def courses_named(keys: Collection[str]) -> QuerySet[Course]:
    """Every line of these courses."""
    return Course.objects.filter(course_key__in=keys)
