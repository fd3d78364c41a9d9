"""The figures a bureau or an authority may see: of its place or trade and what lies below, narrowed as asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.enums import TitleLevel, UnitNature
from accounts.models import Area, Organization, TitleSeries, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.reach import Reach
from ceportal.kernel.models import Heartbeat
from ceportal.office.enums import By, Standing
from ceportal.office.models import CountedYear, PartSum, PlaceSum, YearSum
from ceportal.office.rules.counting import MEASURED, OWED, PARTED, STANDINGS, TIMES, Figures, summed

COUNTING = "office.count_years"
YEARS_COMPARED = 5
_BEHIND = (Standing.HALF, Standing.LESS)


@dataclass(frozen=True)
class Asked:
    """Of which year and place, narrowed by the rest; `own` leaves out the places below, empty texts narrow nothing."""

    year: int
    place: Area
    own: bool = False
    trade: str = ""
    nature: str = ""
    level: str = ""
    unit: Organization | None = None

    @property
    def query(self) -> dict[str, str]:
        """As an address says it."""
        said = {"year": str(self.year), "place": self.place.pk, "own": "1" if self.own else "", "trade": self.trade}
        said |= {"nature": self.nature, "level": self.level, "unit": str(self.unit.ref) if self.unit else ""}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Row:
    """One row of the report; `asked` is what narrows to it, nothing where it cannot be narrowed."""

    label: str
    figures: Figures
    asked: Asked | None


@dataclass(frozen=True)
class Scope:
    """The bureaus and authorities for which somebody oversees, the highest first, and whose figures these reach."""

    units: tuple[Organization, ...]

    @property
    def reach(self) -> Reach:
        places = tuple(unit.area for unit in self.units if unit.is_bureau)
        return Reach(places, tuple(unit.pk for unit in self.units if not unit.is_bureau))


def scope_of(user: User) -> Scope:
    """One query, once a page."""
    units = units_for(user, Act.OVERSEE).filter(Q(is_bureau=True) | Q(is_authority=True)).select_related("area")
    return Scope(tuple(units.order_by("area__path", "pk")))


def place_seen_by(scope: Scope, code: str) -> Area | None:
    """The place asked for, or without any the highest of the user's; None where it is not theirs."""
    own = [unit.area for unit in scope.units]
    if not code:
        return own[0] if own else None
    place = Area.objects.filter(pk=code).first()
    return place if place and any(place.path.startswith(area.path) for area in own) else None


def places_above(scope: Scope, place: Area) -> list[Area]:
    """Those of the user's places that stand over `place`, the highest first."""
    own = [unit.area.path for unit in scope.units]
    above = Area.objects.filter(pk__in=place.codes[:-1]).order_by("path")
    return [area for area in above if any(area.path.startswith(path) for path in own)]


def unit_seen_by(scope: Scope, ref: str) -> Organization | None:
    """The unit asked for, if it stands in the user's place or under their authority."""
    try:
        rows = Organization.objects.filter(ref=UUID(ref))
    except ValueError:
        return None
    reach = scope.reach
    return rows.filter(
        reach.of_places("area") | Q(pk__in=reach.authorities) | Q(supervisor__in=reach.authorities)
    ).first()


def sums_seen_by(scope: Scope, asked: Asked) -> QuerySet[YearSum]:
    rows = YearSum.objects.filter(_seen(scope.reach, ""), _narrowed(asked, "")).order_by()
    return rows.filter(year=asked.year)


def places_seen_by(scope: Scope, asked: Asked, *, every_year: bool = False) -> QuerySet[Any]:
    """The sums by place and year alone, or of one trade, nature or level: few of them, however many people, as long as
    nothing narrows further.
    """
    narrowed = [name for name in PARTED if getattr(asked, name)]
    place = Q(_seen(scope.reach, ""), _at(asked, ""))
    rows: QuerySet[Any]
    if not narrowed:
        rows = PlaceSum.objects.filter(place)
    elif len(narrowed) == 1:
        rows = PartSum.objects.filter(place, by=narrowed[0], value=getattr(asked, narrowed[0]))
    else:
        rows = YearSum.objects.filter(place, _narrowed(asked, ""))
    return rows.order_by() if every_year else rows.order_by().filter(year=asked.year)


def parts_seen_by(scope: Scope, asked: Asked, by: str) -> QuerySet[PartSum]:
    """The sums by one of `PARTED`; as few, where nothing else narrows."""
    rows = PartSum.objects.filter(_seen(scope.reach, ""), _at(asked, ""), year=asked.year, by=by)
    return rows.order_by()


