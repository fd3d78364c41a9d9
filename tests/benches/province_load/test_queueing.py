"""The simulation against theory: Erlang's formula where nobody gives up, and what patience must do where they do."""

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.benches.province_load.__main__ import MEASURED, line_of
from tests.benches.province_load.load import MIX, Province, visitors
from tests.benches.province_load.queueing import Kind, Machines, Told, erlang_c

SERVICE, MANY = 0.2, 150_000


def poisson(rate: float, kind: Kind, chance: random.Random) -> Iterator[tuple[float, Kind]]:
    moment = 0.0
    for _ in range(MANY):
        moment += chance.expovariate(rate)
        yield moment, kind


def lived(cores: int, used: float, *, machines: int = 1, more: int = 0, patience: float = math.inf) -> Told:
    """`more`: cores that are there and not reckoned with."""
    chance = random.Random(7)
    kind = Kind("page", SERVICE, patience)
    return Machines(cores + more, machines, chance).live(poisson(used * cores / SERVICE, kind, chance))


def differs(told: Told, cores: int, used: float) -> float:
    """By how much, of what theory says: the share of those who wait, or their mean wait, whichever is worse."""
    waits = erlang_c(cores, used * cores)
    mean = waits * SERVICE / (cores * (1 - used))
    share = sum(wait > 0 for wait in told.waits) / len(told.waits)
    return max(abs(share / waits - 1), abs(told.mean_wait() / mean - 1))


def test_erlang_by_the_tables() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert erlang_c(10, 8.0) == pytest.approx(0.4092, abs=1e-4)
    assert erlang_c(3, 3.0) == 1.0


@pytest.mark.parametrize(("cores", "used"), [(1, 0.6), (2, 0.7), (8, 0.8), (20, 0.85)])
def test_who_waits_and_how_long_is_what_erlang_says(cores: int, used: float) -> None:
    assert differs(lived(cores, used), cores, used) < 0.08


@pytest.mark.parametrize(("cores", "used"), [(1, 0.6), (8, 0.8), (20, 0.85)])
def test_negative_control_with_one_core_more_it_is_not(cores: int, used: float) -> None:
    assert differs(lived(cores, used, more=1), cores, used) > 0.2


def test_cores_in_several_machines_make_wait_longer_than_in_one() -> None:
    assert lived(8, 0.8, machines=4).mean_wait() > 1.3 * lived(8, 0.8).mean_wait()


def test_who_has_waited_too_long_is_told_to_come_back_and_nobody_else() -> None:
    told = lived(4, 3.0, patience=0.5)
    assert max(told.waits) <= 0.5
    # Of three times too much two thirds must go; telling them so takes some of the cores too.
    assert told.share_away() == pytest.approx(2 / 3, abs=0.03)
    assert not lived(4, 0.5, patience=5).away


def test_the_less_patient_give_way_to_the_others() -> None:
    chance = random.Random(7)
    kinds = [Kind("machine", SERVICE, 0.5), Kind("page", SERVICE, 0.9)]
    coming = ((moment, kinds[number % 2]) for number, (moment, _) in enumerate(poisson(30, kinds[0], chance)))
    told = Machines(4, 1, chance).live(coming)
    assert told.share_away("machine") > 5 * told.share_away("page")


def test_cores_must_be_enough_for_the_machines() -> None:
    with pytest.raises(ValueError, match="2 cores in 3 machines"):
        Machines(2, 3, random.Random(1))


def test_a_province_of_a_million_has_its_week() -> None:
    hours = visitors()
    assert len(hours) == 168
    declared = sum(hours) * 3600 * MIX["declare"] / sum(MIX.values())
    assert declared == pytest.approx(800_000)


def test_the_same_seed_gives_the_same_line_and_more_cores_never_more_waiting(tmp_path: Any) -> None:
    province = Province.of(MEASURED)
    few, again, many = (line_of(province, cores, 8, 0.02, 1) for cores in (40, 40, 400))
    assert str(few) == str(again)
    assert many.busiest.p95() <= few.busiest.p95()
    assert many.connections > few.connections
