"""The working-day calendar as the rules want it."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarDay, CalendarNotice, Counter
from ceportal.kernel.rules.working_days import DueDay, WorkCalendar, due_day

# No limit of the documents spans more than this; bounds what is read around a day.
_SPAN = timedelta(days=120)


def work_calendar(around: date, *, span: timedelta = _SPAN) -> WorkCalendar:
    """The calendar some months around a day: two queries and a version."""
    days = CalendarDay.objects.filter(day__range=(around - span, around + span)).values_list("day", "is_worked")
    published = CalendarNotice.objects.filter(status=NoticeStatus.PUBLISHED).values_list("year", flat=True)
    return WorkCalendar(dict(days), frozenset(published), calendar_version())


def calendar_version() -> int:
    return Counter.objects.filter(name="calendar").values_list("value", flat=True).first() or 0


def due_after(moment: datetime, days: int) -> tuple[datetime, DueDay, int]:
    """The due moment `days` working days after `moment` (its end, exclusive), the day, and the calendar's version."""
    start = timezone.localdate(moment)
    # Fewer than half of all days are worked in no stretch of months, so twice the limit always holds its end.
    calendar = work_calendar(start, span=max(_SPAN, timedelta(days=2 * days)))
    due = due_day(start, days, calendar)
    end = timezone.make_aware(datetime.combine(due.day + timedelta(days=1), time.min))
    return end, due, calendar.version
