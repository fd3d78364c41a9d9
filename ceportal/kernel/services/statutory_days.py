"""The statutory days off of a year whose notice is not published yet. Used when data is loaded, never in a request."""

from datetime import date

import holidays

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


def statutory_days(year: int) -> list[date]:
    """The 13 days of a year from 2025 on (全国年节及纪念日放假办法); fewer where two fall on one day.

    The days themselves, without shifted or swapped ones: which those are is said by the notice alone. Lunar days come
    from the kept library.
    """
    known = holidays.country_holidays("CN", years=year, observed=False, language="en_US")
    return sorted(day for day, names in known.items() if {*names.split("; ")} & {*_NAMES})
