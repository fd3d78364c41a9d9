"""The working-day calendar as the rules want it, and the notices it was read from."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db.models import BooleanField, Count, DateField, IntegerField, Q, QuerySet, Value
from django.utils import timezone

from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarDay, CalendarNotice, Counter
from ceportal.kernel.rules.working_days import DueDay, WorkCalendar, due_day, year_to_ask_for

# The counter that grows with every change of the calendar.
CALENDAR = "calendar"
# No limit of the documents spans more than this; bounds what is read around a day.
_SPAN = timedelta(days=120)
# Provisional years shown beside the published ones.
_AHEAD = 2


def work_calendar(around: date, *, span: timedelta = _SPAN) -> WorkCalendar:
    """The calendar some months around a day: one query."""
    return _calendar(CalendarDay.objects.filter(day__range=(around - span, around + span)))


def whole_calendar() -> WorkCalendar:
    """Every day that is known to differ from plain Monday to Friday."""
    return _calendar(CalendarDay.objects.all())


def calendar_with(year: int, *, rest: Iterable[date], worked: Iterable[date]) -> WorkCalendar:
    """The whole calendar as it would be once these days were imported as the year's published notice."""
    others, later = CalendarDay.objects.exclude(notice__year=year), CalendarDay.objects.filter(notice__year__gt=year)
    calendar = _calendar(others)
    days = dict(calendar.days) | dict.fromkeys(rest, False) | dict.fromkeys(worked, True)
    return replace(
        calendar,
        days=days | dict(later.order_by("notice__year").values_list("day", "is_worked")),
        published_years=calendar.published_years | {year},
    )


def calendar_version() -> int:
    return Counter.objects.filter(name=CALENDAR).values_list("value", flat=True).first() or 0


def published_years() -> frozenset[int]:
    years = CalendarNotice.objects.filter(status=NoticeStatus.PUBLISHED).values_list("year", flat=True)
    return frozenset(years)


def due_after(moment: datetime, days: int) -> tuple[datetime, DueDay, int]:
    """The due moment `days` working days after `moment` (its end, exclusive), the day, and the calendar's version."""
    start = timezone.localdate(moment)
    # Fewer than half of all days are worked in no stretch of months, so twice the limit always holds its end.
    calendar = work_calendar(start, span=max(_SPAN, timedelta(days=2 * days)))
    due = due_day(start, days, calendar)
    return end_of(due.day), due, calendar.version


def end_of(day: date) -> datetime:
    """The end of a day in Shanghai, as due moments are kept: the next day's midnight."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def missing_notice(today: date) -> int | None:
    """The year for whose notice the bureau should look, or none."""
    return year_to_ask_for(today, published_years())


def notices_shown(today: date) -> QuerySet[CalendarNotice]:
    """The published notices, and the provisional years that limits can run into by now."""
    near = Q(year__range=(today.year, today.year + _AHEAD))
    rows = CalendarNotice.objects.filter(Q(status=NoticeStatus.PUBLISHED) | near)
    return rows.annotate(
        days_off=Count("days", filter=Q(days__is_worked=False)),
        days_worked=Count("days", filter=Q(days__is_worked=True)),
    )


def days_of_year(year: int) -> list[CalendarDay]:
    """What is known of a year and of the last weeks before it, each once, by the notice with the last word."""
    rows = CalendarDay.objects.filter(day__range=(date(year - 1, 12, 1), date(year, 12, 31)))
    found = {row.day: row for row in rows.select_related("notice").order_by("notice__year")}
    return [found[day] for day in sorted(found)]


def _calendar(rows: QuerySet[CalendarDay]) -> WorkCalendar:
    """The last word on a day is the later notice's. In one query: the days, the years with a published notice (without
    a day), and the calendar's version (without a year).
    """
    no_day = (Value(None, DateField()), Value(None, BooleanField()))
    days = rows.order_by().values_list("day", "is_worked", "notice__year", Value(0))
    notices = CalendarNotice.objects.filter(status=NoticeStatus.PUBLISHED).order_by()
    years = notices.values_list(*no_day, "year", Value(0))
    version = Counter.objects.filter(name=CALENDAR).values_list(*no_day, Value(None, IntegerField()), "value")
    found = list(days.union(years, version, all=True))
    said = sorted((year, day, is_worked) for day, is_worked, year, _ in found if day)
    published = frozenset(year for day, _, year, _ in found if year and not day)
    return WorkCalendar(
        {day: is_worked for _, day, is_worked in said}, published, sum(version for *_, version in found)
    )
