"""Courses as bureaus keep them, and as batches ask for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.models import Organization, User
from accounts.selectors.duties import below
from bases.models import Course, Textbook
from bases.selectors.desks import listing_bureaus
from bases.selectors.listed import by_a_platform_that_left


def courses_kept_by(user: User) -> QuerySet[Course]:
    """Those filed for the bureaus' places, nobody else's."""
    reach = [Q(**below(bureau.area)) for bureau in listing_bureaus(user)]
    return Course.objects.filter(reduce(or_, reach, Q(pk__in=[]))).select_related("organization", "area")


def platforms() -> QuerySet[Organization]:
    return Organization.objects.filter(is_platform=True).order_by("name_key")


@dataclass(frozen=True)
class Wanted:
    """Which courses or textbooks somebody looks for; empty is everything."""

    year: int
    subject: str = ""
    words: str = ""
    only_selected: bool = False
    only_shared: bool = False


def public_courses(wanted: Wanted, *, on: date) -> QuerySet[Course]:
    """What is good on a day, in its newest version; of a year gone by, on its last day. By title, which nobody buys."""
    day = min(max(on, date(wanted.year, 1, 1)), date(wanted.year, 12, 31))
    rows = good_on(Course.objects.filter(~by_a_platform_that_left(day), year=wanted.year), day)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.only_selected:
        rows = rows.filter(is_selected=True)
    if wanted.only_shared:
        rows = rows.filter(Q(is_shared=True) | Q(is_model=True))
    if wanted.words:
        rows = rows.filter(Q(title__icontains=wanted.words) | Q(code__icontains=wanted.words))
    return rows.select_related("organization", "area")


def good_on(rows: QuerySet[Course], day: date) -> QuerySet[Course]:
    """Neither replaced nor ended nor out of date on a day."""
    begun = Q(from_on__isnull=True) | Q(from_on__lte=day)
    lasts = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
    return rows.filter(begun, lasts, Q(ended_on__isnull=True) | Q(ended_on__gte=day))


def public_textbooks(wanted: Wanted, *, on: date) -> QuerySet[Textbook]:
    rows = Textbook.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on)).select_related("area")
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    if wanted.only_selected:
        rows = rows.filter(is_selected=True)
    return rows.filter(Q(title__icontains=wanted.words) | Q(author__icontains=wanted.words)) if wanted.words else rows


def shown_courses() -> QuerySet[Course]:
    """Those anybody may read, replaced ones too."""
    return Course.objects.select_related("organization", "area")


def versions_of(row: Course) -> QuerySet[Course]:
    """The newest first."""
    same = {"course_key": row.course_key, "year": row.year, "area": row.area_id, "subject": row.subject}
    return Course.objects.filter(**same).order_by("-version")


def textbooks_kept_by(user: User) -> QuerySet[Textbook]:
    reach = [Q(**below(bureau.area)) for bureau in listing_bureaus(user)]
    return Textbook.objects.filter(reduce(or_, reach, Q(pk__in=[]))).select_related("area")


def courses_named(keys: Collection[str]) -> QuerySet[Course]:
    """Every line of these courses."""
    return Course.objects.filter(course_key__in=keys)
