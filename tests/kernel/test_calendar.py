"""The calendar in the database: notices imported once, the later one right, due moments at the end of a day."""

from datetime import UTC, date, datetime

import pytest

from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import CalendarDay, CalendarNotice
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.selectors.calendar import calendar_version, due_after, work_calendar
from ceportal.kernel.services.calendar import estimate_years, import_notice
from ceportal.kernel.services.statutory_days import statutory_years

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def published(year: int, *rest: date, worked: tuple[date, ...] = ()) -> bool:
    return import_notice(year, rest=rest, worked=worked, document="通知", now=NOW)


def test_a_notice_is_imported_once_and_raises_the_version() -> None:
    assert published(2026, date(2026, 1, 1), worked=(date(2026, 1, 4),))
    version = calendar_version()
    assert not published(2026, date(2026, 1, 1), worked=(date(2026, 1, 4),))
    assert (calendar_version(), CalendarDay.objects.count()) == (version, 2)
    assert published(2026, date(2026, 1, 1), date(2026, 1, 2))
    assert calendar_version() == version + 1
    assert not work_calendar(date(2026, 1, 1)).is_worked(date(2026, 1, 4))


def test_a_provisional_year_never_replaces_a_published_one() -> None:
    published(2026, date(2026, 1, 1))
    assert estimate_years({2026: [date(2026, 5, 1)]}, now=NOW) == 0
    assert CalendarNotice.objects.get().status == NoticeStatus.PUBLISHED


def test_a_published_notice_replaces_a_provisional_year() -> None:
    estimate_years({2027: [date(2027, 1, 1)]}, now=NOW)
    assert work_calendar(date(2027, 1, 1)).is_provisional(date(2027, 1, 4))
    assert published(2027, date(2027, 1, 1))
    assert not work_calendar(date(2027, 1, 1)).is_provisional(date(2027, 1, 4))


def test_next_years_notice_keeps_what_it_changed_in_this_year() -> None:
    published(2018, date(2018, 10, 1))
    published(2019, date(2018, 12, 31), date(2019, 1, 1), worked=(date(2018, 12, 29),))
    assert published(2018, date(2018, 10, 1), date(2018, 10, 2), date(2018, 12, 29))
    calendar = work_calendar(date(2018, 12, 30))
    assert calendar.is_worked(date(2018, 12, 29))
    assert not calendar.is_worked(date(2018, 12, 31))


def test_a_notice_that_names_a_day_twice_is_refused_and_nothing_changes() -> None:
    published(2026, date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        published(2026, date(2026, 1, 3), worked=(date(2026, 1, 3),))
    assert [reason.code for reason in refused.value] == ["calendar_twice"]
    assert list(CalendarDay.objects.values_list("day", flat=True)) == [date(2026, 1, 1)]


def test_the_due_moment_is_the_end_of_the_day_in_shanghai() -> None:
    published(2026)
    end, due, version = due_after(datetime(2026, 11, 20, 10, tzinfo=UTC), 5)
    assert end == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    assert (due.day, version) == (date(2026, 11, 27), calendar_version())


def test_late_in_the_evening_of_london_it_is_tomorrow_in_shanghai() -> None:
    published(2026)
    _, due, _ = due_after(datetime(2026, 11, 19, 16, 30, tzinfo=UTC), 1)
    assert due.day == date(2026, 11, 23)


def test_a_long_limit_sees_the_holidays_at_its_end() -> None:
    published(2025, date(2025, 1, 1))
    published(2026, date(2026, 10, 1), date(2026, 10, 2))
    _, with_rest, _ = due_after(datetime(2025, 9, 30, 2, tzinfo=UTC), 262)
    assert with_rest.day == date(2026, 10, 5)


@pytest.mark.parametrize("year", range(2027, 2037))
def test_a_year_from_2025_on_has_thirteen_statutory_days(year: int) -> None:
    days = statutory_years()[year]
    # Mid-autumn falls into the national days in 2028 and 2031 alone.
    assert len(days) == (12 if year in {2028, 2031} else 13)
    assert {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), date(year, 10, 1), date(year, 10, 3)} <= set(days)


def test_lunar_days_are_those_of_the_published_years_too() -> None:
    assert {date(2025, 1, 28), date(2025, 1, 31), date(2025, 4, 4), date(2025, 5, 31), date(2025, 10, 6)} <= set(
        statutory_years()[2025]
    )
    assert len(statutory_years()[2026]) == 13
    assert len(statutory_years()[2024]) == 11
