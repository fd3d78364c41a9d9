"""How a person's year reads in one line: what is missing altogether and whether time is left."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from credits.rules.requirements import Threshold

ZERO = Decimal(0)


def hours_missing(thresholds: Iterable[Threshold]) -> Decimal:
    """The fewest hours with which every threshold would be met: a surplus replaces nothing (A1).

    Compulsory hours count as public ones too, and every hour counts into the total.
    """
    missing = {threshold.kind: threshold.missing for threshold in thresholds}
    public = max(missing.get("public", ZERO), missing.get("public_compulsory", ZERO))
    subjects = public + missing.get("professional", ZERO) + missing.get("elective", ZERO)
    return max(missing.get("total", ZERO), subjects)


def deadline_of(year: int, text: str | None) -> date:
    """The last day to learn and declare: as the regulation says, else the year's last day (S0-12, A9)."""
    return date.fromisoformat(text) if text else date(year, 12, 31)


def reader_years(today: date, known: Iterable[int], shown: int) -> list[int]:
    """The years a person may choose, the latest first: those with entries, this one, and the one shown."""
    return sorted({today.year, shown, *known}, reverse=True)
