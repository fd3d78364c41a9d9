"""Who stands in the list of a year for a place, by name (A27)."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from bases.enums import RecognitionKind
from bases.models import Absence, Recognition
from bases.selectors.recognised import BASES


def listed_for(places: Collection[str], year: int, *, on: date) -> QuerySet[Recognition]:
    """The recognitions that cover `places` (a place and those above it), neither ended by a day nor absent on it."""
    rows = Recognition.objects.filter(year=year, area__in=places)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
    absent = Absence.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=on), organization=OuterRef("organization"),
        list_kind=OuterRef("kind"), area=OuterRef("area"), site_name=OuterRef("site_name"), from_on__lte=on,
    )  # fmt: skip
    rows = rows.exclude(Exists(absent))
    return rows.select_related("organization").order_by("kind", "sequence", "id")


def by_a_base_that_stands() -> Exists:
    """Of classes: whether their base stands by one of its lists on the day they end (A27)."""
    day = OuterRef(OuterRef("ended_on"))
    absent = Absence.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=day), organization=OuterRef("organization"),
        list_kind=OuterRef("kind"), area=OuterRef("area"), site_name=OuterRef("site_name"), from_on__lte=day,
    )  # fmt: skip
    rows = Recognition.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("ended_on")), organization=OuterRef("organization"),
        year=OuterRef("year"), kind__in=BASES,
    )  # fmt: skip
    return Exists(rows.filter(~Exists(absent)))


def by_a_platform_that_left(day: date) -> Q:
    """Of courses: their platform was on the lists of the course's year and stands by none of them on a day (S2-06)."""
    lines = Recognition.objects.filter(
        organization=OuterRef("organization"), year=OuterRef("year"), kind=RecognitionKind.PLATFORM
    )
    absent = Absence.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=day), organization=OuterRef("organization"),
        list_kind=OuterRef("kind"), area=OuterRef("area"), site_name=OuterRef("site_name"), from_on__lte=day,
    )  # fmt: skip
    standing = lines.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day)).filter(~Exists(absent))
    return Exists(lines) & ~Exists(standing)
