"""Why hours can be taken back, and what a decision must say."""

from datetime import date
from decimal import Decimal

import pytest

from ceportal.kernel.rules.citations import place_of
from ceportal.kernel.rules.refusal import Refusal
from reviews.enums import ReversalCode
from reviews.rules.deciding import Looked, Verdict, reasons_not_to_decide
from reviews.rules.filing import first_of_month, month_after, oldest_to_file
from reviews.rules.reversing import CLAUSES, REASON_LIMIT, reasons_not_to_decline, reasons_not_to_reverse, wording

NO_CODE = Refusal("reason_code", "请从列表中选择撤销原因。", field="reason_code")
BLANK = Refusal("reason_blank", "请写明查实的情况，本人会看到。", field="reason")
LONG = Refusal("reason_too_long", "情况说明最多 200 个字，现在有 201 个字。", field="reason")
STRANGE = Refusal("strange_character", "情况说明中有无法显示的字符，请重新输入。", field="reason")


@pytest.mark.clause("S4-16", "S3-10")
@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (ReversalCode.BORROWED, "经核实，证书属于他人。", []),
        (ReversalCode.BORROWED, "第一行\r\n第二行\t第三列", []),
        (ReversalCode.BORROWED, "字" * REASON_LIMIT, []),
        (ReversalCode.BORROWED, "字" * (REASON_LIMIT + 1), [LONG]),
        (ReversalCode.BORROWED, " \n", [BLANK]),
        (ReversalCode.BORROWED, "坏\u202e字", [STRANGE]),
        ("", "经核实。", [NO_CODE]),
        ("whim", "", [NO_CODE, BLANK]),
    ],
)
def test_hours_are_taken_back_for_a_reason_in_words(code: str, text: str, expected: list[Refusal]) -> None:
    assert list(reasons_not_to_reverse(code, text)) == expected


def test_every_reason_rests_on_a_clause_that_can_be_found() -> None:
    assert set(CLAUSES) == set(ReversalCode)
    assert all(place_of(clause) or clause.startswith("A") for clause in CLAUSES.values())


def test_an_entry_says_which_reason_and_what_was_found() -> None:
    assert wording(ReversalCode.BORROWED, " 经核实。\n") == "冒用他人证书：经核实。"
    assert len(wording(ReversalCode.WRONGLY_REVIEWED, "字" * 400)) == 300


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("查实确有其课。", []),
        (" \n", ["reason_blank"]),
        ("字" * 201, ["reason_too_long"]),
        ("\u202e", ["strange_character"]),
    ],
)
def test_a_platform_is_told_why_not(text: str, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_decline(text)] == codes


def test_a_reason_from_outside_the_list_is_refused_with_an_approval_too() -> None:
    looked = Looked(claimed=Decimal(8), proposed=Decimal(8))
    fewer = Verdict("approve", Decimal(8), reason_code="whim", reason="说明")
    assert [(reason.code, reason.field) for reason in reasons_not_to_decide(fewer, looked)] == [
        ("reason_code", "reason_code")
    ]


@pytest.mark.parametrize(
    ("day", "first", "after", "oldest"),
    [
        ("2026-11-20", "2026-11-01", "2026-12-01", "2025-12-01"),
        ("2026-12-31", "2026-12-01", "2027-01-01", "2026-01-01"),
        ("2026-01-01", "2026-01-01", "2026-02-01", "2025-02-01"),
    ],
)
def test_months_that_may_be_filed(day: str, first: str, after: str, oldest: str) -> None:
    today = date.fromisoformat(day)
    assert first_of_month(today).isoformat() == first
    assert month_after(first_of_month(today)).isoformat() == after
    assert oldest_to_file(today).isoformat() == oldest
