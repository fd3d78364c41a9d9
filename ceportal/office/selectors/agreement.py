"""Whether the figures of bureau, authorities and employers agree: the same people and hours added up in four ways.

To add up is to read every person's year: of a large place the clock does it (`office.services.agreeing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Area
from ceportal.office.models import Agreement, CountedYear, PlaceSum, YearSum
from credits.models import YearAccount

HEADINGS = ("人数", "已达标", "公需学时", "专业学时")
# People of a year: so many are added up while the page waits.
LIVE_AT_MOST = 5000
_SUMS = {"public_hours": Sum("public"), "hours_of_trade": Sum("professional_hours")}


@dataclass(frozen=True)
class Way:
    """One way of adding up: from what, of how many parts, and what comes out (None: this way does not tell)."""

    label: str
    parts: int
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Agreed:
    """The ways and when they were added up; no ways as long as the clock has not come to it."""

    at: datetime | None
    ways: list[Way]


def agreement_of(place: Area, year: int, *, now: datetime) -> Agreed:
    """Added up now, or for a large place when the clock last did."""
    if people_of_a_year(place, year) <= LIVE_AT_MOST:
        return Agreed(now, ways_of(place, year))
    kept = Agreement.objects.filter(place=place, year=year).first()
    if kept is None:
        return Agreed(None, [])
    return Agreed(kept.at, [Way(label, parts, tuple(map(_told, values))) for label, parts, values in kept.ways])


def people_of_a_year(place: Area, year: int) -> int:
    """By the sums."""
    rows = PlaceSum.objects.filter(area__path__startswith=place.path, year=year)
    found = rows.aggregate(people=Sum("met") + Sum("half") + Sum("less") + Sum("excused"))
    return found["people"] or 0


def to_keep(way: Way) -> list[Any]:
    """A way as `Agreement.ways` holds it."""
    return [way.label, way.parts, [None if value is None else str(value) for value in way.values]]


def ways_of(place: Area, year: int) -> list[Way]:
    """As the bureau, the authorities and the employers count, and from the accounts of the ledger themselves."""
    below = {"area__path__startswith": place.path, "year": year}
    people = CountedYear.objects.filter(year_sum__area__path__startswith=place.path, year=year)
    accounts = YearAccount.objects.filter(professional__merged_into__isnull=True, **below)
    ledger = accounts.aggregate(met=Count("pk", filter=Q(is_met=True)), **_SUMS)
    return [
        _of_sums("人社部门：各地区相加", PlaceSum.objects.filter(**below), "area"),
        _of_sums("行业主管部门：各部门相加（含没有主管部门的）", YearSum.objects.filter(**below), "authority"),
        _of_people("用人单位：各单位相加（含没有单位的）", people),
        Way("学时账户：直接统计", 1, (None, *(_number(ledger[name]) for name in ("met", *_SUMS)))),
    ]


def differing(ways: Sequence[Way]) -> list[str]:
    """The headings under which not all ways come to the same."""
    if not ways:
        return []
    columns = zip(HEADINGS, zip(*(way.values for way in ways), strict=True), strict=True)
    return [heading for heading, values in columns if len({value for value in values if value is not None}) > 1]


def _of_sums(label: str, rows: QuerySet[Any], by: str) -> Way:
    counted = Sum("met") + Sum("half") + Sum("less") + Sum("excused")
    return _way(label, list(rows.order_by().values(by).annotate(people=counted, n_met=Sum("met"), **_SUMS)))


def _of_people(label: str, rows: QuerySet[CountedYear]) -> Way:
    met = Count("pk", filter=Q(standing="met"))
    return _way(label, list(rows.order_by().values("organization").annotate(people=Count("pk"), n_met=met, **_SUMS)))


def _way(label: str, parts: Sequence[Any]) -> Way:
    values = tuple(sum((_number(part[name]) for part in parts), Decimal(0)) for name in ("people", "n_met", *_SUMS))
    return Way(label, len(parts), values)


def _told(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _number(value: Any) -> Decimal:
    return Decimal(value or 0)
