"""The calendar of working days: one published notice a year, imported whole (A4, F11)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarDay, CalendarNotice
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.rules.working_days import reasons_not_to_import
from ceportal.kernel.services.counters import next_number

VERSION = "calendar"


@transaction.atomic
def import_notice(
    year: int,
    *,
    rest: Sequence[date],
    worked: Sequence[date] = (),
    status: NoticeStatus,
    document: str = "",
    source_url: str = "",
    now: datetime,
) -> bool:
    """Put a year's days off and worked weekends in place of what was known of it. True when anything changed.

    A published notice is never replaced by a provisional one, and the next year's keeps the days it has changed here
    (as that of 2019 did with December 2018). Every change raises the calendar version, by which the clock jobs find
    the open due moments they have to date anew.
    """
    refuse_if_any(reasons_not_to_import(year, rest, worked))
    held = CalendarNotice.objects.filter(year=year).first()
    if held and held.status == NoticeStatus.PUBLISHED and status == NoticeStatus.PROVISIONAL:
        return False
    days = _without_later(year, dict.fromkeys(rest, False) | dict.fromkeys(worked, True))
    if held and held.status == status and _days_of(held) == days:
        return False
    notice, _ = CalendarNotice.objects.update_or_create(
        year=year,
        defaults={"status": status, "document": document, "source_url": source_url, "imported_at": now},
    )
    CalendarDay.objects.filter(notice=notice).delete()
    CalendarDay.objects.filter(day__in=days).delete()
    CalendarDay.objects.bulk_create(CalendarDay(day=d, is_worked=w, notice=notice) for d, w in sorted(days.items()))
    next_number(VERSION)
    return True


def _without_later(year: int, days: dict[date, bool]) -> dict[date, bool]:
    """The last word on a day is the later notice's."""
    later = set(CalendarDay.objects.filter(notice__year__gt=year, day__in=days).values_list("day", flat=True))
    return {day: is_worked for day, is_worked in days.items() if day not in later}


def _days_of(notice: CalendarNotice) -> dict[date, bool]:
    return dict(CalendarDay.objects.filter(notice=notice).values_list("day", "is_worked"))
