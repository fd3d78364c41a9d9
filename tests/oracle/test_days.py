"""Due days: the portal against the oracle, which counts day by day and reads the notices by itself."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import strategies as st

from ceportal.kernel.rules.working_days import WorkCalendar, due_day, last_working_day, working_days_left
from tests.oracle import days
from tests.oracle.trials import TRIALS, agree

FIRST, LAST = date(2021, 1, 1), date(days.LAST_YEAR, 11, 1)


def every_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


# The portal's rule is given what differs from Monday to Friday, as the database would give it.
CALENDAR = WorkCalendar(
    {
        day: days.is_worked(day)
        for day in every_day(FIRST, date(days.LAST_YEAR, 12, 31))
        if days.is_worked(day) != (day.weekday() < 5)
    },
    frozenset(days.PUBLISHED),
)


@pytest.mark.clause("A4", "S0-20", "S4-17")
@TRIALS
def test_due_days(trials: int) -> None:
    def body(start: date, count: int, later: int) -> None:
        due = due_day(start, count, CALENDAR)
        assert (due.day, due.is_provisional) == days.due_on(start, count)
        today = start + timedelta(days=later)
        left = sum(days.is_worked(day) for day in every_day(today + timedelta(days=1), due.day))
        over = sum(days.is_worked(day) for day in every_day(due.day + timedelta(days=1), today))
        assert working_days_left(today, due.day, CALENDAR) == (left if today <= due.day else -max(1, over))

    agree(
        body,
        trials,
        start=st.dates(FIRST, LAST),
        count=st.one_of(st.just(5), st.integers(1, 30)),
        later=st.integers(0, 20),
    )


@pytest.mark.parametrize("year", range(FIRST.year, days.LAST_YEAR))
def test_the_last_working_day_of_every_month(year: int) -> None:
    for month in range(1, 13):
        worked = [day for day in every_day(date(year, month, 1), _end_of(year, month)) if days.is_worked(day)]
        assert last_working_day(year, month, CALENDAR) == worked[-1]


@pytest.mark.clause("A4")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "counts"),
    [pytest.param(17, (5,), id="some"), pytest.param(1, (1, 2, 5, 10, 30), id="every day", marks=pytest.mark.deep)],
)
def test_due_on_as_an_operator_types_it(regulation: None, step: int, counts: tuple[int, ...]) -> None:
    """Every (17th) day from 2021 to the last year whose holidays the oracle knows, through the command itself."""
    asked = [day.isoformat() for day in every_day(FIRST, LAST)][::step]
    for count in counts:
        out = StringIO()
        call_command("due_on", *asked, "--days", str(count), stdout=out)
        assert out.getvalue().splitlines() == [days.line_of(text, count) for text in asked]


def _end_of(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
