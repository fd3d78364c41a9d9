"""Reference data of people and units, from `accounts/reference/*.yaml`: loaded again at will, ids are kept (house 4).

What a bureau has since put right by hand (contact, state) is never touched; names and places follow the files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.enums import AreaKind, Level, UnitNature
from accounts.models import Area, Organization, TitleSeries
from accounts.rules.naming import authority_name, bureau_name
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.selectors.data_files import read_yaml

FOLDER = Path(__file__).resolve().parent.parent / "reference"
Spec = dict[str, Any]


@dataclass
class Place:
    """A place of the file with what the loaders need of it."""

    code: str
    name: str
    kind: AreaKind
    above: "Place | None" = None
    spec: Spec = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"{self.above.path if self.above else ''}{self.code}/"

    @property
    def level(self) -> Level:
        levels = {AreaKind.PROVINCE: Level.PROVINCE, AreaKind.CITY: Level.CITY}
        return levels.get(self.kind, Level.COUNTY)


@transaction.atomic
def load_places_and_units() -> dict[str, int]:
    """Areas, title series, bureaus and authorities. Gives how many of each there are now."""
    places = list(_places())
    _load_areas(places)
    series = _load_title_series()
    bureaus = _load_bureaus(places)
    authorities = _load_authorities(places)
    _load_trades()
    return {"areas": len(places), "title_series": series, "bureaus": bureaus, "authorities": authorities}


def read(name: str) -> Any:
    return read_yaml(FOLDER / f"{name}.yaml")


def _places() -> Iterator[Place]:
    spec = read("areas")
    province = Place(spec["province"]["code"], spec["province"]["name"], AreaKind.PROVINCE, None, spec["province"])
    yield province
    for of_city in spec["cities"]:
        city = Place(of_city["code"], of_city["name"], AreaKind.CITY, province, of_city)
        yield city
        for below in of_city["counties"]:
            kind = AreaKind.ZONE if below.get("zone") else AreaKind.COUNTY
            yield Place(below["code"], below["name"], kind, city, below)


def _load_areas(places: list[Place]) -> None:
    rows = [
        Area(code=p.code, name=p.name, kind=p.kind, parent_id=p.above.code if p.above else None, path=p.path)
        for p in places
    ]
    Area.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "kind", "parent", "path"]
    )


def _load_title_series() -> int:
    rows = [
        TitleSeries(code=spec["code"], name=spec["name"], is_verified=spec["verified"])
        for spec in read("titles")["title_series"]
    ]
    TitleSeries.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "is_verified"]
    )
    return len(rows)


def _load_bureaus(places: list[Place]) -> int:
    """One bureau a place: found again by its place, so that a bureau may change its name."""
    held = {
        unit.area_id: unit for unit in Organization.objects.filter(is_bureau=True, area__in=[p.code for p in places])
    }
    for level in (AreaKind.PROVINCE, AreaKind.CITY, AreaKind.COUNTY, AreaKind.ZONE):
        fresh = []
        for place in (p for p in places if p.kind == level):
            unit = held.get(place.code) or _government(place)
            unit.is_bureau = True
            unit.supervisor = held[place.above.code] if place.above else None
            _name(unit, place.spec.get("bureau") or _bureau_name(place))
            fresh.append(unit)
        held |= {unit.area_id: unit for unit in _save(fresh)}
    return len(held)


def _bureau_name(place: Place) -> str:
    return bureau_name(place.name, place.kind, place.above.name if place.above else "")


def _load_authorities(places: list[Place]) -> int:
    """Found again by place and name. The supervisor is the authority of the same trade one level up."""
    found = Organization.objects.filter(is_authority=True).only("id", "area_id", "name_key")
    held = {(unit.area_id, unit.name_key): unit for unit in found}
    by_trade: dict[tuple[str, str], Organization] = {}
    for level in (Level.PROVINCE, Level.CITY, Level.COUNTY):
        fresh: dict[tuple[str, str], Organization] = {}
        for spec, place in _seats(places, level):
            name = _authority_name(spec, place)
            unit = held.get((place.code, comparable(name))) or _government(place)
            unit.is_authority = True
            unit.supervisor = by_trade.get((spec["trade"], place.above.code)) if place.above else None
            _name(unit, name)
            fresh[spec["trade"], place.code] = unit
        _save(list(fresh.values()))
        by_trade |= fresh
    return len(by_trade)


def _seats(places: list[Place], level: Level) -> Iterator[tuple[Spec, Place]]:
    """Each trade at each place of `level` that has an authority for it. Functional zones have none of their own."""
    for spec in read("authorities")["authorities"]:
        if level.value in spec:
            for place in places:
                if place.level == level and place.kind != AreaKind.ZONE:
                    yield spec, place


def _authority_name(spec: Spec, place: Place) -> str:
    if place.level == Level.PROVINCE:
        return str(spec["province"])
    return authority_name(spec[place.level.value], place.name, place.kind, place.above.name if place.above else "")


def _load_trades() -> None:
    """Which series each authority is in charge of; for a few series the bureaus of province and cities are."""
    spec = read("authorities")
    bureaus = Organization.objects.filter(is_bureau=True, level__in=[Level.PROVINCE, Level.CITY])
    pairs = [(unit.pk, code) for unit in bureaus for code in spec["bureau_trades"]]
    by_key = {(u.area_id, u.name_key): u.pk for u in Organization.objects.filter(is_authority=True)}
    places = list(_places())
    for level in (Level.PROVINCE, Level.CITY, Level.COUNTY):
        for of_trade, place in _seats(places, level):
            unit = by_key[place.code, comparable(_authority_name(of_trade, place))]
            pairs += [(unit, code) for code in of_trade["trades"]]
    through = Organization.trades.through
    links = [through(organization_id=unit, titleseries_id=code) for unit, code in pairs]
    through.objects.bulk_create(links, ignore_conflicts=True)


def _government(place: Place) -> Organization:
    return Organization(area_id=place.code, nature=UnitNature.GOVERNMENT, level=place.level)


def _name(unit: Organization, name: str) -> None:
    unit.name, unit.name_key = name, comparable(name)


def _save(units: list[Organization]) -> list[Organization]:
    """New rows in one statement, known ones in another. Gives them all, with their ids."""
    new = [unit for unit in units if unit.pk is None]
    known = [unit for unit in units if unit.pk is not None]
    Organization.objects.bulk_create(new)
    fields = ["name", "name_key", "supervisor", "is_bureau", "is_authority"]
    Organization.objects.bulk_update(known, fields, batch_size=200)
    return units
