"""When a paper is kept of a class, and when people and units may say what they think of it."""

from datetime import date
from typing import Any

import pytest

from bases.rules.archive import average, reasons_not_to_follow_up, reasons_not_to_judge, reasons_not_to_keep
from bases.rules.classes import reasons_not_to_enrol

TODAY = date(2026, 11, 20)
FIVE = {"content": 5, "teaching": 5, "service": 5}


@pytest.mark.clause("S2-09")
@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({}, []),
        ({"state": "draft"}, ["not_held"]),
        ({"kind": "x", "count": 60}, ["kind", "too_many"]),
        ({"label": "长" * 61}, ["too_long"]),
    ],
    ids=["fits", "on paper", "unknown kind and too many", "long label"],
)
def test_papers_are_kept_of_what_was_announced(said: dict[str, Any], codes: list[str]) -> None:
    given = {"state": "open", "kind": "schedule", "label": "课程表", "count": 0} | said
    count = given.pop("count")
    assert [each.code for each in reasons_not_to_keep(*given.values(), count=count)] == codes


@pytest.mark.parametrize(
    ("points", "words", "said", "codes"),
    [
        (FIVE, "", {}, []),
        (FIVE, "很好", {"result": "failed"}, []),
        (FIVE, "", {"ended_on": date(2026, 11, 21)}, ["not_over"]),
        (FIVE, "", {"result": ""}, ["not_over"]),
        (FIVE, "", {"has_judged": True}, ["has_judged"]),
        ({"content": 6, "teaching": 0}, "长" * 301, {}, ["points", "points", "points", "too_long"]),
    ],
    ids=["fits", "failed", "not over", "no result", "twice", "out of range"],
)
def test_who_was_there_judges_once_when_it_is_over(
    points: dict[str, int], words: str, said: dict[str, Any], codes: list[str]
) -> None:
    facts: dict[str, Any] = {"ended_on": TODAY, "result": "passed", "has_judged": False, "today": TODAY}
    assert [each.code for each in reasons_not_to_judge(points, words, **(facts | said))] == codes


@pytest.mark.parametrize(
    ("effect", "words", "ended_on", "has_followed", "codes"),
    [
        ("clear", "已用于门诊", date(2026, 11, 19), False, []),
        ("x", "", TODAY, True, ["not_over", "has_followed", "effect", "blank"]),
    ],
    ids=["fits", "everything wrong"],
)
def test_a_unit_follows_up_once_after_the_class(
    effect: str, words: str, ended_on: date, has_followed: bool, codes: list[str]
) -> None:
    found = reasons_not_to_follow_up(effect, words, ended_on=ended_on, has_followed=has_followed, today=TODAY)
    assert [each.code for each in found] == codes


@pytest.mark.parametrize(("points", "count", "shown"), [(13, 3, "4.3"), (14, 3, "4.7"), (15, 3, "5.0"), (9, 4, "2.3")])
def test_averages_have_one_decimal(points: int, count: int, shown: str) -> None:
    assert average(points, count) == shown


def test_more_people_than_places_are_told_how_many_are_left() -> None:
    facts: dict[str, Any] = {"started_on": TODAY, "today": TODAY, "capacity": 10}
    assert not list(reasons_not_to_enrol("open", taken=8, wanted=2, **facts))
    (full,) = reasons_not_to_enrol("open", taken=8, wanted=3, **facts)
    assert "只剩 2 个名额，您选了 3 人" in full.message
