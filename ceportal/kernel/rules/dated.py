"""Dated, placed rules: which figure holds in a place, a year, for a level and a trade, and where it is written.

A rule speaks for a place and all below it. Field by field the nearest place wins; in one place a trade's own rule wins
over everybody's, and a level's own over all levels'. Every figure keeps its document, its clause and how sure it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EVERYWHERE = "*"
COUNTRY = "CN"
_CODE_LENGTH = 6
# Years that may be asked about at all: before them there was no regulation, after them nobody can know.
FIRST_YEAR, LAST_YEAR = 1990, 2100


def is_year(year: int) -> bool:
    """Whether `year` is one that may be asked about."""
    return FIRST_YEAR <= year <= LAST_YEAR


def year_in(text: str) -> int | None:
    """The year that four ASCII digits name; None for anything else, however long."""
    is_written = len(text) == 4 and text.isascii() and text.isdigit()
    return int(text) if is_written and is_year(int(text)) else None


@dataclass(frozen=True)
class DatedFigure:
    """One figure as it is written. An empty `text` says: what wider places ask for does not apply here."""

    text: str
    clause: str
    status: str
    document: str = ""


@dataclass(frozen=True)
class DatedRule:
    """What holds in `area_code` and below from `year_from` to `year_to` (None: until further notice).

    No `levels` means all of them, an empty `trade` everybody's.
    """

    code: str
    name: str
    area_code: str
    year_from: int
    year_to: int | None
    figures: Mapping[str, DatedFigure]
    levels: frozenset[str] = frozenset()
    trade: str = ""
    document: str = ""
    note: str = ""

    def holds(self, year: int, level: str, trade: str) -> bool:
        return (
            self.year_from <= year
            and (self.year_to is None or year <= self.year_to)
            and (not self.levels or level in self.levels)
            and self.trade in {"", trade}
        )


def places_of(code: str) -> tuple[str, ...]:
    """A place and those around it, the widest first, read from a six-digit code; `CN` is the country itself."""
    if code == COUNTRY:
        return (EVERYWHERE, COUNTRY)
    province, city = code[:2].ljust(_CODE_LENGTH, "0"), code[:4].ljust(_CODE_LENGTH, "0")
    return tuple(dict.fromkeys((EVERYWHERE, COUNTRY, province, city, code)))


def applicable(
    rules: Iterable[DatedRule], *, places: Sequence[str], year: int, level: str = "", trade: str = ""
) -> list[DatedRule]:
    """The rules that hold, the most general first. `places` runs from the widest to the nearest."""
    depth = {place: step for step, place in enumerate(places)}
    found = [rule for rule in rules if rule.area_code in depth and rule.holds(year, level, trade)]
    return sorted(found, key=lambda rule: (depth[rule.area_code], rule.trade != "", bool(rule.levels), rule.code))


def merged(rules: Iterable[DatedRule]) -> dict[str, DatedFigure]:
    """The figures of `rules`, most general first, the later over the earlier; what does not apply is left out."""
    figures: dict[str, DatedFigure] = {}
    for rule in rules:
        figures.update(rule.figures)
    return {name: figure for name, figure in figures.items() if figure.text}


def overlap(one: DatedRule, other: DatedRule) -> bool:
    """Whether two rules speak for one place, trade and level in one year, so that neither is the more specific."""
    same_people = one.trade == other.trade and (not one.levels or not other.levels or bool(one.levels & other.levels))
    return (
        one.area_code == other.area_code
        and same_people
        and _starts_before_end(one, other)
        and _starts_before_end(other, one)
    )


def _starts_before_end(one: DatedRule, other: DatedRule) -> bool:
    return other.year_to is None or one.year_from <= other.year_to
