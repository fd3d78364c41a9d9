"""Statutory working days (S0-20, S4-17; readings A3, A4).

The day of an act does not count; the due moment is the end (24:00) of the n-th working day after it. A year whose
notice is not published yet is counted Monday to Friday less the statutory days known for it; whatever touches such a
year is provisional (暂定) and is dated anew when the notice is imported.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """Days that differ from plain Monday to Friday, and the years a published notice covers.

    `days` maps a date to whether it is worked; `version` grows with every imported notice.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    published_years: frozenset[int] = frozenset()
    version: int = 0

    def is_worked(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < SATURDAY)

    def is_provisional(self, day: date) -> bool:
        return day.year not in self.published_years


@dataclass(frozen=True)
class DueDay:
    """The last day of a limit (its end is the due moment) and whether the calendar behind it is provisional."""

    day: date
    is_provisional: bool


def due_day(start: date, days: int, calendar: WorkCalendar) -> DueDay:
    """The `days`-th working day after `start`, which itself does not count. `days` is at least 1."""
    day, left, provisional = start, days, False
    while left:
        day += timedelta(days=1)
        provisional = provisional or calendar.is_provisional(day)
        if calendar.is_worked(day):
            left -= 1
    return DueDay(day, provisional)


def working_days_left(today: date, due: date, calendar: WorkCalendar) -> int:
    """Working days after `today` up to and including `due`; 0 on the due day; negative once it has passed.

    Past the due day the count is of the working days after it up to `today` (at least one overdue day).
    """
    if today <= due:
        return _worked_between(today, due, calendar)
    return -max(1, _worked_between(due, today, calendar))


def last_working_day(year: int, month: int, calendar: WorkCalendar) -> date:
    """The month's last working day, on which a city bureau files (S2-07, A10)."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    day = first_of_next - timedelta(days=1)
    while not calendar.is_worked(day):
        day -= timedelta(days=1)
    return day


def year_to_ask_for(today: date, published_years: Container[int]) -> int | None:
    """The year whose notice is missing though it should be out: next year's from 1 December on, else this one's."""
    if today.year not in published_years:
        return today.year
    return today.year + 1 if today.month == 12 and today.year + 1 not in published_years else None


def _worked_between(after: date, until: date, calendar: WorkCalendar) -> int:
    span = (after + timedelta(days=step) for step in range(1, (until - after).days + 1))
    return sum(calendar.is_worked(day) for day in span)
