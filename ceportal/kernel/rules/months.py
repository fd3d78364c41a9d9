"""A year of the working calendar as twelve small months, the way it hangs on a wall."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ceportal.kernel.rules.working_days import SATURDAY, WorkCalendar

_WEEKS = Calendar(firstweekday=0)
# What stands in a cell beside its number, so that nothing is told by colour alone.
SIGNS = {"rest": "休", "worked": "班", "weekend": "", "work": ""}
WORDS = {"rest": "放假", "worked": "调休上班", "weekend": "周末休息", "work": "上班"}


@dataclass(frozen=True)
class Day:
    """A day of a month. `kind` is a key of `WORDS`; `was` what it was before, where that is another."""

    day: date
    kind: str
    was: str = ""
    source: str = ""

    @property
    def sign(self) -> str:
        return SIGNS[self.kind]

    @property
    def words(self) -> str:
        changed = f"，原为{WORDS[self.was]}" if self.was else ""
        return f"{self.day.month}月{self.day.day}日{WORDS[self.kind]}{changed}"


@dataclass(frozen=True)
class Month:
    """`weeks` begin on Monday; a place that is no day of the month is None."""

    year: int
    number: int
    weeks: list[list[Day | None]]


def kind_of(day: date, calendar: WorkCalendar) -> str:
    known = calendar.days.get(day)
    if known is None:
        return "weekend" if day.weekday() >= SATURDAY else "work"
    return "worked" if known else "rest"


def months_of(
    year: int, calendar: WorkCalendar, *, before: WorkCalendar | None = None, sources: Mapping[date, str] | None = None
) -> list[Month]:
    """The twelve months of `year`; December before it too where days of it changed or have a source of that year.

    `before` is the calendar to compare with; `sources` names the notice behind a day.
    """
    known = sources or {}
    told = [*known, *(changed_days(before, calendar) if before else ())]
    first = [(year - 1, 12)] if any((day.year, day.month) == (year - 1, 12) for day in told) else []
    return [_month(y, m, calendar, before, known) for y, m in [*first, *((year, number) for number in range(1, 13))]]


def changed_days(before: WorkCalendar, after: WorkCalendar) -> list[date]:
    """The days that are worked in one of the calendars and off in the other."""
    days = before.days.keys() | after.days.keys()
    return sorted(day for day in days if before.is_worked(day) != after.is_worked(day))


def _month(
    year: int, number: int, calendar: WorkCalendar, before: WorkCalendar | None, sources: Mapping[date, str]
) -> Month:
    weeks = _WEEKS.monthdatescalendar(year, number)
    cells = [[_cell(day, calendar, before, sources) if day.month == number else None for day in week] for week in weeks]
    return Month(year, number, cells)


def _cell(day: date, calendar: WorkCalendar, before: WorkCalendar | None, sources: Mapping[date, str]) -> Day:
    is_changed = before is not None and before.is_worked(day) != calendar.is_worked(day)
    was = kind_of(day, before) if before and is_changed else ""
    return Day(day, kind_of(day, calendar), was, sources.get(day, ""))
