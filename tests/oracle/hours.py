"""Years and caps: to which year a moment and a training belong, and how many hours fit into days.

Beijing time is reckoned from seconds: eight hours are added and days counted off, without any table of zones.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

EPOCH = date(1970, 1, 1)
DAY = 86_400
EIGHT_HOURS = 8 * 3_600


def day_in_beijing(moment: datetime) -> date:
    """The calendar day in Beijing at `moment` (aware), after 1991, when the clocks were last turned there."""
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return EPOCH + timedelta(days=(seconds + EIGHT_HOURS) // DAY)


def each_day(start: date, end: date) -> list[date]:
    days, day = [], start
    while day <= end:
        days.append(day)
        day += timedelta(days=1)
    return days


def fit_into(start: date, end: date, halves_a_day: int) -> int:
    """The half-hours that fit into a span: so many for each of its days, none into a span that ends before it began."""
    return sum(halves_a_day for _ in each_day(start, end))


def heaviest(own: tuple[date, date, int], others: Sequence[tuple[date, date, int]]) -> Fraction:
    """The hours on the fullest day of `own`, every training (start, end, half-hours) spread evenly over its days."""
    return max(_load(day, [own, *others]) for day in each_day(own[0], own[1]))


def may_be_declared(
    end: date, today: date, *, deadline: date, shut_from: date | None, own_days: Sequence[date | None]
) -> str:
    """By which of four words a training is or is not declared today (S0-12, S0-14; A6 to A9).

    The last day for everybody is the deadline, or the day before former years are shut where that is later; one person
    may have a later one of their own.
    """
    if end > today:
        return "not_over"
    last_days = [deadline, *(day for day in own_days if day is not None)]
    if shut_from is not None:
        last_days.append(shut_from - timedelta(days=1))
    if any(today <= day for day in last_days):
        return ""
    return "deadline_passed" if f"{end:%Y}" == f"{today:%Y}" else "year_closed"


def _load(day: date, trainings: Sequence[tuple[date, date, int]]) -> Fraction:
    load = Fraction(0)
    for start, end, halves in trainings:
        if start <= day <= end:
            load += Fraction(halves, 2) / len(each_day(start, end))
    return load
