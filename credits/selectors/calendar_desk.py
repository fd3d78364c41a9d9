"""What the desk of the working calendar shows: who keeps it, a year month by month, what a notice would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.dues import Moved, moved_by
from accounts.selectors.duties import units_for
from ceportal.kernel.models import CalendarNotice
from ceportal.kernel.rules.months import Month, changed_days, months_of
from ceportal.kernel.selectors.calendar import (
    calendar_version,
    calendar_with,
    days_of_year,
    published_years,
    whole_calendar,
)


@dataclass(frozen=True)
class NoticePreview:
    """What a notice would change. `version` is that of the calendar it was compared with."""

    year: int
    months: list[Month]
    now_off: list[date]
    now_worked: list[date]
    moved: list[Moved]
    was_published: bool
    version: int

    @property
    def is_same(self) -> bool:
        """Nothing would change but that the year is no longer provisional."""
        return not (self.now_off or self.now_worked)


def keeps_the_calendar(user: User) -> bool:
    """Who regulates at the province's bureau: the calendar is one for all places."""
    provinces = units_for(user, Act.KEEP_CALENDAR).filter(area__parent__isnull=True)
    return provinces.exists()


def notice_preview(year: int, *, rest: Sequence[date], worked: Sequence[date]) -> NoticePreview:
    """Against the calendar as it stands, provisional or published."""
    before, after = whole_calendar(), calendar_with(year, rest=rest, worked=worked)
    changed = changed_days(before, after)
    return NoticePreview(
        year=year,
        months=months_of(year, after, before=before),
        now_off=[day for day in changed if not after.is_worked(day)],
        now_worked=[day for day in changed if after.is_worked(day)],
        moved=[kind for kind in moved_by(after) if kind.open],
        was_published=year in published_years(),
        version=calendar_version(),
    )


def year_shown(notice: CalendarNotice) -> list[Month]:
    """A year as it is counted, each special day with the notice that says so."""
    days = days_of_year(notice.year)
    shown = [row for row in days if row.day.year == notice.year or row.notice_id == notice.pk]
    sources = {row.day: row.notice.document for row in shown}
    return months_of(notice.year, whole_calendar(), sources=sources)
