"""Lists that a document gives for one year are carried to the next, until somebody confirms or ends them (A26, A27)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

Key = tuple[int, str, str, str]
# From this month on the next year's lists are made: nothing stops on 1 January.
FIRST_MONTH = 12


@dataclass(frozen=True)
class Listed:
    """An institution on the list of a year: `key` is institution, kind, place and site; `has_left` that it was removed
    and has not come back.
    """

    pk: int
    key: Key
    year: int
    is_verified: bool
    ended_on: date | None = None
    has_left: bool = False

    @property
    def of_list(self) -> tuple[str, str]:
        """The kind and place that one document lists."""
        return self.key[1], self.key[2]


def years_to_fill(today: date) -> list[int]:
    """This year, and in December the next one."""
    return [today.year, today.year + 1] if today.month >= FIRST_MONTH else [today.year]


def to_carry(lines: Iterable[Listed], year: int) -> list[Listed]:
    """Those of the year before that stand to its end and have no line in `year`; none of a list that has a document of
    `year` itself.
    """
    known = list(lines)
    there = {line.key for line in known if line.year == year}
    documented = {line.of_list for line in known if line.year == year and line.is_verified}
    return [
        line
        for line in known
        if line.year == year - 1
        and line.ended_on is None
        and not line.has_left
        and line.key not in there
        and line.of_list not in documented
    ]
