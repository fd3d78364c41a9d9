"""What stands in the list of teachers, and what a high-level seminar must say from its plan to its report."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bases.rules import teachers as rules
from tests.bases.recognising import SEMINAR, TEACHER


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.clause("S0-16", "S1-09")
def test_a_teacher_agrees_to_be_listed() -> None:
    assert codes(rules.reasons_not_to_keep(TEACHER, has_agreed=True)) == []
    assert codes(rules.reasons_not_to_keep(TEACHER | {"fields": ""}, has_agreed=False)) == ["blank", "not_agreed"]
    assert codes(rules.reasons_not_to_name("课程标准", is_cancelled=False)) == []
    assert codes(rules.reasons_not_to_name("", is_cancelled=True)) == ["cancelled", "blank"]


@pytest.mark.clause("S0-15", "S4-13")
@pytest.mark.parametrize(
    ("changes", "code"),
    [({"level": "x"}, "level"), ({"funding": "x"}, "funding"), ({"year": 2025}, "year"), ({"title": ""}, "blank"),
     ({"quota": 0}, "quota"), ({"quota": 1001}, "quota"), ({"hours": Decimal("1.2")}, "hours"),
     ({"hours": Decimal(0)}, "hours")],
)  # fmt: skip
def test_each_fault_of_a_project(changes: dict[str, Any], code: str) -> None:
    assert codes(rules.reasons_not_to_plan_seminar(SEMINAR, this_year=2026)) == []
    assert codes(rules.reasons_not_to_plan_seminar(replace(SEMINAR, **changes), this_year=2026)) == [code]


@pytest.mark.clause("S0-15", "S4-13")
def test_the_class_fits_the_project_and_the_report_its_quota() -> None:
    fits: dict[str, Any] = {"kind": "advanced", "hours": Decimal(40), "capacity": 60, "of": SEMINAR}
    assert codes(rules.reasons_not_to_hold_as(**fits, is_closed=False)) == []
    wrong = fits | {"kind": "post", "hours": Decimal(8), "capacity": 61}
    assert codes(rules.reasons_not_to_hold_as(**wrong, is_closed=True)) == ["closed", "kind", "hours", "quota"]
    report: dict[str, Any] = {"quota": 60, "has_paper": True, "is_closed": False}
    assert codes(rules.reasons_not_to_close("如期举办\n效果好", 60, **report)) == []
    wrong = {"quota": 60, "has_paper": False, "is_closed": True}
    assert codes(rules.reasons_not_to_close("", 61, **wrong)) == ["closed", "blank", "people", "document_missing"]
