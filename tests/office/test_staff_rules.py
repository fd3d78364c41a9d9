"""What a unit reads of its people's year, whom it may remind, and what may leave in a file."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from accounts.enums import UnitNature
from ceportal.office.rules import exporting
from ceportal.office.rules.staff import (
    MOST_MARKED,
    MOST_REMINDED,
    Asked,
    State,
    consequence,
    missing_words,
    reasons_not_to_mark,
    reasons_not_to_remind,
    reminder,
    scope_words,
    state_of,
)
from credits.rules.requirements import Threshold

BEGAN = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 - moments are only subtracted


def threshold(kind: str, label: str, have: str, need: str) -> Threshold:
    missing = max(Decimal(0), Decimal(need) - Decimal(have))
    return Threshold(kind, label, Decimal(have), Decimal(need), missing, not missing, "S0-11", "verified", "")


def test_a_year_stands_in_one_of_four_ways() -> None:
    assert state_of(is_met=True, has_rule=False, is_obliged=False) == State.MET
    assert state_of(is_met=False, has_rule=False, is_obliged=False) == State.NO_RULE
    assert state_of(is_met=False, has_rule=True, is_obliged=True) == State.BEHIND
    assert state_of(is_met=False, has_rule=True, is_obliged=False) == State.EASED


def test_what_is_missing_is_named_by_subject_and_the_total_only_alone() -> None:
    total, public = threshold("total", "年度合计", "70", "90"), threshold("public", "公需科目", "30", "30")
    assert missing_words([total, public, threshold("professional", "专业科目", "47.5", "60")]) == "专业科目差 12.5 学时"
    assert missing_words([total, public]) == "年度合计差 20 学时"
    assert missing_words([public]) == ""
    assert "专业科目差 8 学时。请在12月31日前" in reminder(2026, "专业科目差 8 学时", "12月31日")


@pytest.mark.clause("S3-09")
def test_who_is_behind_is_not_appointed_and_not_rated_excellent() -> None:
    said = "不能评聘专业技术职务；年度考核不得确定为优秀等次"
    assert consequence(State.BEHIND, UnitNature.INSTITUTION) == said
    assert consequence(State.BEHIND, UnitNature.PRIVATE) == f"{said}（参照执行）"
    assert consequence(State.MET, UnitNature.PRIVATE) == "可以评聘、评优"
    assert consequence(State.EASED, UnitNature.INSTITUTION) == "按有关规定执行"


def test_reminders_and_departments_have_an_end() -> None:
    codes = [[each.code for each in reasons_not_to_remind(count)] for count in (0, 1, MOST_REMINDED, MOST_REMINDED + 1)]
    assert codes == [["nobody_behind"], [], [], ["too_many_people"]]
    marked = [(0, "语文组"), (1, "语文组"), (MOST_MARKED + 1, ""), (1, "组" * 61), (1, "a\x00b")]
    found = [[each.code for each in reasons_not_to_mark(*each)] for each in marked]
    assert found == [["nobody_chosen"], [], ["too_many_people"], ["department"], ["department"]]


def test_an_export_says_what_for_and_above_a_size_asks_for_two() -> None:
    most = exporting.MOST_ROWS
    asked = [(1, "核对"), (0, "核对"), (most, "核对"), (most + 1, "核对"), (1, " "), (1, "字" * 201)]
    found = [[each.code for each in exporting.reasons_not_to_ask(*each)] for each in asked]
    assert found == [[], ["nothing_to_export"], [], ["too_many_rows"], ["purpose"], ["too_long"]]
    assert [exporting.needs_two(rows) for rows in (10_000, 10_001)] == [False, True]


def test_nobody_agrees_to_their_own_and_who_refuses_says_why() -> None:
    def codes(**said: object) -> list[str]:
        given = {"is_own": False, "grants": True, "reason": ""} | said
        return [each.code for each in exporting.reasons_not_to_decide(**given)]  # type: ignore[arg-type]

    assert [codes(), codes(is_own=True), codes(grants=False), codes(grants=False, reason="用途不明")] == [
        [],
        ["own"],
        ["blank"],
        [],
    ]


def test_the_time_left_goes_by_the_pace() -> None:
    minute = BEGAN + timedelta(seconds=60)
    assert exporting.seconds_left(BEGAN, minute, done=100, total=300) == 120
    nothing = [(None, 1, 2), (BEGAN, 0, 2), (BEGAN, 3, 2)]
    assert [exporting.seconds_left(at, minute, done=done, total=total) for at, done, total in nothing] == [None] * 3
    mark = exporting.watermark("张三", "第一中学", "年度考核", "2026-11-20")
    assert mark == "第一中学 张三 于 2026-11-20 导出，用途：年度考核。含个人信息，请勿外传。"


def test_whom_a_list_is_narrowed_to_is_said_in_words() -> None:
    assert scope_words(Asked(2026)) == "全部人员"
    asked = Asked(2026, name="张", unit="开封", department="校办", level="中级", show="behind", organization="x")
    words = "未达标，中级职称，部门为“校办”，只有一个单位，单位名称以“开封”开头，姓名以“张”开头"
    assert scope_words(asked) == words
