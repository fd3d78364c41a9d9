"""The sheet, its points and grades, and what follows from them."""

from datetime import date
from decimal import Decimal

import pytest

from bases.enums import Grade
from bases.rules.assessment import (
    GROUPS,
    Indicator,
    consequence,
    grade_of,
    points_in,
    read_sheet,
    reasons_not_to_open,
    reasons_not_to_say,
    reasons_not_to_score,
)
from bases.rules.standing import GROUNDS

D = Decimal
LINE = "基地自身建设情况 | 师资队伍 | 100 | 师资名单"
TODAY = date(2026, 11, 20)
LIMITS = {"self_until": date(2026, 12, 1), "excellent_from": D(85), "pass_from": D(60), "fulls": [], "today": TODAY}


@pytest.mark.clause("S0-17", "S2-09")
def test_a_sheet_is_read_line_by_line_and_written_back_as_it_was() -> None:
    found, wrong = read_sheet(f"{GROUPS[0]} | 师资 | 60.5 | 名单\n \n{GROUPS[2]}｜意见｜39.5｜意见书")
    assert (wrong, [each.most for each in found]) == ([], [D("60.5"), D("39.5")])
    assert str(found[0]) == f"{GROUPS[0]} | 师资 | 60.5 | 名单"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LINE, []),
        ("", ["合计应为 100，现在是 0"]),
        (f"{LINE}\n{LINE}", ["现在是 200"]),
        ("别的内容 | 师资 | 100 | 名单", ["第 1 行应写成"]),
        (f"{LINE}\n{GROUPS[0]} | 师资 | 0 | 名单", ["第 2 行应写成"]),
        (f"{GROUPS[0]} | 师资 | 100", ["第 1 行应写成"]),
        (f"{GROUPS[0]} | 师资 | 1e2 | 名单", []),
        (f"{GROUPS[0]} | | 100 | 名单", ["第 1 行的指标"]),
        (f"{GROUPS[0]} | 师资 | 100 | {'长' * 121}", ["第 1 行的指标"]),
        ("\n".join([f"{GROUPS[0]} | 师资 | 2 | 名单"] * 50), ["最多 40 项"]),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told_by_its_line(text: str, said: list[str]) -> None:
    wrong = [refusal.message for refusal in read_sheet(text)[1]]
    assert len(wrong) == len(said)
    assert all(part in message for part, message in zip(said, wrong, strict=True))


@pytest.mark.parametrize(
    ("text", "points"),
    [("0", D(0)), ("7.5", D("7.5")), ("100", D(100)), ("100.5", None), ("-1", None), ("7.3", None), ("", None),
     ("NaN", None), ("٧", None), ("1e9", None), ("sNaN", None)],
)  # fmt: skip
def test_points_are_halves_from_nothing_to_a_hundred(text: str, points: Decimal | None) -> None:
    assert points_in(text) == points


@pytest.mark.clause("S0-17")
@pytest.mark.parametrize(
    ("kind", "year", "changes", "fields"),
    [
        ("yearly", 2026, {}, []),
        ("full", 2025, {"fulls": [2023]}, []),
        ("full", 2026, {"fulls": [2025]}, ["kind"]),
        ("yearly", 2026, {"fulls": [2025]}, []),
        ("monthly", 2026, {}, ["kind"]),
        ("yearly", 2024, {}, ["year"]),
        ("yearly", 2027, {}, ["year"]),
        ("yearly", 2026, {"self_until": TODAY}, ["self_until"]),
        ("yearly", 2026, {"pass_from": D(85)}, ["excellent_from"]),
        ("yearly", 2026, {"pass_from": D(0)}, ["excellent_from"]),
    ],
)
def test_a_round_is_of_this_year_or_the_last_and_a_full_one_every_second_year(
    kind: str, year: int, changes: dict[str, object], fields: list[str]
) -> None:
    found = reasons_not_to_open(kind, year, **(LIMITS | changes))  # type: ignore[arg-type]
    assert [refusal.field for refusal in found] == fields


def test_each_indicator_has_its_points_and_none_more_than_it_is_worth() -> None:
    sheet = [Indicator(GROUPS[0], "师资", D(60), "名单"), Indicator(GROUPS[1], "档案", D(40), "目录")]
    assert list(reasons_not_to_score([D(60), D(0)], sheet)) == []
    assert [each.field for each in reasons_not_to_score([D("60.5"), None], sheet)] == ["point_0", "point_1"]
    assert [each.field for each in reasons_not_to_say(" \n", label="评语")] == ["words"]
    assert reasons_not_to_say("师资\n充足", label="评语") == []


@pytest.mark.clause("S0-17", "S0-18")
def test_grades_follow_from_points_and_exit_or_recommendation_from_grades() -> None:
    limits = {"excellent_from": D(85), "pass_from": D(60)}
    totals = (D(85), D("84.5"), D(60), D("59.5"))
    assert [grade_of(total, **limits) for total in totals] == ["excellent", "passed", "passed", "failed"]
    good, passed, bad = Grade.EXCELLENT, Grade.PASSED, Grade.FAILED
    known = {ground.code for ground in GROUNDS}
    exits = [
        consequence("yearly", 2026, {2026: bad, 2025: bad}),
        consequence("full", 2026, {2026: bad}),
    ]  # fmt: skip
    assert {each.ground for each in exits if each} == {"failed_twice", "failed_evaluation"} <= known
    for kind, grades, words in (
        ("yearly", {2026: good, 2025: good}, "连续两年优秀"),
        ("full", {2026: good}, "综合评估优秀"),
        ("yearly", {2026: bad}, None),
        ("yearly", {2026: bad, 2024: bad}, None),
        ("yearly", {2026: bad, 2025: passed}, None),
        ("yearly", {2026: good, 2025: passed}, None),
        ("yearly", {}, None),
        ("full", {2026: passed, 2025: bad}, None),
    ):
        found = consequence(kind, 2026, grades)
        assert (found is None) if words is None else (found and words in found.words and not found.ground)
