"""The window of a year against an oracle that walks day by day and asks nothing but the words of the rule."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from credits.rules.window import Opening, YearLimits, is_open, last_day_for, reasons_of_the_time

YEAR = 2026
DAYS = [date(YEAR, 1, 1) + timedelta(days=step) for step in range(3 * 365)]
some_day = st.one_of(st.none(), st.sampled_from(DAYS))


def oracle(day: date, deadline: date | None, closed_from: date | None, opening: Opening) -> bool:
    """Everybody to the deadline or while former years are not shut yet; one person to the day of an opening."""
    if day <= (deadline or date(YEAR, 12, 31)):
        return True
    if closed_from is not None and day < closed_from:
        return True
    return any(last is not None and day <= last for last in (opening.excused_until, opening.correct_until))


@given(deadline=some_day, closed_from=some_day, excused=some_day, correct=some_day, today=st.sampled_from(DAYS))
def test_a_year_is_open_on_the_days_the_oracle_says(
    deadline: date | None, closed_from: date | None, excused: date | None, correct: date | None, today: date
) -> None:
    limits, opening = YearLimits(deadline=deadline, closed_from=closed_from), Opening(excused, "1号", correct)
    expected = oracle(today, deadline, closed_from, opening)
    assert is_open(YEAR, today=today, limits=limits, opening=opening) is expected
    ended = DAYS[0]
    codes = [reason.code for reason in reasons_of_the_time(ended, today=today, limits=limits, opening=opening)]
    assert codes == ([] if expected else ["deadline_passed" if today.year == YEAR else "year_closed"])


@given(deadline=some_day, closed_from=some_day, excused=some_day, correct=some_day)
def test_the_last_day_is_the_last_that_is_open(
    deadline: date | None, closed_from: date | None, excused: date | None, correct: date | None
) -> None:
    limits, opening = YearLimits(deadline=deadline, closed_from=closed_from), Opening(excused, "1号", correct)
    walked = [day for day in [*DAYS, DAYS[-1] + timedelta(days=1)] if oracle(day, deadline, closed_from, opening)]
    assert last_day_for(YEAR, limits, opening) == walked[-1]
