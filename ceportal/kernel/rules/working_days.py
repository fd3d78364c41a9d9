"""Statutory working days (S0-20, S4-17; readings A3, A4).

The day of an act does not count; the due moment is the end (24:00) of the n-th working day after it. A year whose
notice is not published yet is counted Monday to Friday less the statutory days known for it; whatever touches such a
year is provisional (暂定) and is dated anew when the notice is imported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ceportal.kernel.rules.refusal import Refusal

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


def reasons_not_to_import(year: int, rest: Sequence[date], worked: Sequence[date]) -> Iterator[Refusal]:
    """Why these days off and worked weekends cannot be a year's notice.

    A notice may touch the last days of the year before (as those of 2011 and 2019 did), and names a day once.
    """
    days = [*rest, *worked]
    if strange := sorted({day.year for day in days} - {year - 1, year}):
        yield Refusal("calendar_year", f"{year} 年的放假安排中有 {'、'.join(map(str, strange))} 年的日期。")
    for day in sorted({day for day in days if days.count(day) > 1}):
        yield Refusal("calendar_twice", f"{year} 年的放假安排中，{day} 出现了两次。")
    for day in sorted(day for day in worked if day.weekday() < SATURDAY):
        yield Refusal("calendar_weekday", f"{year} 年的放假安排把 {day} 写成了调休上班日，但这天不是周末。")


def _worked_between(after: date, until: date, calendar: WorkCalendar) -> int:
    span = (after + timedelta(days=step) for step in range(1, (until - after).days + 1))
    return sum(calendar.is_worked(day) for day in span)
