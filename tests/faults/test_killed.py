"""kill -9 at random during a load: nothing acknowledged is lost, nothing counts twice, no certificate is half done.

X1, X2, X4 of the fault tests. The client's list of what was acknowledged is held against the database, and
`manage.py reconcile` proves the ledger by another path.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest

from tests.faults.clients import LESSONS, Platform, records_of
from tests.faults.seeds import by_twenty_seeds
from tests.faults.town import LEASE, SLACK, VICTIMS, Town

# People whose batches come in for each kill; of three seeds a third each, so that all their sheets together have the
# lease and the minute that those of one have.
A_LOAD, A_THIRD = 3, 1
# Seconds after the beginning of a load: while batches come in, accounts are settled, or sheets are drawn. Where loads
# come on without rest, all of this goes on at any moment.
WINDOW, WITHOUT_REST = 4.0, 2.0
A_SHEET = 0.6
SHEETS, KILLS = 300, 25


class Load:
    """One platform's batches for people of its own, and its list of what was acknowledged."""

    def __init__(self, town: Town, victims: Sequence[str], size: int = A_LOAD) -> None:
        self.platform, self.people, self.size = Platform(town), town.people(size * len(victims)), size
        self.sent, self.hands, self.victims = list[str](), list[Thread](), victims

    def goes_on(self) -> None:
        """Two batches for each of the next few people."""
        begun = len(self.sent) // LESSONS
        records = [records_of(person) for person in self.people[begun : begun + self.size]]
        self.sent += [record["record_id"] for some in records for record in some]
        self.hands += self.platform.post_all([half for some in records for half in (some[:3], some[3:])])

    def ends(self) -> None:
        for hand in self.hands:
            hand.join()
        assert sorted(self.platform.acknowledged) == sorted(self.sent), "the client gave up"


def test_each_kind_of_process_killed_once(town: Town, seeds: list[int]) -> None:
    """By three seeds, one after the other. The supervisor, whose death is all the others', by one of them."""
    others = [victim for victim in town.victims if victim != "supervisor"]
    loads = [
        die_without_rest(town, seed, others if place else town.victims, A_THIRD) for place, seed in enumerate(seeds)
    ]
    all_is_there(town, loads)


@pytest.mark.deep
@pytest.mark.timeout(3600)
@by_twenty_seeds
def test_each_kind_of_process_killed_once_by_twenty_seeds(town: Town, seed: int) -> None:
    """And each stopped once and let go on, PostgreSQL restarted in turn."""
    all_is_there(town, [die_without_rest(town, seed, (*town.victims, *town.befalls))])


@pytest.mark.deep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", VICTIMS)
def test_each_kind_of_process_killed_ten_times(town: Town, chance: random.Random, victim: str) -> None:
    load = Load(town, [victim] * 10)
    for _ in load.victims:
        load.goes_on()
        die(town, chance, victim, WINDOW)
        load.ends()
        town.wait_until_whole()
    all_is_there(town, [load])


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


def die_without_rest(town: Town, seed: int, victims: Sequence[str], size: int = A_LOAD) -> Load:
    """Each once, in an order and at moments of the seed, the next whether the last is back or not."""
    chance, began = random.Random(seed), time.monotonic()
    load = Load(town, chance.sample(victims, len(victims)), size)
    for victim in load.victims:
        load.goes_on()
        die(town, chance, victim, WITHOUT_REST)
    sys.stdout.write(f"seed {seed}: killed {', '.join(load.victims)} in {time.monotonic() - began:.0f} s\n")
    return load


def die(town: Town, chance: random.Random, victim: str, window: float) -> None:
    """At any moment for those who take in; for those who work in the background, at one when they are at a sheet."""
    deadline = time.monotonic() + chance.uniform(0, window)
    if victim in {"pool child", "celery main"}:
        deadline += window
        while time.monotonic() < deadline and not town.sheets_in_hand():
            time.sleep(0.02)
        deadline = time.monotonic() + chance.uniform(0, A_SHEET)
    time.sleep(max(0.0, deadline - time.monotonic()))
    town.kill(victim, chance.randrange(2))


def all_is_there(town: Town, loads: Sequence[Load]) -> None:
    """Of each load whatever its platform was told, once; the certificates of its people; and the ledger is whole."""
    began = time.monotonic()
    for load in loads:
        load.ends()
    town.wait_until_whole()
    whole = time.monotonic()
    town.wait_for_certificates([person for load in loads for person in load.people])
    drawn = time.monotonic()
    names = [[person["name"] for person in load.people] for load in loads]
    told, reconciled = town.tell(f"([inquire(names) for names in {names!r}], reconciled())")
    for load, facts in zip(loads, told, strict=True):
        tries = Counter(certificate["tries"] for certificate in facts["certificates"])
        sys.stdout.write(f"{len(load.sent)} records, {load.platform.retries} posts repeated; sheets by tries {tries}\n")
        nothing_lost_nothing_twice(load.platform.acknowledged, facts)
        certificates_are_whole(load.people, facts)
    assert reconciled == ""
    ended = time.monotonic()
    sys.stdout.write(
        f"whole {whole - began:.0f} s later, sheets {drawn - whole:.0f} s, looked at {ended - drawn:.0f} s\n"
    )


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
