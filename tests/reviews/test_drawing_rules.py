"""Drawing: fair by tickets, nobody left out, and the same for whoever draws again."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.enums import Finding, InspectionMove, InspectionState, ReversalCode
from reviews.rules.drawing import (
    MOST,
    Ballot,
    Risk,
    differences,
    draw,
    frame_digest,
    frame_lines,
    is_near,
    reasons_not_to_plan,
    seed_digest,
    share_out,
    terms_of,
)
from reviews.rules.inspecting import MOVES, reasons_not_to_find, reasons_not_to_intend, reasons_not_to_say

TODAY = date(2026, 11, 20)
DAYS = {"decided_from": date(2026, 11, 1), "decided_until": TODAY}
FRAME = frame_lines([Ballot(f"item {number}", f"reviewer {number % 3}", 1 + number % 4) for number in range(60)])


def test_a_frame_is_the_same_in_whatever_order_it_was_found() -> None:
    ballots = [Ballot("b", "x", 2), Ballot("a", "y", 1)]
    assert frame_lines(ballots) == frame_lines(ballots[::-1]) == [["a", "y", 1], ["b", "x", 2]]
    assert frame_digest(frame_lines(ballots), {}) != frame_digest([["a", "y", 2], ["b", "x", 2]], {})


def test_the_draw_is_known_and_repeats() -> None:
    """A frozen example: whoever writes the rule anew, in whatever language, gets this."""
    drawn = draw([["a", "x", 1], ["b", "x", 3], ["c", "y", 1]], "seed", rate=None, number=2)
    assert drawn == draw([["a", "x", 1], ["b", "x", 3], ["c", "y", 1]], "seed", rate=50, number=None)
    assert drawn[-1] == "c"
    assert len(drawn) == 2
    assert draw(FRAME, "one", rate=10, number=None) != draw(FRAME, "another", rate=10, number=None)


def test_more_tickets_are_drawn_more_often_in_proportion() -> None:
    frame = [["plain", "x", 1], ["risky", "x", 3]]
    won = Counter(draw(frame, f"{seed}", rate=None, number=1)[0] for seed in range(2000))
    assert 0.72 < won["risky"] / 2000 < 0.78


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 100))
def test_shares_are_what_was_asked_and_leave_nobody_out(sizes: dict[str, int], asked: int) -> None:
    by_number = share_out(sizes, rate=None, number=asked)
    assert sum(by_number.values()) == min(asked, sum(sizes.values()))
    assert all(by_number[name] <= sizes[name] for name in sizes)
    if asked >= len(sizes):
        assert min(by_number.values()) >= 1
    by_rate = share_out(sizes, rate=asked, number=None)
    assert all(1 <= by_rate[name] <= sizes[name] for name in sizes)


def test_whatever_was_changed_afterwards_is_told() -> None:
    told = {
        "frame": FRAME, "frame_digest": frame_digest(FRAME, {}), "seed": "s", "seed_digest": seed_digest("s"),
        "rate": 10, "number": None, "drawn": draw(FRAME, "s", rate=10, number=None),
    }  # fmt: skip
    assert list(differences(told)) == []
    other = draw(FRAME, "t", rate=10, number=None)
    assert len(list(differences(told | {"drawn": other}))) == 1
    assert len(list(differences(told | {"seed": "t", "drawn": other}))) == 1
    assert len(list(differences(told | {"frame": FRAME[1:]}))) >= 1
    by_number = told | {"rate": None, "number": 5, "drawn": draw(FRAME, "s", rate=None, number=5)}
    assert list(differences(by_number)) == []


def published(**terms: Any) -> dict[str, Any]:
    made = terms_of("c", **DAYS, rate=10, number=None) | terms
    said = {name: made[name] for name in ("campaign", "decided_from", "decided_until", "rate", "number")}
    return said | {
        "terms": made, "frame": FRAME, "frame_digest": frame_digest(FRAME, made), "seed": "s",
        "seed_digest": seed_digest("s"), "drawn": draw(FRAME, "s", rate=10, number=None),
    }  # fmt: skip


@pytest.mark.clause("S2-07")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"rate": 20}, ["比例"]),
        ({"number": 3, "rate": None}, ["比例、件数"]),
        ({"terms": terms_of("c", **DAYS, rate=20, number=None)}, ["摘要不一致", "写明的比例", "结果不同"]),
        ({"terms": {}}, ["摘要不一致"]),
        ({"terms": {"version": 3}}, ["第 3 版"]),
        ({"decided_until": "2026-11-30"}, ["截止日期"]),
    ],
)  # fmt: skip
def test_what_a_draw_follows_from_is_fixed_before_it(changes: dict[str, Any], words: list[str]) -> None:
    found = list(differences(published() | changes))
    assert len(found) == len(words)
    assert all(word in told for word, told in zip(words, found, strict=True))


def test_weights_and_thresholds_are_fixed_too() -> None:
    told = published()
    for changed in ({"quick_seconds": 5}, {"near_cap_percent": 99}, {"tickets": {"first": 9}}):
        assert "摘要不一致" in next(differences(told | {"terms": told["terms"] | changed})), changed
    light = published(tickets={"first": 1})
    assert list(differences(light)) == ["名册里有的签数超过公布的风险权重。"]


@pytest.mark.parametrize(
    ("hours", "cap", "near"), [("32", "40", True), ("31.5", "40", False), ("90", None, False), ("0", "0", True)]
)
def test_hours_are_near_the_cap_of_their_kind(hours: str, cap: str | None, near: bool) -> None:
    assert is_near(Decimal(hours), Decimal(cap) if cap else None) is near


def test_risk_is_worth_tickets() -> None:
    assert Risk().tickets == 1
    assert Risk(was_quick=True, was_late=True, near_cap=True, is_suspect=True).tickets == 6


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"name": " "}, "name_blank"),
        ({"name": "长" * 61}, "name_wrong"),
        ({"name": "a\u202eb"}, "name_wrong"),
        ({"decided_from": date(2026, 11, 20), "decided_until": date(2026, 11, 1)}, "days_swapped"),
        ({"decided_until": date(2026, 11, 21)}, "days_to_come"),
        ({"rate": None}, "rate_or_number"),
        ({"number": 5}, "rate_or_number"),
        ({"rate": 101}, "rate_wrong"),
        ({"rate": None, "number": MOST + 1}, "number_wrong"),
        ({"rate": None, "number": 5}, None),
    ],
)
def test_a_campaign_must_make_sense(changes: dict[str, object], code: str | None) -> None:
    facts = {"name": "抽查", "decided_from": date(2026, 11, 1), "decided_until": TODAY, "rate": 5, "number": None}
    codes = [reason.code for reason in reasons_not_to_plan(**(facts | changes), today=TODAY)]
    assert codes == ([code] if code else [])


def test_findings_need_grounds_words_and_a_hearing() -> None:
    def found(finding: str, code: str = "false", *, intended: str = "false", was_heard: bool = True) -> list[str]:
        return [reason.code for reason in reasons_not_to_find(finding, code, intended=intended, was_heard=was_heard)]

    assert found("") == ["finding_missing"]
    assert found(Finding.SOUND, "", intended="", was_heard=False) == []
    assert found(Finding.FALSE) == []
    assert found(Finding.FALSE, was_heard=False) == ["not_heard"]
    assert found(Finding.WRONG) == ["not_heard"]
    assert found(Finding.FALSE, "x") == ["reversal_missing"]
    assert [r.code for r in reasons_not_to_intend("x", "")] == ["finding_missing"]
    assert [r.code for r in reasons_not_to_intend(Finding.SOUND, "")] == ["nothing_to_hear"]
    assert [r.code for r in reasons_not_to_intend(Finding.WRONG, "")] == ["reversal_missing"]
    assert list(reasons_not_to_intend(Finding.WRONG, ReversalCode.WRONGLY_REVIEWED)) == []
    for text, code in (("", "text_blank"), ("长" * 501, "text_too_long"), ("a\x00", "strange_character")):
        assert [reason.code for reason in reasons_not_to_say(text, "说明")] == [code]
    assert list(reasons_not_to_say("两行\n说明", "说明")) == []
    assert (InspectionState.HEARING, InspectionMove.FIND) not in MOVES
