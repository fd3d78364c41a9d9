"""The working-day calendar around today, read once a request however many of its parts ask."""

from django.http import HttpRequest
from django.utils import timezone

from ceportal.kernel.rules.working_days import WorkCalendar
from ceportal.kernel.selectors.calendar import work_calendar

_KEPT = "portal_work_calendar"


def calendar_of(request: HttpRequest) -> WorkCalendar:
    """Two queries the first time, none after."""
    kept: WorkCalendar | None = request.__dict__.get(_KEPT)
    if kept is None:
        kept = request.__dict__[_KEPT] = work_calendar(timezone.localdate())
    return kept
