"""What a yearly plan must say, when it is filed in time, how it is amended and looked into (S3-04)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bases.enums import PlanStage
from bases.rules import plans as rules
from tests.bases.planning import TRAINING

TODAY = date(2026, 11, 20)
ONE, TWO = UUID(int=1), UUID(int=2)
BEGUN = replace(TRAINING, started_on=TODAY, ended_on=TODAY)


def codes(reasons: Any) -> list[tuple[str, str]]:
    return [(reason.field, reason.code) for reason in reasons]


@pytest.mark.clause("S3-04")
@pytest.mark.parametrize(
    ("is_authority", "has_authority", "stage"),
    [(True, False, PlanStage.BUREAU), (True, True, PlanStage.BUREAU), (False, True, PlanStage.AUTHORITY),
     (False, False, PlanStage.BUREAU)],
)  # fmt: skip
def test_the_three_routes(is_authority: bool, has_authority: bool, stage: PlanStage) -> None:
    assert rules.first_stage(is_authority=is_authority, has_authority=has_authority) is stage


@pytest.mark.parametrize(("year", "is_open"), [(2025, False), (2026, True), (2027, True), (2028, False)])
def test_plans_are_of_this_year_and_the_next(year: int, is_open: bool) -> None:
    assert (codes(rules.reasons_not_to_begin(year, today=TODAY)) == []) == is_open


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"title": " "}, [("title", "blank")]),
        ({"content": "课" * 501}, [("content", "too_long")]),
        ({"place": ""}, [("place", "blank")]),
        ({"subject": "elective"}, [("subject", "subject")]),
        ({"hours": Decimal("0")}, [("hours", "hours")]),
        ({"hours": Decimal("7.7")}, [("hours", "hours")]),
        ({"hours": Decimal("200.5")}, [("hours", "hours")]),
        ({"people": 0}, [("people", "people")]),
        ({"people": 100_001}, [("people", "people")]),
        ({"funding": "bank"}, [("funding", "funding")]),
        ({"budget": None}, []),
        ({"budget": 100_000_001}, [("budget", "budget")]),
        ({"ended_on": date(2026, 11, 30)}, [("ended_on", "days")]),
        ({"ended_on": date(2027, 1, 1)}, [("started_on", "other_year")]),
        ({"started_on": TODAY}, [("started_on", "begun")]),
        ({"started_on": date(2026, 11, 21)}, []),
    ],
)
def test_what_a_line_of_a_plan_says(changes: Any, expected: Any) -> None:
    assert codes(rules.reasons_not_to_list(replace(TRAINING, **changes), year=2026, today=TODAY)) == expected


@pytest.mark.clause("S3-04", "S2-05")
@pytest.mark.parametrize(
    ("items", "filed", "expected"),
    [
        ({}, {}, [("", "no_items")]),
        ({ONE: TRAINING}, {}, []),
        ({ONE: BEGUN}, {}, [("", "begun")]),
        ({ONE: TRAINING}, {ONE: TRAINING}, [("", "unchanged")]),
        ({ONE: BEGUN, TWO: TRAINING}, {ONE: BEGUN}, []),
        ({ONE: replace(BEGUN, people=5)}, {ONE: BEGUN}, [("", "begun")]),
        ({TWO: TRAINING}, {ONE: BEGUN}, [("", "begun")]),
        ({TWO: TRAINING}, {ONE: TRAINING}, []),
    ],
)
def test_a_plan_is_filed_before_its_trainings_begin(items: Any, filed: Any, expected: Any) -> None:
    found = rules.reasons_not_to_file(items, filed, has_paper=True, today=TODAY)
    assert codes(found) == expected
    without = codes(rules.reasons_not_to_file(items, filed, has_paper=False, today=TODAY))
    assert ("document", "document_missing") in without


def test_what_an_amendment_changes_is_told_and_what_has_begun_stays() -> None:
    changed = {ONE: replace(TRAINING, people=70), TWO: TRAINING}
    assert rules.changed_lines(changed, {ONE: TRAINING}) == {ONE: "调整", TWO: "新增"}
    assert rules.changed_lines({}, {ONE: TRAINING}) == {ONE: "删去"}
    assert rules.reasons_not_to_change(TRAINING, None, today=TODAY) == []
    assert rules.reasons_not_to_change("", TRAINING, today=TODAY) == []
    assert rules.reasons_not_to_change(BEGUN, BEGUN, today=TODAY) == []
    assert codes(rules.reasons_not_to_change("", BEGUN, today=TODAY)) == [("", "begun")]


def test_papers_have_a_name_and_an_end() -> None:
    assert codes(rules.reasons_not_to_attach("课程表", count=19)) == []
    assert codes(rules.reasons_not_to_attach(" ", count=20)) == [("label", "blank"), ("document", "too_many")]


@pytest.mark.clause("S3-04")
@pytest.mark.parametrize(
    ("finding", "words", "mend_by", "is_filed", "expected"),
    [
        ("good", "按计划组织", None, True, []),
        ("mend", "缺签到表", date(2026, 12, 1), True, []),
        ("mend", "缺签到表", None, True, [("mend_by", "mend_by")]),
        ("mend", "缺签到表", TODAY, True, [("mend_by", "mend_by")]),
        ("fine", " ", None, True, [("finding", "finding"), ("words", "blank")]),
        ("advice", "两\n行", None, False, [("", "not_filed")]),
    ],
)
def test_what_an_inspection_says(finding: str, words: str, mend_by: Any, is_filed: bool, expected: Any) -> None:
    found = rules.reasons_not_to_inspect(finding, words, mend_by, is_filed=is_filed, today=TODAY)
    assert codes(found) == expected


def test_an_answer_is_given_once() -> None:
    assert codes(rules.reasons_not_to_answer("已补齐", is_answered=False)) == []
    assert codes(rules.reasons_not_to_answer("", is_answered=True)) == [("", "answered"), ("answer", "blank")]
