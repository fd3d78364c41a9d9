"""What a unit ran itself names its plan, or says why not (S2-05, S3-04)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from credits.rules.planned import (
    NamedPlan,
    doubts_of_the_plan,
    reasons_not_to_keep_why,
    reasons_not_to_leave_unplanned,
)

NAMED = NamedPlan("研修", 2026, date(2026, 12, 1), date(2026, 12, 2), Decimal(16), is_in_force=True)
GONE = NamedPlan("研修", 2025, date(2025, 12, 1), date(2025, 12, 2), Decimal(16), is_in_force=False)


@pytest.mark.clause("S3-04", "S2-05")
@pytest.mark.parametrize(
    ("activity", "named", "why", "expected"),
    [
        ("training", None, "", []),
        ("employer_training", None, " ", ["no_plan"]),
        ("authority_training", None, "临时通知", []),
        ("employer_training", NAMED, "", []),
        ("employer_training", GONE, "", ["plan_changed", "plan_of_other_year"]),
    ],
)
def test_a_unit_run_training_names_its_plan_or_says_why_not(
    activity: str, named: Any, why: str, expected: list[str]
) -> None:
    found = list(reasons_not_to_leave_unplanned(activity, named, why, ended_on=date(2026, 12, 2)))
    assert [reason.code for reason in found] == expected
    assert {reason.field for reason in found} <= {"plan_item"}
    if named is not GONE:
        assert len(list(reasons_not_to_leave_unplanned(activity, named, why, ended_on=None))) == len(expected)


@pytest.mark.parametrize(("why", "expected"), [("", []), ("两\n行", []), ("长" * 301, ["too_long"])])
def test_why_there_is_no_plan_is_kept_in_short(why: str, expected: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_keep_why(why)] == expected


@pytest.mark.parametrize(
    ("named", "why", "start", "end", "hours", "expected"),
    [
        (None, "", None, None, None, []),
        (None, "临时通知", None, None, None, ["unplanned"]),
        (NAMED, "", date(2026, 12, 1), date(2026, 12, 2), Decimal(16), []),
        (NAMED, "", None, None, None, []),
        (NAMED, "", date(2026, 11, 30), date(2026, 12, 2), Decimal("16.5"), ["other_days", "over_plan"]),
        (GONE, "", date(2025, 12, 1), date(2025, 12, 1), Decimal(8), ["plan_changed"]),
    ],
)
def test_what_does_not_fit_the_plan_is_shown_to_the_reviewer(
    named: Any, why: str, start: Any, end: Any, hours: Any, expected: list[str]
) -> None:
    found = doubts_of_the_plan(named, why, started_on=start, ended_on=end, hours=hours)
    assert [reason.code for reason in found] == expected
