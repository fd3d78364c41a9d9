"""kill -9 at random during a load: nothing acknowledged is lost, nothing counts twice, no certificate is half done.

X1, X2, X4 of the fault tests. The client's list of what was acknowledged is held against the database, and
`manage.py reconcile` proves the ledger by another path.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.faults.clients import Platform, records_of
from tests.faults.town import LEASE, SLACK, VICTIMS, Town

A_LOAD = 3
# Seconds after the beginning of a load: while batches come in, accounts are settled, or sheets are drawn.
WINDOW = 4.0
A_SHEET = 0.6
SHEETS, KILLS = 300, 25


def test_each_kind_of_process_killed_once(town: Town, chance: random.Random) -> None:
    survive(town, chance, chance.sample(VICTIMS, len(VICTIMS)))


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(20))
def test_each_kind_of_process_killed_once_by_twenty_seeds(town: Town, seed: int) -> None:
    chance = random.Random(seed)
    survive(town, chance, chance.sample(VICTIMS, len(VICTIMS)))


@pytest.mark.deep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", VICTIMS)
def test_each_kind_of_process_killed_ten_times(town: Town, chance: random.Random, victim: str) -> None:
    survive(town, chance, [victim] * 10)


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_whoever_draws_is_killed_25_times_over_300_certificates(town: Town, chance: random.Random) -> None:
    """The pool's processes and the children that draw for them. All are published within the lease and a minute of the
    last kill.
    """
    platform, people = Platform(town), town.people(SHEETS)
    hands = platform.post_all([records_of(person) for person in people])
    done, killed, began = 0, 0, 0.0
    while killed < KILLS:
        done = town.issued(people)
        assert done < SHEETS, f"all was done after {killed} kills"
        if done >= (SHEETS - KILLS) * killed // KILLS and town.sheets_in_hand():
            time.sleep(chance.uniform(0, A_SHEET))
            town.kill("pool child", chance.randrange(4))
            killed, began = killed + 1, time.monotonic()
        time.sleep(0.05)
    for hand in hands:
        hand.join()
    town.wait_for_certificates(people)
    took, rest = time.monotonic() - began, SHEETS - done
    sys.stdout.write(f"{KILLS} kills; the last {rest} sheets took {took:.0f} s\n")
    assert took <= LEASE + SLACK
    town.wait_until_whole()
    facts = town.tell(f"inquire({[person['name'] for person in people]!r})")
    nothing_lost_nothing_twice(platform.acknowledged, facts)
    certificates_are_whole(people, facts)


def survive(town: Town, chance: random.Random, victims: Sequence[str]) -> None:
    """Under a load each, kill the victims; then ask for everything back."""
    platform, people = Platform(town), town.people(A_LOAD * len(victims))
    sent: list[str] = []
    for number, victim in enumerate(victims):
        batches = [
            half
            for person in people[number * A_LOAD : (number + 1) * A_LOAD]
            for records in [records_of(person)]
            for half in (records[:3], records[3:])
        ]
        sent += [record["record_id"] for batch in batches for record in batch]
        hands = platform.post_all(batches)
        wait_for_the_moment(town, chance, victim)
        town.kill(victim, chance.randrange(2))
        for hand in hands:
            hand.join()
        town.wait_until_whole()
    town.wait_for_certificates(people)
    assert sorted(platform.acknowledged) == sorted(sent), "the client gave up"
    facts = town.tell(f"inquire({[person['name'] for person in people]!r})")
    told = Counter(certificate["tries"] for certificate in facts["certificates"])
    sys.stdout.write(f"killed {victims}; {platform.retries} posts repeated; certificates by tries: {dict(told)}\n")
    nothing_lost_nothing_twice(platform.acknowledged, facts)
    certificates_are_whole(people, facts)
    done = town.manage("reconcile")
    assert done.returncode == 0, done.stdout


def wait_for_the_moment(town: Town, chance: random.Random, victim: str) -> None:
    """Any moment for those who take in; for those who work in the background, one at which they are at a sheet."""
    deadline = time.monotonic() + chance.uniform(0, WINDOW)
    if victim in {"pool child", "celery main"}:
        deadline += WINDOW
        while time.monotonic() < deadline and not town.sheets_in_hand():
            time.sleep(0.02)
        deadline = time.monotonic() + chance.uniform(0, A_SHEET)
    time.sleep(max(0.0, deadline - time.monotonic()))


def nothing_lost_nothing_twice(acknowledged: dict[str, str], facts: dict[str, Any]) -> None:
    assert set(acknowledged.values()) <= {"accepted", "duplicate"}
    present = Counter(record for record, _ in facts["claims"])
    assert lost_and_doubled(acknowledged, list(present.elements())) == ([], [])
    assert lost_and_doubled(acknowledged, facts["entries"]) == ([], [])
    assert {state for _, state in facts["claims"]} == {"live"}


def lost_and_doubled(acknowledged: Sequence[str] | dict[str, str], present: list[str]) -> tuple[list[str], list[str]]:
    counted = Counter(present)
    return sorted(set(acknowledged) - set(counted)), sorted(each for each in counted if counted[each] > 1)


def certificates_are_whole(people: Sequence[dict[str, str]], facts: dict[str, Any]) -> None:
    certificates = facts["certificates"]
    assert Counter(each["name"] for each in certificates) == Counter(person["name"] for person in people)
    assert {each["state"] for each in certificates} == {"issued"}
    assert all(each["is_whole"] and each["is_genuine"] for each in certificates)
    assert len({each["number"] for each in certificates}) == len(people)
    assert set(facts["hours"].values()) == {"9.0"}
    assert (facts["made"], facts["told"]) == ([1] * len(people), [1] * len(people))
    assert (facts["dead_letters"], facts["jobs"]) == (False, 0)
