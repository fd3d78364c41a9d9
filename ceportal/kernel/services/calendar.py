"""The calendar of working days: one notice a year, kept whole (A4, F11)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarDay, CalendarNotice
from ceportal.kernel.rules.holiday_notice import reasons_not_to_import
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.selectors.calendar import CALENDAR, calendar_version
from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.trail import Actor, record

_ESTIMATED = "放假安排尚未公布，暂按法定节假日推算"


@transaction.atomic
def import_notice(
    year: int,
    *,
    rest: Sequence[date],
    worked: Sequence[date] = (),
    document: str = "",
    source_url: str = "",
    by: Actor | None = None,
    now: datetime,
    seen_version: int | None = None,
) -> bool:
    """Put a published notice's days off and worked weekends in place of what was known of its year. True when anything
    changed.

    It may say something of the last days of the year before: there the later notice has the last word. Every change
    raises the calendar version, by which the clock jobs find the open due moments they have to date anew.
    `MovedOn` when it is another than `seen_version`, which the importer looked at.
    """
    refuse_if_any(reasons_not_to_import(year, rest, worked))
    next_number(f"{CALENDAR}:import")  # locks: two at once go one after the other
    if seen_version is not None and seen_version != calendar_version():
        raise MovedOn([Refusal("moved_on", "工作日历刚刚由他人更新过，请重新核对后再导入。")])
    held = CalendarNotice.objects.filter(year=year).first()
    days = dict.fromkeys(rest, False) | dict.fromkeys(worked, True)
    before = _days_of(held)
    source = {"status": NoticeStatus.PUBLISHED, "document": document, "source_url": source_url}
    if held and before == days and all(getattr(held, name) == value for name, value in source.items()):
        return False
    notice, _ = CalendarNotice.objects.update_or_create(year=year, defaults={**source, "imported_at": now})
    CalendarDay.objects.filter(notice=notice).delete()
    CalendarDay.objects.bulk_create(CalendarDay(day=d, is_worked=w, notice=notice) for d, w in sorted(days.items()))
    next_number(CALENDAR)
    was = _said(before) | {"status": held.status, "document": held.document} if held else {}
    record("calendar.import", notice, by=by, now=now, before=was, after=_said(days) | {"document": document})
    return True


@transaction.atomic
def estimate_years(years: Mapping[int, Sequence[date]], *, now: datetime) -> int:
    """Keep the statutory days of years without a published notice. Returns of how many years anything changed.

    What is published stays. Years that no one has counted with yet need no trail.
    """
    held = {notice.year: notice for notice in CalendarNotice.objects.filter(year__in=years).prefetch_related("days")}
    changed = [year for year, days in years.items() if _is_another(held.get(year), days)]
    for year in changed:
        if year in held:
            held[year].days.all().delete()
    new = [
        CalendarNotice(year=year, status=NoticeStatus.PROVISIONAL, document=_ESTIMATED, imported_at=now)
        for year in changed
        if year not in held
    ]
    notices = held | {notice.year: notice for notice in CalendarNotice.objects.bulk_create(new)}
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, is_worked=False, notice=notices[year]) for year in changed for day in years[year]
    )
    if changed:
        next_number(CALENDAR)
    return len(changed)


def _is_another(held: CalendarNotice | None, days: Sequence[date]) -> bool:
    if held is None:
        return True
    return held.status == NoticeStatus.PROVISIONAL and {row.day for row in held.days.all()} != set(days)


def _days_of(notice: CalendarNotice | None) -> dict[date, bool]:
    return dict(notice.days.values_list("day", "is_worked")) if notice else {}


def _said(days: Mapping[date, bool]) -> dict[str, object]:
    return {
        "rest": [day.isoformat() for day, is_worked in sorted(days.items()) if not is_worked],
        "worked": [day.isoformat() for day, is_worked in sorted(days.items()) if is_worked],
    }
