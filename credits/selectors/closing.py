"""Until when a year is still open, by the calendar of its last days."""

from datetime import date

from ceportal.kernel.selectors.calendar import work_calendar
from credits.rules.closing import closes_on, deadline_of
from credits.rules.requirements import Requirements


def last_day_of(year: int, requirements: Requirements | None) -> date:
    """The last day on which what is learned about a person still changes how the year is judged."""
    return closes_on(year, requirements, work_calendar(deadline_of(year, requirements)))
