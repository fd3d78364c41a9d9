"""The calendar of working days: one published notice a year, imported whole (A4, F11)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarDay, CalendarNotice
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.services.counters import next_number

VERSION = "calendar"


@transaction.atomic
def import_notice(
    year: int,
    days: Mapping[date, bool],
    *,
    status: NoticeStatus,
    document: str = "",
    source_url: str = "",
    now: datetime,
) -> bool:
    """Put a year's exceptions in place of what was known of it. True when anything changed.

    A published notice is never replaced by a provisional one. Every change raises the calendar version, by which the
    clock jobs find the open due moments they have to date anew.
    """
    if any(day.year not in {year - 1, year} for day in days):
        raise refuse("calendar_year", f"{year} 年的放假安排中有其他年份的日期。")
    held = CalendarNotice.objects.filter(year=year).first()
    if held and held.status == NoticeStatus.PUBLISHED and status == NoticeStatus.PROVISIONAL:
        return False
    if held and held.status == status and _days_of(held) == dict(days):
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


def _days_of(notice: CalendarNotice) -> dict[date, bool]:
    return dict(CalendarDay.objects.filter(notice=notice).values_list("day", "is_worked"))
