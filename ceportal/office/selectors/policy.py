"""The five documents for people to read: their clauses in short, and each number with where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from accounts.models import Area
from ceportal.kernel.rules.citations import place_of
from ceportal.kernel.rules.dated import COUNTRY
from ceportal.kernel.selectors.data_files import read_yaml
from credits.enums import FieldStatus
from credits.models import RuleSet, RuleValue

CLAUSES = Path(__file__).parent.parent / "policy" / "clauses.yaml"
SHOWN = {
    "total": "合计",
    "public": "公需",
    "public_compulsory": "公需必修",
    "professional": "专业",
    "professional_ratio": "专业占比",
    "elective": "选修",
}


@dataclass(frozen=True)
class Clause:
    """`ref` is the id by which rules name it, `place` where it stands in the document, `text` its words in short."""

    ref: str
    place: str
    text: str


@dataclass(frozen=True)
class Document:
    key: str
    name: str
    number: str
    issued: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Source:
    """A clause numbers stand on, and how sure it is."""

    clause: str
    status: str
    is_verified: bool


@dataclass(frozen=True)
class Number:
    label: str
    value: str
    source: Source


@dataclass(frozen=True)
class NumbersOfYear:
    """What one rule set asks, for a place and some years."""

    name: str
    years: str
    place: str
    audience: str
    document: str
    note: str
    area_code: str
    year_from: int
    numbers: tuple[Number, ...]

    @property
    def sources(self) -> list[tuple[Source, str]]:
        """Each source once, with the numbers it carries; no labels where one source carries them all."""
        carried: dict[Source, list[str]] = {}
        for number in self.numbers:
            carried.setdefault(number.source, []).append(number.label)
        return [(source, "、".join(labels) if len(carried) > 1 else "") for source, labels in carried.items()]


@cache
def documents() -> tuple[Document, ...]:
    """From our own file: it changes with a release only."""
    raw = read_yaml(CLAUSES)
    return tuple(
        Document(
            key=entry["key"],
            name=entry["name"],
            number=entry["number"],
            issued=entry["issued"],
            clauses=tuple(Clause(item["ref"], place_of(item["ref"]), item["text"]) for item in entry["clauses"]),
        )
        for entry in raw
    )


def numbers_of_years() -> list[NumbersOfYear]:
    """Every rule set of our places that asks for hours, the latest first: three queries."""
    sets = RuleSet.objects.prefetch_related("values").order_by("-year_from", "area_code", "code")
    named = Area.objects.filter(code__in={row.area_code for row in sets}).values_list("code", "name")
    places = {COUNTRY: "全国", **dict(named)}
    rows = ((row, tuple(_numbers(row.values.all()))) for row in sets if row.area_code in places)
    return [_described(row, numbers, places) for row, numbers in rows if numbers]


def _numbers(values: Iterable[RuleValue]) -> Iterable[Number]:
    found = {value.field: value for value in values}
    for name, label in SHOWN.items():
        if (value := found.get(name)) and value.value:
            is_verified = value.status == FieldStatus.VERIFIED
            yield Number(label, value.value, Source(value.clause, FieldStatus(value.status).label, is_verified))


def _described(row: RuleSet, numbers: tuple[Number, ...], places: dict[str, str]) -> NumbersOfYear:
    if row.year_to == row.year_from:
        years = f"{row.year_from} 年"
    else:
        years = f"{row.year_from}—{row.year_to} 年" if row.year_to else f"{row.year_from} 年起"
    audience = "、".join([*([row.trade] if row.trade else []), *row.levels]) or "全体"
    return NumbersOfYear(
        name=row.name, years=years, place=places[row.area_code], audience=audience, document=row.document,
        note=row.note, area_code=row.area_code, year_from=row.year_from, numbers=numbers,
    )  # fmt: skip
