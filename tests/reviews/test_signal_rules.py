"""What is a sign of fraud, and what classmates honestly share."""

from datetime import UTC, date, datetime, timedelta

import pytest

from credits.rules.known_classes import KnownClass
from reviews.enums import SignalKind
from reviews.rules.signals import (
    RUSH,
    RUSH_TIME,
    Told,
    are_of_one_class,
    is_one_issuer,
    is_rush,
    is_unknown,
    names_a_certificate,
    reasons_not_to_judge,
    telling,
)

MARCH, MAY = (date(2026, 3, 2), date(2026, 3, 4)), (date(2026, 5, 6), date(2026, 5, 8))
CLASS = Told("新课标教学研修班第3期", "河南大学", MARCH)


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        (Told("新课标教学研修班（第3期）", "河南大学教师发展中心", (date(2026, 3, 4), date(2026, 3, 6))), True),
        (Told("2026年新课标教学研修（3期）", "河南大学", MARCH), True),
        (Told("新课标教学研修班第4期", "河南师范大学", MARCH), False),
        (Told("新课标教学研修班第3期", "河南大学", MAY), False),
        (Told("消防安全培训", "河南大学", MARCH), False),
    ],
    ids=[
        "same class, other words",
        "same organiser, its year named",
        "another's class",
        "other days",
        "something else",
    ],
)
def test_classmates_are_known_by_title_and_days(other: Told, is_one: bool) -> None:
    assert are_of_one_class(CLASS, other) is is_one
    assert are_of_one_class(other, CLASS) is is_one


def test_authors_of_one_paper_share_it_whatever_they_call_it() -> None:
    one, other = (Told(title, "杂志", span, frozenset({"doi"})) for title, span in (("论文", MARCH), ("一文", MAY)))
    assert are_of_one_class(one, other)
    assert not are_of_one_class(one, Told("一文", "杂志", MAY))


def test_an_issuer_is_known_however_it_is_typed() -> None:
    assert is_one_issuer(CLASS, Told("别的", "河南 大学。", MAY))
    assert not is_one_issuer(CLASS, Told("别的", "河南大学附中", MAY))


@pytest.mark.parametrize("number", ["豫继教证2026-00123", "JX20260315", "2026-0031", "No.7781"])
def test_numbers_of_one_certificate(number: str) -> None:
    assert names_a_certificate(number)


@pytest.mark.parametrize(
    "number", ["", "无", "暂无", "0000", "／", "12", "见附件", "豫教培〔2026〕15号", "豫人社[2026] 3 号"]
)
def test_what_tells_no_certificate_apart(number: str) -> None:
    assert not names_a_certificate(number)


def test_what_a_unit_has_told_of_is_known_again() -> None:
    classes = [KnownClass("2026年河南省新课标教学研修班(第3期)", MARCH), KnownClass("实验室管理", MAY)]
    made_up = Told("红色教育实践活动", "河南大学", MARCH)
    assert not is_unknown(made_up, classes), "who tells of so few may teach others"
    classes.append(KnownClass("消防安全", MAY))
    assert is_unknown(made_up, classes)
    assert is_unknown(Told("新课标教学研修班第3期", "河南大学", MAY), classes)
    assert not is_unknown(CLASS, classes)
    assert not is_unknown(Told("新课标教学（河南大学）", "河南大学", MARCH), classes)


def test_a_rush_is_many_within_a_short_time() -> None:
    begin = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    step = timedelta(seconds=RUSH_TIME.seconds // (RUSH - 1))
    assert is_rush([begin + step * number for number in range(RUSH)])
    assert is_rush([begin - timedelta(days=1), *(begin + step * number for number in range(RUSH))])
    assert not is_rush([begin + (step + timedelta(seconds=1)) * number for number in range(RUSH)])
    assert not is_rush([begin] * (RUSH - 1))


def test_a_pair_is_told_once_whichever_was_seen_first() -> None:
    told = telling(SignalKind.SAME_FILE, "abc", ["x", "y"])
    assert told == telling(SignalKind.SAME_FILE, "abc", ["y", "x"])
    assert (
        len({told, telling(SignalKind.CLASSMATES, "abc", ["x", "y"]), telling(SignalKind.SAME_FILE, "abc", ["x"])}) == 3
    )


@pytest.mark.parametrize(
    ("verdict", "reason", "codes"),
    [
        ("dismissed", "两人同名，已向发证单位核实\n证书各一份", []),
        ("", "", ["verdict_missing", "reason_blank"]),
        ("maybe", "x", ["verdict_missing"]),
        ("confirmed", "x" * 501, ["reason_too_long"]),
        ("confirmed", "a\x00b", ["strange_character"]),
    ],
    ids=["well said", "nothing said", "no such verdict", "too long", "a strange character"],
)
def test_a_decision_takes_a_side_and_says_why(verdict: str, reason: str, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_judge(verdict, reason)] == codes