def counted_seen_by(scope: Scope, asked: Asked, standing: str = "", measure: str = "") -> QuerySet[CountedYear]:
    """The people behind the figures. `standing` may be `obliged`: all who owe the year, or `behind`: those of them who
    have not met it. `measure`, one of `ADDED`: those of whom there is any of it.
    """
    rows = CountedYear.objects.filter(year=asked.year)
    if asked.place.is_lowest or asked.own:
        # Of one place there are few sums, and each knows its people; the whole year is not read to find them.
        rows = rows.filter(year_sum__in=list(sums_seen_by(scope, asked).values_list("pk", flat=True)))
    else:
        rows = rows.filter(_seen(scope.reach, "year_sum__"), _narrowed(asked, "year_sum__"))
    if asked.unit:
        rows = rows.filter(organization=asked.unit)
    if standing == "obliged":
        rows = rows.filter(standing__in=OWED)
    elif standing == "behind":
        rows = rows.filter(standing__in=_BEHIND)
    elif standing:
        rows = rows.filter(standing=standing)
    if measure:
        any_of = [Q(**{f"{name}__gt": 0}) for name in (TIMES if measure == "times" else (measure,))]
        rows = rows.filter(reduce(or_, any_of))
    return rows.select_related("professional", "organization", "year_sum", "year_sum__area")


def total_of(scope: Scope, asked: Asked) -> Figures:
    rows: QuerySet[Any] = counted_seen_by(scope, asked) if asked.unit else places_seen_by(scope, asked)
    return summed(figures for _, figures in _grouped(rows, "year", of_people=asked.unit is not None))


def rows_by(scope: Scope, asked: Asked, by: str) -> list[Row]:
    """The report's rows, in the order of places, series, natures or levels; units by name."""
    if by == By.AREA:
        return _by_area(scope, asked)
    if by == By.UNIT:
        return _by_unit(scope, asked)
    names: dict[str, str] = {
        By.TRADE: dict(TitleSeries.objects.values_list("code", "name")),
        By.NATURE: dict(UnitNature.choices),
        By.LEVEL: dict(TitleLevel.choices),
    }[By(by)]
    found = dict(_parted(scope, asked, by))
    order = sorted(found, key=lambda value: (value == "", list(names).index(value) if value in names else 0))
    empty = {By.TRADE: "无职称系列", By.NATURE: "没有单位", By.LEVEL: "未登记级别"}[By(by)]
    narrowed: dict[str, Any] = {value: {by: value} for value in order}
    return [
        Row(names.get(value, empty), found[value], replace(asked, **narrowed[value]) if value else None)
        for value in order
    ]


def units_counted(scope: Scope, asked: Asked) -> QuerySet[Organization]:
    """The units with anybody counted, for who reads them page by page."""
    counted = counted_seen_by(scope, asked).filter(organization__isnull=False)
    keys = counted.order_by().values_list("organization", flat=True).distinct()
    return Organization.objects.filter(pk__in=list(keys))


def rows_of_units(scope: Scope, asked: Asked, units: Sequence[Organization]) -> list[Row]:
    """The rows of these units, in their order."""
    # Few units, found by their own index; beside it the list of sums would be read in vain.
    seen = Q(_seen(scope.reach, "year_sum__"), _narrowed(asked, "year_sum__"))
    counted = CountedYear.objects.filter(seen, year=asked.year, organization__in=units)
    found = dict(_grouped(counted, "organization", of_people=True))
    return [Row(unit.name, found[unit.pk], replace(asked, unit=unit)) for unit in units if unit.pk in found]


def rows_without_unit(scope: Scope, asked: Asked) -> list[Row]:
    """One row, or none."""
    counted = counted_seen_by(scope, asked).filter(organization=None)
    return [Row("没有单位", figures, None) for _, figures in _grouped(counted, "organization", of_people=True)]


def rows_most_behind(scope: Scope, asked: Asked, count: int) -> list[Row]:
    """The units with the most people who owe hours, the most first."""
    counted = counted_seen_by(scope, asked).filter(organization__isnull=False).order_by().values("organization")
    behind = Count("pk", filter=Q(standing__in=_BEHIND))
    most = counted.annotate(people=behind).order_by("-people", "organization")
    keys = [row["organization"] for row in most[:count]]
    units = Organization.objects.in_bulk(keys)
    return rows_of_units(scope, asked, [units[key] for key in keys])


