"""A day or a moment as it is typed to a command, a day as it is written in a sentence."""

import re
from datetime import date, datetime

# fromisoformat alone takes 20250928, 2025-W40-1 and 2025-09-28x16:30 too.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-5][0-9])?)?",
    re.ASCII,
)


def moment_in(text: str) -> datetime | None:
    """2025-09-28 (its beginning) or 2025-12-25T16:30, without a zone unless the text names one; None for all else."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def day_words(day: date) -> str:
    """2026年11月1日, within a sentence."""
    return f"{day.year}年{day.month}月{day.day}日"
