"""Who may stand in for a reviewer, without a database."""

from datetime import date, timedelta

import pytest

from accounts.rules.deputizing import MOST_DAYS, reasons_not_to_deputize

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"found": []}, ["nobody"]),
        ({"found": ["甲", "甲"]}, ["several"]),
        ({"is_away": True}, ["oneself"]),
        ({"holds_it": True}, ["holds_it"]),
        ({"until": TODAY - timedelta(days=1)}, ["past"]),
        ({"until": TODAY + timedelta(days=MOST_DAYS)}, []),
        ({"until": TODAY + timedelta(days=MOST_DAYS + 1), "found": []}, ["nobody", "too_long"]),
    ],
)
def test_why_somebody_cannot_stand_in(facts: dict[str, object], expected: list[str]) -> None:
    plain: dict[str, object] = {"found": ["甲"], "is_away": False, "holds_it": False, "until": TODAY, "today": TODAY}
    reasons = reasons_not_to_deputize(**plain | facts)  # type: ignore[arg-type]
    assert [reason.code for reason in reasons] == expected
