"""Working days: the vectors of facts b5, every day of 2021 to 2026 against an oracle, provisional years."""

from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ceportal.kernel.rules.holiday_notice import reasons_not_to_import
from ceportal.kernel.rules.working_days import (
    WorkCalendar,
    due_day,
    last_working_day,
    working_days_left,
    year_to_ask_for,
)
from credits.rules.regulation_file import days_in
from credits.services.regulation import CALENDAR, FOLDER

NOTICES = yaml.safe_load((FOLDER / CALENDAR).read_text(encoding="utf-8"))
REST = {day for year, notice in NOTICES.items() for day in days_in(year, notice["rest"])}
WORKED = {day for year, notice in NOTICES.items() for day in days_in(year, notice["worked"])}
PUBLISHED = WorkCalendar(dict.fromkeys(REST, False) | dict.fromkeys(WORKED, True), frozenset(NOTICES), 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


EVERY = [date(2021, 1, 1) + timedelta(days=n) for n in range(6 * 365 + 1)]
WORKING = [d for d in EVERY if d in WORKED or (d.isoweekday() <= 5 and d not in REST)]


def oracle(start: date, days: int) -> date:
    """Written another way: of the list of all working days, the n-th after the start."""
    return [d for d in WORKING if d > start][days - 1]


@pytest.mark.clause("S0-20", "S4-17", "A4")
@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2025-09-26", "2025-10-10"),
        ("2025-09-27", "2025-10-10"),
        ("2025-09-28", "2025-10-11"),  # a worked Sunday, to a worked Saturday
        ("2025-09-30", "2025-10-14"),
        ("2025-10-01", "2025-10-14"),
        ("2025-10-11", "2025-10-17"),
        ("2025-12-24", "2025-12-31"),
        ("2025-12-25", "2026-01-04"),  # over the new year, to a worked Sunday
        ("2025-12-26", "2026-01-05"),
        ("2025-12-31", "2026-01-08"),
        ("2026-02-13", "2026-02-27"),
        ("2026-02-14", "2026-02-28"),
        ("2026-09-18", "2026-09-24"),
        ("2026-09-28", "2026-10-10"),
        ("2026-12-24", "2026-12-31"),
    ],
)
def test_the_vectors_of_the_notices(start: str, due: str) -> None:
    found = due_day(day(start), 5, PUBLISHED)
    assert (found.day, found.is_provisional) == (day(due), False)


@given(start=st.dates(date(2021, 1, 1), date(2026, 12, 1)), days=st.integers(1, 20))
def test_due_days_agree_with_the_oracle(start: date, days: int) -> None:
    due = due_day(start, days, PUBLISHED).day
    assert due == oracle(start, days)
    assert PUBLISHED.is_worked(due)
    assert due > start


@given(start=st.dates(date(2021, 1, 1), date(2026, 12, 1)), days=st.integers(1, 20))
def test_days_left_counts_down_to_the_due_day(start: date, days: int) -> None:
    due = due_day(start, days, PUBLISHED).day
    assert working_days_left(start, due, PUBLISHED) == days
    assert working_days_left(due, due, PUBLISHED) == 0
    assert working_days_left(due + timedelta(days=1), due, PUBLISHED) <= -1


def test_past_its_day_something_is_at_least_one_day_late() -> None:
    friday, saturday, monday, tuesday = (day(f"2026-11-{n}") for n in ("20", "21", "23", "24"))
    assert working_days_left(saturday, friday, PUBLISHED) == -1
    assert working_days_left(monday, friday, PUBLISHED) == -1
    assert working_days_left(tuesday, friday, PUBLISHED) == -2


@pytest.mark.clause("A4")
def test_what_touches_an_unpublished_year_is_provisional() -> None:
    found = due_day(day("2026-12-28"), 5, PUBLISHED)
    assert found.is_provisional
    assert not due_day(day("2026-12-24"), 5, PUBLISHED).is_provisional
    assert due_day(day("2030-03-01"), 5, PUBLISHED).is_provisional


def test_without_any_calendar_there_is_still_an_answer() -> None:
    found = due_day(day("2026-11-20"), 5, WorkCalendar())
    assert (found.day, found.is_provisional) == (day("2026-11-27"), True)


@pytest.mark.clause("S2-07", "A10")
@pytest.mark.parametrize(
    ("year", "month", "last"),
    [(2026, 1, "2026-01-30"), (2026, 2, "2026-02-28"), (2025, 12, "2025-12-31"), (2021, 5, "2021-05-31")],
)
def test_the_last_working_day_of_a_month(year: int, month: int, last: str) -> None:
    assert last_working_day(year, month, PUBLISHED) == day(last)


def test_a_notice_names_a_day_once_in_its_own_year_and_works_on_weekends_only() -> None:
    new_year, sunday, monday = day("2027-01-01"), day("2027-01-03"), day("2027-01-04")
    assert not list(reasons_not_to_import(2027, [new_year], [sunday]))
    assert not list(reasons_not_to_import(2027, [day("2026-12-31")], []))
    twice = reasons_not_to_import(2027, [new_year, sunday], [sunday])
    assert [reason.code for reason in twice] == ["calendar_twice"]
    assert [reason.code for reason in reasons_not_to_import(2027, [day("2025-01-01")], [])] == ["calendar_year"]
    assert [reason.code for reason in reasons_not_to_import(2027, [], [monday])] == ["calendar_weekday"]


def test_the_notices_we_keep_have_nothing_against_them() -> None:
    for year, notice in NOTICES.items():
        rest, worked = days_in(year, notice["rest"]), days_in(year, notice["worked"])
        assert not list(reasons_not_to_import(year, rest, worked))


@pytest.mark.parametrize(
    ("today", "published", "year"),
    [
        ("2026-11-30", {2026}, None),
        ("2026-12-01", {2026}, 2027),
        ("2026-12-31", {2026, 2027}, None),
        ("2027-01-01", {2026}, 2027),
        ("2027-01-01", {2026, 2027}, None),
        ("2026-12-01", {2025}, 2026),
    ],
)
def test_from_december_on_the_next_notice_is_asked_for(today: str, published: set[int], year: int | None) -> None:
    assert year_to_ask_for(day(today), published) == year
