"""A failure can be repeated: the same number gives the same moments, another number others."""

import random

import pytest

from tests.faults.seeds import NUMBER, THREE, TWENTY, by_twenty_seeds, drawn, number_of


def test_the_same_number_draws_the_same_seeds_and_another_others() -> None:
    assert drawn(7, TWENTY) == drawn(7, TWENTY)
    assert drawn(7, TWENTY)[:THREE] == drawn(7, THREE)
    assert len({*drawn(7, TWENTY), *drawn(8, TWENTY)}) == 2 * TWENTY


def test_a_number_that_is_given_is_taken_and_otherwise_each_run_has_its_own() -> None:
    assert number_of({"FAULT_SEED": "672591505"}) == 672591505
    assert len({number_of({}) for _ in range(TWENTY)} | {number_of({"FAULT_SEED": ""})}) == TWENTY + 1


@by_twenty_seeds
def test_each_of_the_twenty_has_its_own_of_the_runs_number(seed: int, request: pytest.FixtureRequest) -> None:
    assert seed == drawn(NUMBER, TWENTY)[request.node.callspec.params["seed"]]


def test_chance_and_the_gates_three_are_of_the_runs_number(chance: random.Random, seeds: list[int]) -> None:
    assert (chance.random(), seeds) == (random.Random(NUMBER).random(), drawn(NUMBER, THREE))
