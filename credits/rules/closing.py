"""Until when a year is still open to what is learned later about its people (A5, A6, A19)."""

from datetime import date

from ceportal.kernel.rules.working_days import WorkCalendar, due_day
from credits.rules.requirements import Requirements

_FIVE = 5
_REVIEWS = ("review_days_employer", "review_days_authority")


def deadline_of(year: int, requirements: Requirements | None) -> date:
    """The last day to learn and declare: as the regulation says, else the year's last day (S0-12, S4-10, A9)."""
    setting = requirements.settings.get("deadline") if requirements else None
    return date.fromisoformat(setting.value) if setting else date(year, 12, 31)


def closes_on(year: int, requirements: Requirements | None, calendar: WorkCalendar) -> date:
    """The last day on which what was handed in on the deadline may still be decided in time: both reviews, one after
    the other (A3, A5), and what the place allows for corrections (A6). After it the year stands as it was judged.
    """
    days = sum(_figure(requirements, name, _FIVE) for name in _REVIEWS)
    return due_day(
        deadline_of(year, requirements), days + _figure(requirements, "correction_grace_days", 0), calendar
    ).day


def _figure(requirements: Requirements | None, name: str, otherwise: int) -> int:
    figure = requirements.figures.get(name) if requirements else None
    return int(figure.value) if figure else otherwise
