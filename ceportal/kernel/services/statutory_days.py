"""The statutory days off of years whose notice is not known. Used when data is loaded, never in a request."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays

from ceportal.kernel.rules.dated import FIRST_YEAR, LAST_YEAR

_EVE = "Chinese New Year's Eve"
_NAMES = (
    "New Year's Day",
    _EVE,
    "Chinese New Year (Spring Festival)",
    "Tomb-Sweeping Day",
    "Labor Day",
    "Dragon Boat Festival",
    "Mid-Autumn Festival",
    "National Day",
)


@cache
def statutory_years() -> Mapping[int, list[date]]:
    """Every year that may be asked about, with its statutory days (全国年节及纪念日放假办法 as it stood in that year).

    13 from 2025 on, fewer where two fall on one day. The days themselves, without shifted or swapped ones: which those
    are is said by the notice alone. Lunar days come from the kept library.
    """
    years: dict[int, list[date]] = {year: [] for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    known = holidays.country_holidays("CN", years=years, observed=False, language="en_US")
    for day, names in sorted(known.items()):
        if {*names.split("; ")} & {*_NAMES}:
            years[day.year].append(day)
    return years
