"""What a unit may recognise of its own: stricter than the rule or as strict, announced beforehand, said in words."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.rules.claiming import work_out
from credits.rules.conversion import Conversion, Learnt, Standard
from credits.rules.standards import per_of, reasons_not_to_begin, reasons_not_to_set, rule_words, words_of

TODAY = date(2026, 11, 20)
DEGREE = Conversion("d", "学历课程", "degree", "410000", "course", amount=Decimal(15), yearly_cap=Decimal(60))
MAIN = Conversion("m", "主课题组", "project", "410000", "year", by_rank=(Decimal(64), Decimal(56)))
SUB = Conversion("s", "子课题组", "project", "410000", "year", by_rank=(Decimal(48),), beyond=Decimal(2))
PAPER = Conversion("p", "论文", "paper", "410000", "reviewer", author_limit=3, exclusions=("增刊", "副刊"))
LECTURE = Conversion("l", "讲座", "lecture", "*", "organiser", note="学时由举办单位核定。")
READ = Conversion("r", "会议", "conference", "410000", "fixed", amount=Decimal(12), addition=Decimal(6))


def standard(**changes: Any) -> Standard:
    return Standard("某单位", TODAY, **changes)


def codes(said: Standard, *rows: Conversion, per_day: Decimal | None = Decimal(8)) -> list[str]:
    return [reason.code for reason in reasons_not_to_set(said, rows, per_day)]


@pytest.mark.parametrize(
    ("amount", "rows", "refused"),
    [
        ("15", (DEGREE,), []),
        ("15.5", (DEGREE,), ["more_generous"]),
        ("64", (MAIN, SUB), []),
        ("64.5", (MAIN, SUB), ["more_generous"]),
        ("8", (LECTURE,), []),
        ("8.5", (LECTURE,), ["more_generous"]),
        ("90", (PAPER,), []),
        ("90", (), []),
    ],
)
def test_no_more_than_the_rule_gives(amount: str, rows: tuple[Conversion, ...], refused: list[str]) -> None:
    assert codes(standard(amount=Decimal(amount)), *rows) == refused


def test_what_is_not_attended_is_not_bounded_by_the_day() -> None:
    assert codes(standard(amount=Decimal(20)), LECTURE, per_day=None) == []


def test_no_higher_cap_than_the_rules() -> None:
    assert codes(standard(yearly_cap=Decimal(60)), DEGREE) == []
    assert codes(standard(yearly_cap=Decimal("60.5")), DEGREE) == ["more_generous"]
    assert codes(standard(yearly_cap=Decimal(90)), MAIN) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "says_nothing"),
        ({"amount": Decimal("0.3")}, "hours_step"),
        ({"yearly_cap": Decimal(0)}, "hours_not_positive"),
        ({"wording": "坏\u202e字"}, "strange_character"),
        ({"wording": "长" * 301}, "too_long"),
        ({"evidence": tuple("一二三四五六")}, "too_many"),
        ({"evidence": ("长" * 41,)}, "too_long"),
    ],
)
def test_what_says_nothing_or_cannot_be_read_is_refused(said: dict[str, Any], code: str) -> None:
    assert codes(standard(**said)) == [code]
    assert codes(standard(wording="两行\n文字")) == []


@pytest.mark.parametrize(("days", "code"), [(-1, "in_the_past"), (0, None), (366, None), (367, "too_far")])
def test_it_is_announced_beforehand_and_within_a_year(days: int, code: str | None) -> None:
    found = [reason.code for reason in reasons_not_to_begin(TODAY + timedelta(days=days), today=TODAY)]
    assert found == ([code] if code else [])


def test_rule_and_standard_are_said_in_words() -> None:
    assert rule_words([DEGREE]) == ["15 学时/门"]
    assert rule_words([MAIN, SUB]) == ["主课题组：按排名 64、56 学时", "子课题组：按排名 48 学时"]
    assert rule_words([PAPER]) == ["学时由审核单位认定。只折算前 3 位。增刊、副刊除外。"]
    assert rule_words([LECTURE]) == ["学时由举办单位核定。"]
    assert rule_words([READ]) == ["12 学时/次，另加 6 学时"]
    full = standard(amount=Decimal("4.5"), yearly_cap=Decimal(16), evidence=("心得", "签到表"), wording="每场签到。")
    assert words_of(full, per="天", unit="学时") == [
        "每天最多 4.5 学时",
        "每年最多 16 学时",
        "另需提供心得、签到表",
        "每场签到。",
    ]
    assert words_of(standard(), per="天", unit="学时") == []
    assert [per_of(DEGREE, is_attended=False), per_of(LECTURE, is_attended=True), per_of(None, is_attended=False)] == [
        "门",
        "天",
        "项",
    ]


@given(
    amount=st.integers(1, 180).map(lambda n: Decimal(n) / 2),
    own=st.integers(1, 180).map(lambda n: Decimal(n) / 2),
    courses=st.integers(1, 6),
)
def test_a_standard_that_may_stand_never_gives_more_than_the_rule(amount: Decimal, own: Decimal, courses: int) -> None:
    row = Conversion("d", "课程", "degree", "410000", "course", amount=amount)
    learnt = Learnt(details={"courses": courses}, is_attended=False)
    plain, held = work_out(row, learnt), work_out(row, learnt, standard=standard(amount=own))
    assert held.most is not None
    assert plain.most is not None
    assert held.most <= plain.most
    if not codes(standard(amount=own), row):
        assert held.hours == own * courses
