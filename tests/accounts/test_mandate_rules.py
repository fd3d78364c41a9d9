"""To whom and from when until when certificates can be given to manage (S1-13)."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.enums import MandateState
from accounts.rules.mandates import reasons_not_to_mandate, state_of

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
PLAIN: dict[str, Any] = {"is_eligible": True, "since": TODAY, "until": None, "today": TODAY, "others": []}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"until": TODAY}, []),
        ({"is_eligible": False}, ["not_eligible"]),
        ({"since": TODAY - DAY}, ["past"]),
        ({"until": TODAY - DAY}, ["backwards"]),
        ({"others": [(TODAY, None)]}, ["taken"]),
        ({"others": [(TODAY + 9 * DAY, TODAY + 10 * DAY)]}, ["taken"]),
        ({"others": [(TODAY + 9 * DAY, None)], "until": TODAY + 8 * DAY}, []),
        ({"others": [(TODAY - 9 * DAY, TODAY - DAY)]}, []),
        ({"others": [(TODAY - 9 * DAY, TODAY)]}, ["taken"]),
    ],
)
def test_what_stands_against_it(changes: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_mandate(**PLAIN | changes)] == codes


def test_how_it_stands_on_a_day() -> None:
    def stands(since: date, until: date | None, *, is_ended: bool = False) -> MandateState:
        return state_of(since=since, until=until, is_ended=is_ended, today=TODAY)

    assert stands(TODAY, None) == stands(TODAY, TODAY) == MandateState.IN_FORCE
    assert stands(TODAY + DAY, None) == MandateState.COMING
    assert stands(TODAY - DAY, TODAY - DAY) == MandateState.OVER
    assert stands(TODAY, None, is_ended=True) == MandateState.ENDED
