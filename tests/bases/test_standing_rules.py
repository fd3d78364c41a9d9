"""For what an institution is suspended or removed, and in which order the directory shows the rest."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from bases.rules import directory, standing
from bases.rules.carrying import Listed, to_carry

TODAY = date(2026, 11, 20)


def against(**changes: Any) -> list[tuple[str, str]]:
    said: dict[str, Any] = {
        "codes": ["chaotic"], "reason": "三个班没有考勤记录", "from_on": TODAY, "until_on": None, "is_exit": True,
        "today": TODAY,
    }  # fmt: skip
    said |= changes
    return [(reason.field, reason.code) for reason in standing.reasons_not_to_remove(said.pop("codes"), **said)]


@pytest.mark.clause("S0-18", "S4-14", "S2-06")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"codes": [ground.code for ground in standing.GROUNDS]}, []),
        ({"is_exit": False, "until_on": TODAY}, []),
        ({"codes": []}, [("grounds", "grounds")]),
        ({"codes": ["chaotic", "no_such_ground"]}, [("grounds", "grounds")]),
        ({"reason": " "}, [("reason", "blank")]),
        ({"reason": "字" * 301}, [("reason", "too_long")]),
        ({"reason": "第一行\r\n第二行"}, []),
        ({"from_on": date(2026, 11, 19)}, [("from_on", "not_backwards")]),
        ({"until_on": date(2026, 12, 1)}, [("until_on", "exit_without_end")]),
        ({"is_exit": False, "until_on": date(2026, 11, 19)}, [("until_on", "ends_before_start")]),
    ],
)
def test_a_removal_needs_a_ground_of_the_documents_and_never_reaches_back(changes: Any, expected: Any) -> None:
    assert against(**changes) == expected


@pytest.mark.clause("S0-18", "S4-14")
def test_the_grounds_are_those_of_the_documents() -> None:
    words = {ground.words for ground in standing.GROUNDS}
    assert words >= {"工作不主动", "作用发挥不充分", "教学管理混乱", "不能完成培训任务"}
    assert words >= {"不按规定开展继续教育工作", "培训目标不明确", "教学质量低劣", "借用继续教育名义乱办班、乱收费"}
    assert words >= {"连续两年考核不合格", "综合评估不合格"}
    assert standing.in_words(["chaotic", "other", "poor_teaching"], "甲") == "教学管理混乱、教学质量低劣"
    assert standing.in_words(["other"], "停止运营") == "停止运营"
    assert standing.in_words(["of a later version"], "甲") == "甲"


def test_a_return_says_why() -> None:
    assert [reason.field for reason in standing.reasons_not_to_return("")] == ["lift_reason"]
    assert not list(standing.reasons_not_to_return("整改复查合格"))


def test_who_was_removed_is_not_carried_on() -> None:
    key = (1, "municipal_base", "410200", "")
    assert to_carry([Listed(1, key, 2026, is_verified=False, has_left=True)], 2027) == []
    assert len(to_carry([Listed(1, key, 2026, is_verified=False)], 2027)) == 1


@pytest.mark.clause("S0-04")
def test_the_order_of_the_directory_favours_nobody() -> None:
    """Over a year of days each of seven stands first about as often as any other."""
    refs = [UUID(int=number) for number in range(7)]
    first = dict.fromkeys(refs, 0)
    for day in range(364):
        ranks = directory.shuffled(refs, date.fromordinal(TODAY.toordinal() + day))
        assert sorted(ranks.values()) == list(range(7))
        first[min(refs, key=lambda ref: ranks[ref])] += 1
    assert min(first.values()) > 26, first
    assert max(first.values()) < 78, first
    assert directory.shuffled(refs, TODAY) == directory.shuffled(list(reversed(refs)), TODAY)


@pytest.mark.clause("S0-16", "S1-14", "S4-16")
def test_every_item_is_disclosed_or_none() -> None:
    whole = dict.fromkeys(directory.DISCLOSED, "有\n两行")
    assert not list(directory.reasons_not_to_disclose(whole))
    for name, (label, limit) in directory.DISCLOSED.items():
        (missing,) = directory.reasons_not_to_disclose(whole | {name: "  "})
        assert (missing.field, label in missing.message, missing.clause) == (name, True, "S0-16")
        (long,) = directory.reasons_not_to_disclose(whole | {name: "字" * (limit + 1)})
        assert long.code == "too_long"
    assert len(list(directory.reasons_not_to_disclose({}))) == len(directory.DISCLOSED)
