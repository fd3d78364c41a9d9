"""Years and caps: the portal against the oracle."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone as portal_time
from hypothesis import strategies as st

from credits.rules.declaring import DeclarationFacts, Limits, ceiling, reasons_not_to_submit
from credits.rules.plausibility import Known, Standing, heaviest_day, reasons_of_what_is_known
from credits.rules.window import Opening
from tests.credits.test_declaring_rules import COMPLETE
from tests.oracle import hours
from tests.oracle.trials import TRIALS, agree

# Near the turn of a year, as seen from any zone, and anywhere else.
TURNS = st.builds(
    lambda year, seconds: datetime(year, 12, 31, 16, tzinfo=UTC) + timedelta(seconds=seconds),
    st.integers(2020, 2030),
    st.one_of(st.integers(-2, 2), st.integers(-100_000, 100_000)),
)
EVER = st.integers(0, 12 * 366 * 86_400).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(0, seconds))
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.builds(lambda moment, zone: moment.astimezone(zone), st.one_of(TURNS, EVER), ZONES)
LENGTHS = st.one_of(st.integers(1, 12), st.integers(1, 400))
HALVES = st.one_of(st.integers(1, 40), st.integers(1, 180))


def facts(start: date, end: date, halves: int, *, is_attended: bool) -> DeclarationFacts:
    """Nothing but the days and the hours can be against it."""
    return replace(COMPLETE, started_on=start, ended_on=end, hours=Decimal(halves) / 2, is_attended=is_attended)


@pytest.mark.clause("A6", "A7", "A8", "A9", "S0-12", "S0-14")
@TRIALS
def test_the_year_of_a_training_and_whether_it_may_still_be_declared(trials: int) -> None:
    """Declared at a moment somewhere on earth; counted by Beijing's day."""

    def body(moment: datetime, ago: int, length: int, closes: int, shut: int | None, own: list[int | None]) -> None:
        today = portal_time.localdate(moment)
        assert today == hours.day_in_beijing(moment)
        end = today - timedelta(days=ago)
        start = end - timedelta(days=length - 1)
        deadline = date(end.year, 12, 31) - timedelta(days=closes)
        shut_from = None if shut is None else date(end.year + 1, 1, 1) + timedelta(days=shut)
        excused, corrected = (None if days is None else today + timedelta(days=days) for days in own)
        limits = Limits(deadline=deadline, closed_from=shut_from)
        opening = Opening(excused_until=excused, correct_until=corrected)
        found = reasons_not_to_submit(
            facts(start, end, 1, is_attended=True), today=today, limits=limits, opening=opening
        )
        said = hours.may_be_declared(end, today, deadline=deadline, shut_from=shut_from, own_days=(excused, corrected))
        assert [reason.code for reason in found] == ([said] if said else [])

    agree(
        body,
        trials,
        moment=MOMENTS,
        ago=st.one_of(st.integers(-2, 5), st.integers(-40, 800)),
        length=LENGTHS,
        closes=st.one_of(st.just(0), st.integers(0, 60)),
        shut=st.one_of(st.none(), st.integers(-400, 400)),
        own=st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=2, max_size=2),
    )


@pytest.mark.clause("A17")
@TRIALS
def test_the_most_hours_of_a_span_of_days(trials: int) -> None:
    def body(start: date, length: int, halves: int, a_day: int, is_attended: bool) -> None:
        end = start + timedelta(days=length - 1)
        limits = Limits(per_day=Decimal(a_day) / 2, deadline=date(end.year, 12, 31))
        most = hours.fit_into(start, end, a_day)
        assert ceiling(start, end, limits) * 2 == most
        found = reasons_not_to_submit(facts(start, end, halves, is_attended=is_attended), today=end, limits=limits)
        assert [reason.code for reason in found] == (["over_ceiling"] if is_attended and halves > most else [])

    agree(
        body,
        trials,
        start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        length=LENGTHS,
        halves=HALVES,
        a_day=st.integers(1, 24),
        is_attended=st.booleans(),
    )


SPAN = st.tuples(st.integers(-20, 20), st.integers(1, 30), HALVES)


@TRIALS
def test_the_fullest_day_over_all_sources(trials: int) -> None:
    def body(own: tuple[int, int, int], others: list[tuple[int, int, int]], a_day: int) -> None:
        spans = [_span(*each) for each in [own, *others]]
        mine, *theirs = [_training(number, *each) for number, each in enumerate(spans)]
        most = hours.heaviest(spans[0], spans[1:])
        assert heaviest_day(mine, theirs) == most
        found = reasons_of_what_is_known(mine, (), Known(trainings=theirs), per_day=Decimal(a_day) / 2)
        assert [reason.code for reason in found] == (["over_person_day"] if most > Fraction(a_day, 2) else [])

    agree(body, trials, own=SPAN, others=st.lists(SPAN, max_size=6), a_day=st.integers(1, 48))


def _span(offset: int, length: int, halves: int) -> tuple[date, date, int]:
    start = date(2026, 1, 1) + timedelta(days=offset)
    return start, start + timedelta(days=length - 1), halves


def _training(number: int, start: date, end: date, halves: int) -> Standing:
    """All of one source and with titles that nobody takes for each other: only the days are in question."""
    return Standing(number, "平台", "platform", "课", (start, end), Decimal(halves) / 2, str(number), "")
