"""What an application for recognition must say; when an answer means that an address is dead."""

from typing import Any

import pytest

from bases.rules.links import words_of_status
from bases.rules.recognising import first_stage, reasons_not_to_announce, reasons_not_to_apply
from tests.bases.recognising import SAID

PLATFORM = {"kind": "platform", "site_name": "学习网", "url": "https://xuexi.example.cn/"}


def told(**changes: Any) -> list[str]:
    facts = {"this_year": 2026, "is_listed": False, "was_removed": False, "is_recommended": False}
    return [reason.code for reason in reasons_not_to_apply(**(SAID | facts | changes))]


@pytest.mark.clause("S2-09", "A11")
def test_the_authority_is_asked_first_unless_it_recommends_or_there_is_none() -> None:
    assert [first_stage(has_authority=has, is_recommended=said) for has in (True, False) for said in (True, False)] == [
        1,
        0,
        1,
        1,
    ]


@pytest.mark.clause("S2-09", "S2-06")
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []), ({"year": 2027}, []), (PLATFORM, []), (PLATFORM | {"url": "http://a.cn"}, []),
        ({"kind": "x"}, ["kind"]), ({"year": 2025}, ["year"]), (PLATFORM | {"year": 2027}, ["year"]),
        ({"subjects": []}, ["subjects"]), ({"subjects": ["x"]}, ["subjects"]),
        ({"kind": "trade_base"}, ["blank"]), ({"kind": "trade_base", "trade": "卫生健康"}, []),
        (PLATFORM | {"site_name": ""}, ["blank"]), (PLATFORM | {"url": "ftp://a.cn"}, ["url"]),
        (PLATFORM | {"url": "https://localhost/"}, ["url"]), (PLATFORM | {"url": "https://a.cn/" + "x" * 200}, ["url"]),
        (PLATFORM | {"is_recommended": True}, ["own_platform"]), ({"is_recommended": True}, []),
        ({"is_listed": True}, ["listed"]), ({"was_removed": True}, ["removed"]),
    ],
)  # fmt: skip
def test_each_fault_of_an_application(changes: dict[str, Any], codes: list[str]) -> None:
    assert told(**changes) == codes


def test_a_list_is_announced_by_a_document() -> None:
    assert not list(reasons_not_to_announce("豫人社函〔2026〕88号", count=1))
    assert [reason.code for reason in reasons_not_to_announce("", count=0)] == ["none", "blank"]


@pytest.mark.parametrize(
    ("status", "is_there"),
    [(200, True), (302, True), (403, True), (429, True), (404, False), (410, False), (500, False)],
)
def test_who_answers_is_there(status: int, is_there: bool) -> None:
    assert (words_of_status(status) == "") is is_there
