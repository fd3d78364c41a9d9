"""Every boundary of what a decision must say, without a database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.enums import ReasonCode
from reviews.rules.deciding import (
    Looked,
    Verdict,
    reasons_not_to_decide,
    reasons_not_to_take_together,
)

SEEN = Looked(claimed=Decimal("24.0"), proposed=Decimal("24.0"))


def codes(verdict: Verdict, looked: Looked = SEEN) -> list[str]:
    return [reason.code for reason in reasons_not_to_decide(verdict, looked)]


def approve(hours: str | None, reason: str = "", code: str = "") -> Verdict:
    return Verdict("approve", None if hours is None else Decimal(hours), code, reason)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("24", []),
        (None, ["hours_blank"]),
        ("0", ["hours_positive", "reason_blank"]),
        ("-1", ["hours_positive", "reason_blank"]),
        ("24.5", ["hours_too_many", "reason_blank"]),
        ("1e400", ["hours_too_many", "reason_blank"]),
        ("8.3", ["hours_step", "reason_blank"]),
        ("0.4", ["hours_step", "reason_blank"]),
        ("NaN", ["hours_blank"]),
        ("Infinity", ["hours_blank"]),
        ("0.5", ["reason_blank"]),
    ],
)
def test_hours_of_an_approval(hours: str | None, expected: list[str]) -> None:
    assert codes(approve(hours)) == expected


def test_fewer_hours_stand_with_a_reason() -> None:
    assert codes(approve("16", "第三天请假半天")) == []
    assert codes(approve("16", "   ")) == ["reason_blank"]


def test_the_second_stage_explains_what_differs_from_the_first() -> None:
    looked = Looked(claimed=Decimal("24.0"), proposed=Decimal("16.0"))
    assert codes(approve("16"), looked) == []
    assert codes(approve("24"), looked) == ["reason_blank"]
    assert codes(approve("24", "佐证齐全，应予全额认定"), looked) == []


def test_where_no_rule_counts_whoever_sets_the_hours_says_by_what() -> None:
    looked = Looked(Decimal(24), Decimal(24), is_open=True)
    assert codes(approve("24"), looked) == ["reason_blank"]
    assert codes(approve("20"), looked) == ["reason_blank"]
    assert codes(approve("24", "按会议日程"), looked) == []
    assert codes(approve("24.5", "按会议日程"), looked) == ["hours_too_many"]


def test_what_was_not_opened_is_listed_by_name() -> None:
    looked = Looked(Decimal("24.0"), Decimal("24.0"), unseen=["申报内容页", "结业证书"])
    (reason,) = reasons_not_to_decide(approve("24"), looked)
    assert reason.code == "unseen"
    assert "2 项" in reason.message
    assert "申报内容页、结业证书" in reason.message
    assert reason.clause


@pytest.mark.parametrize("move", ["return", "reject"])
@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (ReasonCode.EVIDENCE_MISSING, "缺少结业证书", []),
        (ReasonCode.EVIDENCE_MISSING, "", ["reason_blank"]),
        (ReasonCode.EVIDENCE_MISSING, " \n\t", ["reason_blank"]),
        ("", "缺少结业证书", ["reason_code"]),
        ("made_up", "缺少结业证书", ["reason_code"]),
        (ReasonCode.OTHER, "字" * 500, []),
        (ReasonCode.OTHER, "字" * 501, ["reason_too_long"]),
        (ReasonCode.OTHER, "字" * 10_000, ["reason_too_long"]),
        (ReasonCode.OTHER, "第一行\r\n第二行", []),
        (ReasonCode.OTHER, "空\x00字符", ["strange_character"]),
        (ReasonCode.OTHER, "反\u202e向", ["strange_character"]),
    ],
)
def test_turning_down_says_why(move: str, code: str, text: str, expected: list[str]) -> None:
    assert codes(Verdict(move, None, code, text)) == expected


def test_returning_does_not_ask_for_every_file() -> None:
    looked = Looked(Decimal("24.0"), Decimal("24.0"), unseen=["结业证书"])
    assert codes(Verdict("return", None, ReasonCode.EVIDENCE_UNREADABLE, "打不开"), looked) == []


@pytest.mark.parametrize("move", ["", "submit", "withdraw", "reverse", "通过"])
def test_only_three_moves_are_a_reviewers(move: str) -> None:
    assert codes(Verdict(move)) == ["move"]


def test_too_short_a_look_is_refused_and_says_for_how_long_more() -> None:
    (reason,) = reasons_not_to_decide(approve("24"), Looked(Decimal(24), Decimal(24), still_to_look=3))
    assert (reason.code, "再看 3 秒" in reason.message) == ("hasty", True)
    assert codes(approve("24"), Looked(Decimal(24), Decimal(24), ["结业证书"], still_to_look=3)) == ["unseen"]


@pytest.mark.parametrize(("count", "code"), [(0, "nothing_chosen"), (1, ""), (20, ""), (21, "too_many_together")])
def test_at_most_twenty_together(count: int, code: str) -> None:
    assert [reason.code for reason in reasons_not_to_take_together(count)] == ([code] if code else [])


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_no_number_breaks_the_rule(hours: Decimal) -> None:
    found = codes(Verdict("approve", hours, "", "理由"))
    is_right = hours.is_finite() and 0 < hours <= 24 and hours * 2 == int(hours * 2)
    assert (found == []) == is_right
