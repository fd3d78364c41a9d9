"""Which years a person may choose."""

from collections.abc import Iterable
from datetime import date


def reader_years(today: date, known: Iterable[int], shown: int) -> list[int]:
    """The years a person may choose, the latest first: those with entries, this one, and the one shown."""
    return sorted({today.year, shown, *known}, reverse=True)
