"""Whether an institution may teach somebody something, by the list of the year (S0-07, S2-04, S4-09; A27)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Recognised:
    """One line of a list: in `area_code` and below, for a year. An empty `trade` is everybody's."""

    area_code: str
    year: int
    subjects: frozenset[str]
    trade: str = ""
    ended_on: date | None = None


def is_recognised(
    lines: Iterable[Recognised], *, places: Collection[str], year: int, subject: str, trade: str, on: date
) -> bool:
    """Whether one of `lines` covers a person who works in `places` (theirs and those above it), for what ended `on`."""
    return any(
        line.year == year
        and line.area_code in places
        and subject in line.subjects
        and line.trade in {"", trade}
        and (line.ended_on is None or on <= line.ended_on)
        for line in lines
    )
