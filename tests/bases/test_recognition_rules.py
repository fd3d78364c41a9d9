"""Whom a line of a year's list covers (A27, S4-09)."""

from datetime import date

import pytest

from bases.rules.recognition import Absent, Recognised, is_recognised, reasons_of_a_base_that_left, why_absent

LINE = Recognised("410200", 2026, frozenset({"public", "professional"}), ended_on=date(2026, 6, 30))
PLACES = ("410000", "410200", "410203")


def covers(*lines: Recognised, **changes) -> bool:
    said = {"places": PLACES, "year": 2026, "subject": "public", "trade": "", "on": date(2026, 6, 30)} | changes
    return is_recognised(lines, **said)


@pytest.mark.clause("A27", "A12")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"on": date(2026, 7, 1)}, False),
        ({"year": 2025}, False),
        ({"places": ("410000", "410100")}, False),
        ({"places": ("410200",)}, True),
        ({"subject": "elective"}, False),
        ({"trade": "会计"}, True),
    ],
)
def test_a_line_holds_in_its_place_year_and_subject_until_it_ended(changes, expected: bool) -> None:
    assert covers(LINE, **changes) is expected


def test_one_line_of_several_is_enough_and_none_is_not() -> None:
    other = Recognised("410400", 2026, frozenset({"public"}))
    assert covers(other, LINE)
    assert not covers(other)
    assert not covers()


@pytest.mark.clause("A30")
def test_the_accounting_zone_is_for_accountants() -> None:
    zone = Recognised("410000", 2026, frozenset({"professional"}), trade="会计")
    assert covers(zone, subject="professional", trade="会计")
    assert not covers(zone, subject="professional", trade="")
    assert not covers(zone, subject="professional", trade="统计")
    assert not covers(zone, subject="public", trade="会计")


@pytest.mark.clause("A27", "S0-18")
def test_who_is_absent_on_the_day_covers_nobody_and_the_words_say_why() -> None:
    suspended = Absent(date(2026, 3, 1), date(2026, 3, 31), is_exit=False, grounds="教学管理混乱")
    removed = Absent(date(2026, 9, 1), None, is_exit=True, grounds="教学质量低劣")
    line = Recognised("410200", 2026, frozenset({"public"}), absences=(removed, suspended))
    days = {date(2026, 2, 28): True, date(2026, 3, 1): False, date(2026, 3, 31): False, date(2026, 4, 1): True,
            date(2026, 8, 31): True, date(2026, 9, 1): False}  # fmt: skip
    assert {day: covers(line, on=day) for day in days} == days
    asked = {"places": PLACES, "year": 2026, "subject": "public", "trade": ""}
    assert why_absent([line], on=date(2026, 3, 9), **asked) == (
        "自2026年3月1日起至2026年3月31日被暂停资格，原因：教学管理混乱"
    )
    assert why_absent([line], on=date(2026, 12, 1), **asked) == "自2026年9月1日起被取消资格，原因：教学质量低劣"
    assert why_absent([line], on=date(2026, 2, 1), **asked) == ""
    assert why_absent([line], on=date(2026, 12, 1), **asked | {"subject": "professional"}) == ""


@pytest.mark.clause("A27")
def test_a_class_of_a_base_that_left_says_why_nobody_should_enrol() -> None:
    def told(line: Recognised, day: date) -> list[str]:
        return [reason.message for reason in reasons_of_a_base_that_left([line], ended_on=day)]

    absent = Absent(date(2026, 5, 1), None, is_exit=True, grounds="教学管理混乱")
    gone = Recognised("410200", 2026, frozenset({"public"}), absences=(absent,))
    assert told(gone, date(2026, 4, 30)) == told(LINE, date(2026, 6, 30)) == told(LINE, date(2025, 1, 1)) == []
    assert told(gone, date(2026, 5, 1)) == [
        "举办这个班的基地自2026年5月1日起被取消资格，原因：教学管理混乱。这个班的学时不能计入，不能报名，也不能登记结业。"
    ]
    assert "的资格已经终止" in told(LINE, date(2026, 7, 1))[0]
