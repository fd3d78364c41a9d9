"""When a training that a unit ran may be registered for all its people (S2-05, S3-04, S3-07)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from credits.enums import PaperKind
from credits.rules import unit_trainings as rules
from credits.rules.planned import NamedPlan
from credits.rules.rosters import ClassFacts

NAMED = NamedPlan("研修", 2026, date(2026, 12, 1), date(2026, 12, 2), Decimal(16), is_in_force=True)
FACTS = ClassFacts(
    title="研修", subject="professional", started_on=date(2026, 12, 3), ended_on=date(2026, 12, 4), hours=Decimal(16)
)


@pytest.mark.clause("S3-04", "S2-05")
@pytest.mark.parametrize(
    ("facts", "named", "assessment", "expected"),
    [
        ({}, {}, "闭卷考试", []),
        ({}, {"is_in_force": False}, "闭卷考试", ["plan_changed"]),
        ({"ended_on": date(2027, 1, 1)}, {}, "闭卷考试", ["plan_of_other_year"]),
        ({"started_on": date(2026, 11, 30)}, {}, "闭卷考试", ["before_plan"]),
        ({"hours": Decimal("16.5")}, {}, " ", ["over_plan", "blank"]),
    ],
)
def test_a_training_fits_its_line_of_the_plan(facts: Any, named: Any, assessment: str, expected: list[str]) -> None:
    found = rules.reasons_not_to_run(replace(FACTS, **facts), replace(NAMED, **named), assessment)
    assert [reason.code for reason in found] == expected


@pytest.mark.clause("S3-07")
@pytest.mark.parametrize(
    ("kinds", "has_notice", "expected"),
    [
        ({"courseware", "picture"}, True, []),
        ({"courseware"}, True, ["papers_missing"]),
        (set(), False, ["document_missing", "papers_missing"]),
    ],
)
def test_notice_courseware_and_pictures_are_kept(kinds: Any, has_notice: bool, expected: list[str]) -> None:
    assert [reason.code for reason in rules.reasons_not_to_send(kinds, has_notice=has_notice)] == expected


def test_papers_have_a_kind_and_an_end() -> None:
    assert list(rules.reasons_not_to_keep_paper(PaperKind.PICTURE, count=29)) == []
    assert [reason.code for reason in rules.reasons_not_to_keep_paper("film", count=30)] == ["kind", "too_many"]
