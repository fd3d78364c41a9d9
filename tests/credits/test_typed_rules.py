"""Hours and days as people type them: what is read, what is not, beside which field it is said."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.rules import typed as rules


def told(reasons: Iterable[Refusal]) -> list[tuple[str, str]]:
    return [(reason.code, reason.field) for reason in reasons]


@pytest.mark.parametrize(
    ("text", "read"),
    [("８．５", "8.5"), ("８。５　", "8.5"), (" 12 ", "12"), ("\t8", "\t8"), ("八", "八"), ("８年", "8年")],
)
def test_wide_digits_are_narrowed_and_nothing_else(text: str, read: str) -> None:
    assert rules.narrow(text) == read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8", ""), ("8.5", ""), ("0.5", ""), ("90", ""), ("90.00", ""),
        ("0", "hours_not_positive"), ("0.0", "hours_not_positive"), ("8.25", "hours_step"), ("90.5", "hours_too_many"),
        ("", "hours_shape"), ("-1", "hours_shape"), ("1e1", "hours_shape"), ("NaN", "hours_shape"),
        ("٨", "hours_shape"), ("8.", "hours_shape"), ("8.500", "hours_shape"), ("1000", "hours_shape"),
    ],
)  # fmt: skip
def test_hours_go_in_steps_of_a_half_up_to_ninety(text: str, code: str) -> None:
    assert told(rules.reasons_not_to_read_hours(text)) == ([(code, "hours_claimed")] if code else [])
    assert told(rules.reasons_not_to_read_hours(text, field="less_total")) == ([(code, "less_total")] if code else [])
    if code != "hours_shape":
        assert told(rules.reasons_not_to_keep_hours(Decimal(text))) == ([(code, "hours_claimed")] if code else [])


def test_what_is_bounded_alike_says_so_in_its_own_words() -> None:
    for reasons in (
        rules.reasons_not_to_read_hours("91", most_words="一年最多减免"),
        rules.reasons_not_to_keep_hours(Decimal(91), most_words="一年最多减免"),
    ):
        assert [reason.message for reason in reasons] == ["一年最多减免 90 学时，请核对。"]
    (reason,) = rules.reasons_not_to_read_hours("91")
    assert reason.message == "一项学习最多申报 90 学时，请核对。"
    (reason,) = rules.reasons_not_to_keep_hours(Decimal("8.3"))
    assert reason.clause == "A16"
    assert told(rules.reasons_not_to_keep_hours(Decimal("Infinity"))) == [("hours_not_positive", "hours_claimed")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-09", ""), ("2000-01-01", ""), ("1999-12-31", "day_too_early"), ("2026-02-29", "day_unknown"),
        ("2026-3-9", "day_shape"), ("2025-W01-1", "day_shape"), ("20260309", "day_shape"), ("", "day_shape"),
        ("２０２６-03-09", "day_shape"),
    ],
)  # fmt: skip
def test_days_are_written_in_one_way(text: str, code: str) -> None:
    assert told(rules.reasons_not_to_read_day(text, field="ended_on")) == ([(code, "ended_on")] if code else [])


def test_the_first_day_that_is_taken() -> None:
    assert not rules.reasons_not_to_keep_day(date(2000, 1, 1), field="started_on")
    assert told(rules.reasons_not_to_keep_day(date(1999, 12, 31), field="started_on")) == [
        ("day_too_early", "started_on")
    ]