def rows_by_nature(scope: Scope, asked: Asked) -> list[tuple[str, str, Figures]]:
    """Each place below by each nature of unit (facts b9: rows area × nature)."""
    natures = dict(UnitNature.choices)
    rows = []
    for nature in (*natures, ""):
        narrowed: QuerySet[Any] = parts_seen_by(scope, asked, "nature").filter(value=nature)
        if asked.trade or asked.nature or asked.level:
            narrowed = sums_seen_by(scope, asked).filter(nature=nature)
        rows += [(row.label, natures.get(nature, "没有单位"), row.figures) for row in _by_area(scope, asked, narrowed)]
    return sorted(rows, key=lambda row: row[0])


def years_of(scope: Scope, asked: Asked) -> list[Row]:
    """The same figures of each year there is, the latest first."""
    of_people = asked.unit is not None
    if of_people:
        rows: Any = CountedYear.objects.filter(_seen(scope.reach, "year_sum__"), organization=asked.unit)
    else:
        rows = places_seen_by(scope, asked, every_year=True)
    found = dict(_grouped(rows, "year", of_people=of_people))
    years = sorted(found, reverse=True)[:YEARS_COMPARED]
    return [Row(f"{year} 年度", found[year], replace(asked, year=year)) for year in years]


def has_places_below(place: Area) -> bool:
    return Area.objects.filter(parent=place).exists()


def counted_at() -> datetime | None:
    """When the clock last looked at the figures."""
    return Heartbeat.objects.filter(name=COUNTING).values_list("at", flat=True).first()


def _seen(reach: Reach, prefix: str) -> Q:
    return reach.of_places(f"{prefix}area") | Q(**{f"{prefix}authority__in": reach.authorities})


def _parted(scope: Scope, asked: Asked, by: str) -> Iterable[tuple[str, Figures]]:
    """Figures by trade, nature or level."""
    if any(getattr(asked, name) for name in PARTED if name != by):
        return _grouped(sums_seen_by(scope, asked), by)
    rows = parts_seen_by(scope, asked, by)
    return _grouped(rows.filter(value=getattr(asked, by)) if getattr(asked, by) else rows, "value")


def _at(asked: Asked, prefix: str) -> Q:
    return Q(**({f"{prefix}area": asked.place} if asked.own else {f"{prefix}area__path__startswith": asked.place.path}))


def _narrowed(asked: Asked, prefix: str) -> Q:
    found = _at(asked, prefix)
    for name in PARTED:
        if value := getattr(asked, name):
            found &= Q(**{f"{prefix}{name}": value})
    return found


def _by_area(scope: Scope, asked: Asked, rows: QuerySet[Any] | None = None) -> list[Row]:
    """The places next below, and what stands at the place itself."""
    found = dict(_grouped(places_seen_by(scope, asked) if rows is None else rows, "area"))
    areas, own = Area.objects.in_bulk(found), asked.place
    depth = len(own.codes)
    by_place: dict[str, list[Figures]] = {}
    for code, figures in found.items():
        codes = areas[code].codes
        by_place.setdefault(codes[depth] if len(codes) > depth else own.pk, []).append(figures)
    places = Area.objects.in_bulk(by_place)
    return [
        Row(
            f"{own.name}本级" if code == own.pk else places[code].name,
            summed(by_place[code]),
            replace(asked, place=places[code], own=code == own.pk),
        )
        for code in sorted(by_place)
    ]


def _by_unit(scope: Scope, asked: Asked) -> list[Row]:
    found = dict(_grouped(counted_seen_by(scope, asked), "organization", of_people=True))
    units = Organization.objects.in_bulk([key for key in found if key])
    rows = [Row(unit.name, found[key], replace(asked, unit=unit)) for key, unit in units.items()]
    rows.sort(key=lambda row: row.label)
    return [*rows, *(Row("没有单位", found[key], None) for key in found if key is None)]


def _grouped(rows: QuerySet[Any], by: str, *, of_people: bool = False) -> Iterable[tuple[Any, Figures]]:
    """Figures by a column, of the sums or of people's own rows."""
    people: dict[str, Any] = {
        f"of_{name}": Count("pk", filter=Q(standing=name)) if of_people else Sum(name) for name in STANDINGS
    }
    sums = {f"of_{name}": Sum(name) for name in MEASURED}
    for row in rows.order_by().values(by).annotate(**people, **sums):
        yield (
            row[by],
            Figures(
                {name: int(row[f"of_{name}"]) for name in STANDINGS},
                {name: Decimal(row[f"of_{name}"]) for name in MEASURED},
            ),
        )


def standing_words(standing: str) -> str:
    return {"obliged": "应学", "behind": "未达标", **dict(Standing.choices)}.get(standing, "全部")
