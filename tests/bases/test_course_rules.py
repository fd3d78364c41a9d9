"""What is filed of a course: every fault beside its column, and its key however it is written."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bases.rules import courses as rules
from bases.rules.courses import COLUMNS, CourseLine, course_key
from ceportal.kernel.rules.sheets import Cell, CellKind

GOOD = {
    "code": "GX-2026-01", "title": "数字技术与知识更新", "subject": "公需", "hours": "1.5", "lecturer": "李老师，教授",
    "approval": "省级出版行政部门审核同意", "document": "豫新广审〔2026〕1号",
}  # fmt: skip


@pytest.mark.clause("S4-06")
def test_a_course_names_its_length_its_teacher_and_by_whose_word_it_is_offered() -> None:
    assert list(GOOD) == list(COLUMNS)
    assert not list(rules.reasons_not_to_file(GOOD))
    filed = CourseLine(
        "GX-2026-01", "数字技术与知识更新", "public", Decimal("1.5"), "李老师，教授", "press", "豫新广审〔2026〕1号"
    )
    assert rules.line_of(GOOD) == filed
    assert rules.line_of(GOOD | {"subject": "专业科目"}).subject == "professional"


@pytest.mark.clause("S4-06")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        *(({name: ""}, code) for name, code in zip(COLUMNS, ["blank", "blank", "subject", "hours", "blank", "approval",
                                                             "blank"], strict=True)),
        ({"subject": "public"}, "subject"), ({"hours": "0"}, "hours"), ({"hours": "90.5"}, "hours"),
        ({"hours": "1.2"}, "hours"), ({"hours": "１"}, "hours"), ({"hours": "-1"}, "hours"),
        ({"approval": "press"}, "approval"), ({"code": "x" * 65}, "too_long"),
        ({"title": "a\u202eb"}, "strange_character"),
    ],
)  # fmt: skip
def test_each_fault_stands_at_its_column(changes: dict[str, str], code: str) -> None:
    (found,) = rules.reasons_not_to_file(GOOD | changes)
    assert (found.code, found.field) == (code, next(iter(changes)))


@pytest.mark.clause("S4-06")
def test_a_changed_course_takes_over_today_or_on_the_first_day_of_its_year() -> None:
    today = date(2026, 11, 20)
    assert rules.succession(2026, today=today) == rules.Succession(date(2026, 11, 19), today)
    assert rules.succession(2027, today=today) == rules.Succession(date(2026, 12, 31), date(2027, 1, 1))
    assert [each.code for each in rules.reasons_not_to_change(2025, today=today)] == ["year_over"]
    assert not list(rules.reasons_not_to_change(2026, today=today))
    for until, told in ((None, []), (date(2026, 12, 31), []), (date(2027, 1, 1), ["other_year"])):
        assert [each.code for each in rules.reasons_against_validity(until, year=2026)] == told


def test_the_longest_course_is_taken() -> None:
    assert not list(rules.reasons_not_to_file(GOOD | {"hours": "90"}))


def test_a_code_is_known_however_it_is_written() -> None:
    assert course_key("platform:a", "GX-2026-01") == course_key("platform:a", "ｇｘ2026 01")
    assert course_key("platform:a", "GX-1") != course_key("platform:b", "GX-1")


@pytest.mark.parametrize(
    ("kind", "is_taken"),
    [(CellKind.TEXT, True), (CellKind.NUMBER, True), (CellKind.FORMULA, False), (CellKind.OTHER, False)],
)
def test_formulas_and_dates_are_no_text(kind: CellKind, is_taken: bool) -> None:
    found = list(rules.reasons_not_to_take({"code": Cell("1", kind)}))
    assert [each.code for each in found] == ([] if is_taken else ["cell_kind"])


def test_every_column_is_asked_for_and_explained() -> None:
    labels: Any = list(COLUMNS.values())
    assert not list(rules.reasons_against_heading([*reversed(labels), "备注"]))
    (found,) = rules.reasons_against_heading(labels[1:])
    assert "缺少这些列：课程编号。" in found.message
    assert "三选一" in "".join(rules.guide())
