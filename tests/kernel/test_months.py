"""A year as twelve months on a page: what each day is, what changed, and December before it where it did."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.months import Day, Month, changed_days, kind_of, months_of
from ceportal.kernel.rules.working_days import WorkCalendar, year_to_ask_for

NEW_YEAR, SATURDAY, FRIDAY = date(2027, 1, 1), date(2027, 1, 2), date(2026, 12, 25)
PLAIN = WorkCalendar()
KNOWN = WorkCalendar({NEW_YEAR: False, SATURDAY: True})


def days(month: Month) -> list[Day]:
    return [day for week in month.weeks for day in week if day]


def test_each_day_is_what_the_calendar_says_with_a_sign_beside_it() -> None:
    assert [kind_of(day, KNOWN) for day in (NEW_YEAR, SATURDAY, date(2027, 1, 3), date(2027, 1, 4))] == [
        "rest", "worked", "weekend", "work",
    ]  # fmt: skip
    january = months_of(2027, KNOWN)[0]
    assert [day.sign for day in days(january)[:4]] == ["休", "班", "", ""]
    assert january.weeks[0][:4] == [None] * 4


def test_what_changed_is_told_with_what_it_was() -> None:
    (january, *_) = months_of(2027, KNOWN, before=PLAIN)
    assert [day.words for day in days(january)[:3]] == [
        "1月1日放假，原为上班", "1月2日调休上班，原为周末休息", "1月3日周末休息",
    ]  # fmt: skip
    assert changed_days(PLAIN, KNOWN) == changed_days(KNOWN, PLAIN) == [NEW_YEAR, SATURDAY]
    # A weekend named as a day off is nothing new.
    assert changed_days(PLAIN, WorkCalendar({SATURDAY: False})) == []


def test_december_before_is_shown_where_it_changed_or_comes_from_the_notice() -> None:
    swapped = WorkCalendar({FRIDAY: False})
    assert len(months_of(2027, swapped)) == len(months_of(2027, KNOWN, before=PLAIN)) == 12
    for shown in (months_of(2027, swapped, before=PLAIN), months_of(2027, swapped, sources={FRIDAY: "通知"})):
        assert (len(shown), shown[0].year, shown[0].number) == (13, 2026, 12)
    assert {day.day: day.source for day in days(shown[0])}[FRIDAY] == "通知"


@given(year=st.integers(1990, 2100))
def test_a_year_holds_each_of_its_days_once(year: int) -> None:
    shown = [day.day for month in months_of(year, PLAIN) for day in days(month)]
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    assert shown == [date(year, 1, 1) + timedelta(days=step) for step in range(length)]
    assert all(len(week) == 7 for month in months_of(year, PLAIN) for week in month.weeks)


@pytest.mark.parametrize(
    ("today", "published", "asked"),
    [
        ("2026-11-30", {2026}, None),
        ("2026-12-01", {2026}, 2027),
        ("2026-12-31", {2026, 2027}, None),
        ("2027-01-01", {2026}, 2027),
        ("2027-06-01", {2026}, 2027),
        ("2027-12-01", {2026}, 2027),
        ("2027-12-01", {2027}, 2028),
    ],
)
def test_from_december_on_the_next_notice_is_asked_for(today: str, published: set[int], asked: int | None) -> None:
    assert year_to_ask_for(date.fromisoformat(today), published) == asked
