"""When a class may be announced, opened, entered, changed and assessed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bases.enums import ClassState
from bases.rules import classes as rules
from bases.rules.recognition import Absent, Recognised, reasons_not_to_teach

TODAY = date(2026, 11, 20)
WHOLE = dict.fromkeys(rules.DISCLOSED, "有\n两行")
GOOD = rules.ClassPlan(
    title="应急管理面授班", code="GX-01", subject="public", started_on=date(2026, 11, 25),
    ended_on=date(2026, 11, 26), hours=Decimal(12), capacity=100, disclosed=WHOLE,
)  # fmt: skip
LISTED = Recognised("410000", 2026, frozenset({"public", "professional"}))


def codes(reasons: Any) -> list[tuple[str, str]]:
    return [(reason.field, reason.code) for reason in reasons]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("8", "8"), ("7.5", "7.5"), ("200", "200"), ("0", None), ("7.4", None), ("200.5", None), ("٨", None), ("", None)],
)
def test_hours_are_typed_in_halves(text: str, hours: str | None) -> None:
    assert rules.hours_in(text) == (Decimal(hours) if hours else None)


def test_a_line_of_a_plan_says_what_when_and_for_how_many() -> None:
    good: dict[str, Any] = {"title": "公需", "subject": "public", "months": "4 月", "hours": Decimal(8), "people": 1}
    assert codes(rules.reasons_not_to_plan(**good)) == []
    for name, value in {"title": " ", "subject": "elective", "months": "", "hours": None, "people": 0}.items():
        assert [field for field, _ in codes(rules.reasons_not_to_plan(**good | {name: value}))] == [name]


@pytest.mark.clause("S1-14", "S0-16", "S4-16")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"title": ""}, [("title", "blank")]),
        ({"code": "班" * 41}, [("code", "too_long")]),
        ({"subject": ""}, [("subject", "subject")]),
        ({"hours": Decimal("12.3")}, [("hours", "hours")]),
        ({"capacity": 0}, [("capacity", "capacity")]),
        ({"started_on": date(2026, 11, 19)}, [("started_on", "begun")]),
        ({"started_on": TODAY}, []),
        ({"ended_on": date(2026, 11, 24)}, [("ended_on", "ends_before_start")]),
        ({"ended_on": date(2027, 1, 1)}, [("plan_item", "other_year")]),
    ],
)
def test_what_a_class_on_paper_needs(changes: Any, expected: Any) -> None:
    assert codes(rules.reasons_not_to_announce(replace(GOOD, **changes), plan_year=2026, today=TODAY)) == expected


@pytest.mark.clause("S1-14", "S4-16")
@pytest.mark.parametrize("name", list(rules.DISCLOSED))
def test_a_class_without_its_disclosure_is_none(name: str) -> None:
    plan = replace(GOOD, disclosed={each: text for each, text in WHOLE.items() if each != name})
    (missing,) = rules.reasons_not_to_announce(plan, plan_year=2026, today=TODAY)
    assert (missing.field, missing.clause) == (name, "S1-14")


def opened(**changes: Any) -> list[str]:
    said: dict[str, Any] = {
        "state": ClassState.DRAFT, "subject": "public", "started_on": GOOD.started_on, "ended_on": GOOD.ended_on,
        "recognised": [LISTED], "has_disclosed": True, "has_consent": False, "today": TODAY,
    }  # fmt: skip
    said |= changes
    return [reason.code for reason in rules.reasons_not_to_open(said.pop("state"), **said)]


@pytest.mark.clause("S4-05", "S1-14", "A27")
def test_what_opening_needs() -> None:
    assert opened() == []
    assert opened(state=ClassState.ASKED) == []
    assert opened(state=ClassState.OPEN) == ["not_draft"]
    assert opened(has_disclosed=False) == ["not_disclosed"]
    assert opened(recognised=[]) == ["not_recognised"]
    assert opened(today=date(2026, 12, 1)) == ["begun"]
    assert opened(subject="professional") == ["no_consent"]
    assert opened(subject="professional", has_consent=True) == []
    before = {"started_on": date(2024, 5, 1), "ended_on": date(2024, 5, 2), "today": date(2024, 4, 1)}
    assert opened(subject="professional", recognised=[replace(LISTED, year=2024)], **before) == []
    removed = replace(LISTED, absences=(Absent(date(2026, 11, 26), None, is_exit=True, grounds="教学质量低劣"),))
    assert opened(recognised=[removed]) == ["base_has_left"]


@pytest.mark.clause("A27", "S0-18")
def test_a_base_teaches_what_it_stands_for_on_the_day_the_class_ends() -> None:
    def told(*lines: Recognised, label: str = "公需科目", day: date = TODAY) -> list[str]:
        return [
            f"{reason.code} {reason.message}"
            for reason in reasons_not_to_teach(lines, subject="public", label=label, ended_on=day)
        ]

    assert told(LISTED) == []
    assert told()[0].startswith("not_recognised")
    assert "2026年6月30日终止" in told(replace(LISTED, ended_on=date(2026, 6, 30)))[0]
    removed = replace(LISTED, absences=(Absent(TODAY, None, is_exit=True, grounds="教学质量低劣"),))
    assert "被取消资格，原因：教学质量低劣" in told(removed)[0]
    assert told(removed, day=date(2026, 11, 19)) == []
    assert told(replace(LISTED, subjects=frozenset()))[0].startswith("subject_not_recognised")
    assert told(replace(LISTED, subjects=frozenset()), label="") == []


def test_places_are_taken_while_there_are_any_and_nothing_has_begun() -> None:
    def against(state: str = ClassState.OPEN, taken: int = 9, today: date = TODAY) -> list[str]:
        reasons = rules.reasons_not_to_enrol(state, started_on=TODAY, taken=taken, capacity=10, today=today)
        return [reason.code for reason in reasons]

    assert against() == []
    assert against(taken=10) == ["full"]
    assert against(today=date(2026, 11, 21)) == ["begun"]
    assert against(ClassState.CANCELLED) == ["not_open"]


@pytest.mark.clause("S2-13")
def test_a_class_is_changed_with_a_reason_and_assessed_when_it_is_over() -> None:
    change = rules.reasons_not_to_change
    assert codes(change(ClassState.OPEN, is_assessed=False, reason="场地停电")) == []
    assert codes(change(ClassState.OPEN, is_assessed=True, reason="场地停电")) == [("", "assessed")]
    assert codes(change(ClassState.DRAFT, is_assessed=False, reason="")) == [("", "not_open"), ("reason", "blank")]
    assess = rules.reasons_not_to_assess
    assert codes(assess(ClassState.OPEN, ended_on=TODAY, today=TODAY)) == []
    assert codes(assess(ClassState.OPEN, ended_on=date(2026, 11, 21), today=TODAY)) == [("", "not_over")]
    assert codes(assess(ClassState.CANCELLED, ended_on=TODAY, today=TODAY)) == [("", "not_open")]


def test_people_sign_in_on_the_days_of_the_class_once_they_have_come() -> None:
    def against(day: date, state: str = ClassState.OPEN) -> list[str]:
        days = {"started_on": date(2026, 11, 19), "ended_on": date(2026, 11, 21)}
        return [reason.code for reason in rules.reasons_not_to_attend(state, **days, day=day, today=TODAY)]

    assert against(TODAY) == []
    assert against(date(2026, 11, 18)) == ["outside"]
    assert against(date(2026, 11, 22)) == ["outside"]
    assert against(date(2026, 11, 21)) == ["to_come"]
    assert against(TODAY, ClassState.DRAFT) == ["not_open"]


def test_a_completion_number_is_counted_and_not_guessed() -> None:
    assert rules.completion_number(2026, 42, "9f3c77") == "2026-000042-9F3C"
