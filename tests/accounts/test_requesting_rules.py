"""What a request and a ruling on it must bring, how it moves, when a unit can answer elsewhere: by the rules alone."""

from dataclasses import replace
from itertools import product

import pytest

from accounts.enums import Move
from accounts.enums import RequestState as State
from accounts.rules.requesting import (
    MOVES,
    REASON_LIMIT,
    reasons_not_to_ask,
    reasons_not_to_move,
    reasons_not_to_rule,
)
from accounts.rules.stationing import StationingFacts, reasons_not_to_station

FINE = StationingFacts(
    unit="某单位", bureau="某市人社局", is_employer=True, is_bureau=True, answers_already=False, is_open=False
)


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_only_the_moves_of_the_table_are_made(state: State, move: Move) -> None:
    refused = list(reasons_not_to_move(state, move))
    assert bool(refused) is ((state, move) not in MOVES)
    assert all(state.label in reason.message for reason in refused)


def test_what_is_settled_stays_settled() -> None:
    settled = {State.GRANTED, State.REFUSED, State.WITHDRAWN}
    assert not settled & {state for state, _ in MOVES}


@pytest.mark.parametrize(
    ("reason", "has_document", "codes"),
    [
        ("病休", True, []),
        ("两\r\n行", True, []),
        ("字" * REASON_LIMIT, True, []),
        ("字" * (REASON_LIMIT + 1), True, ["too_long"]),
        (" \n ", True, ["reason_missing"]),
        ("\u202e反", True, ["strange_character"]),
        ("", False, ["reason_missing", "document_missing"]),
    ],
)
def test_a_request_says_why_and_brings_a_paper(reason: str, has_document: bool, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_ask(reason, has_document=has_document)] == codes


@pytest.mark.parametrize(
    ("move", "reason", "codes"),
    [
        (Move.APPROVE, "同意", []),
        (Move.RETURN, "", ["reason_missing"]),
        (Move.REJECT, "不符", []),
        (Move.WITHDRAW, "我", ["move"]),
        ("", "", ["move"]),
    ],
)
def test_a_ruling_is_one_of_three_and_says_why(move: str, reason: str, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_rule(move, reason)] == codes


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (FINE, []),
        (replace(FINE, is_employer=False, is_bureau=False), ["no_such_unit"]),
        (replace(FINE, is_bureau=False, answers_already=True), ["no_such_bureau"]),
        (replace(FINE, answers_already=True), ["answers_already"]),
        (replace(FINE, answers_already=True, is_open=True), ["answers_already", "still_open"]),
    ],
)
def test_when_a_unit_can_answer_elsewhere(facts: StationingFacts, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_station(facts)] == codes
