"""Working days counted one after another on the fingers, from the notices and the law on holidays (A4).

The days of a year without a notice are the thirteen of 全国年节及纪念日放假办法 (2025 on); the lunar ones stand here
as printed calendars have them, taken from no library.
"""

from datetime import date, timedelta

import yaml

from tests.oracle.law import FOLDER

_NOTICES = yaml.safe_load((FOLDER / "calendar.yaml").read_text(encoding="utf-8"))
PUBLISHED = sorted(_NOTICES)
_REST = {f"{year}-{day}" for year, notice in _NOTICES.items() for day in notice["rest"].split()}
_WORKED = {f"{year}-{day}" for year, notice in _NOTICES.items() for day in notice["worked"].split()}
# 春节, 清明, 端午, 中秋 of the years still without a notice.
_FESTIVALS = {
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
    2031: ("01-23", "04-05", "06-24", "10-01"),
}
LAST_YEAR = max(_FESTIVALS)


def is_worked(day: date) -> bool:
    text = day.isoformat()
    if text in _WORKED:
        return True
    if text in _REST:
        return False
    return day.isoweekday() <= 5 and text not in _by_law(day.year)


def due_on(start: date, count: int) -> tuple[date, bool]:
    """The `count`-th working day after `start`, and whether a day on the way is of a year without a notice."""
    day, is_provisional = start, False
    for _ in range(count):
        day += timedelta(days=1)
        is_provisional |= day.year not in PUBLISHED
        while not is_worked(day):
            day += timedelta(days=1)
            is_provisional |= day.year not in PUBLISHED
    return day, is_provisional


def line_of(text: str, count: int) -> str:
    """What `manage.py due_on` answers for a day."""
    day, is_provisional = due_on(date.fromisoformat(text), count)
    return f"{text} {day}" + (" 暂定" if is_provisional else "")


def _by_law(year: int) -> set[str]:
    if year in PUBLISHED or year not in _FESTIVALS:
        return set()
    spring, *others = (date.fromisoformat(f"{year}-{day}") for day in _FESTIVALS[year])
    days = [date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), *(date(year, 10, n) for n in (1, 2, 3)), *others]
    return {str(day) for day in [*days, *(spring + timedelta(days=n) for n in (-1, 0, 1, 2))]}
