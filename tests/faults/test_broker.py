"""The broker is only a bell (R1): without it the pages answer as fast, and what was left to do is done when it is back.

X5, X6, X7 of the fault tests. A broker that is dead is started again by the supervisor; one that is there and does not
answer (SIGSTOP) is the worse one.
"""

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from threading import Thread

import pytest

from tests.faults.clients import Person, Platform, records_of, today_in_shanghai
from tests.faults.test_killed import certificates_are_whole, nothing_lost_nothing_twice
from tests.faults.town import SLACK, Town
from tests.portals import until

TIMES = 5
# A picture of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082"
)


@contextmanager
def silent_broker(town: Town) -> Iterator[None]:
    broker = town.portal.leader_of("broker")
    os.kill(broker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker, signal.SIGCONT)


def test_pages_and_platforms_are_answered_as_fast_by_a_portal_whose_broker_is_silent(town: Town) -> None:
    """Beginning a declaration and handing it in: the median over two rounds of each kind, taken in turn.

    What came in meanwhile is done afterwards: the reviewers are told, the certificates made.
    """
    person, before, without = Person(town, "professional"), [], []
    platform, people = Platform(town), town.people(3)
    for _ in range(2):
        before += [declare(person) for _ in range(TIMES)]
        with silent_broker(town):
            without += [declare(person) for _ in range(TIMES)]
    assert median(without) <= 2 * median(before) + 0.05, (before, without)
    with silent_broker(town):
        began = time.monotonic()
        for each in people:
            platform.post(records_of(each))
        took = time.monotonic() - began
    assert took < 8, "no answer waits for the broker's"
    all_is_done(town, platform, people)
    until(lambda: not unsent(town), lambda: f"{unsent(town)} messages wait", SLACK)


def test_a_broker_that_is_killed_or_comes_back_empty_costs_nothing(town: Town, seeds: list[int]) -> None:
    """By three seeds: emptied at moments of chance while records come in, then killed and its log removed."""
    platform, people = Platform(town), town.people(2 * len(seeds))
    hands: list[Thread] = []
    for place, seed in enumerate(seeds):
        chance = random.Random(seed)
        sys.stdout.write(f"seed {seed}\n")
        hands += platform.post_all([records_of(person) for person in people[2 * place : 2 * place + 2]], hands=2)
        for _ in range(3):
            time.sleep(chance.uniform(0, 0.6))
            with town.broker() as broker:
                broker.flushall()
        kill_and_forget(town)
    for hand in hands:
        hand.join()
    all_is_done(town, platform, people)


def kill_and_forget(town: Town) -> None:
    """The supervisor starts it again after half a second at the earliest."""
    os.kill(town.portal.leader_of("broker"), signal.SIGKILL)
    logs = [*(town.portal.data / "run").glob("*/append*")]
    for log in logs:
        shutil.rmtree(log)
    assert logs, "it would have come back with what it had"
    town.wait_until_whole()


@pytest.mark.deep
@pytest.mark.timeout(1800)
def test_one_in_twenty_answers_is_no_slower_by_more_than_50_ms_while_the_broker_is_silent(town: Town) -> None:
    """Of a hundred declarations each, ten by turns with a broker and without."""
    person, before, without = Person(town, "professional"), list[float](), list[float]()
    for _ in range(10):
        before += [declare(person) for _ in range(10)]
        with silent_broker(town):
            without += [declare(person) for _ in range(10)]
    told = f"p95 {slow_ones(before):.3f} s with a broker, {slow_ones(without):.3f} s without an answer from it"
    sys.stdout.write(f"{told}; medians {median(before):.3f} and {median(without):.3f} s\n")
    assert slow_ones(without) <= slow_ones(before) + 0.05, told
    until(lambda: not unsent(town), lambda: f"{unsent(town)} messages wait", SLACK)


def slow_ones(seconds: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(seconds, n=20)[-1]


def all_is_done(town: Town, platform: Platform, people: list[dict[str, str]]) -> None:
    """Within a lease and a minute of the broker's return."""
    town.wait_for_certificates(people)
    facts = town.tell(f"inquire({[person['name'] for person in people]!r})")
    nothing_lost_nothing_twice(platform.acknowledged, facts)
    certificates_are_whole(people, facts)


def unsent(town: Town) -> int:
    return int(town.ask("SELECT COUNT(*) FROM accounts_notice WHERE sent_at IS NULL")[0][0])


def declare(person: Person) -> float:
    """Seconds that beginning a declaration and handing it in took, the picture between them not counted."""
    today = today_in_shanghai()
    token = person.token("/declare/")
    began = time.monotonic()
    page = person.send(token, "/declare/", activity="training")
    took = time.monotonic() - began
    draft = page.removesuffix("edit/")
    person.attach(token, f"{draft}evidence/", PIXEL)
    began = time.monotonic()
    led_to = person.send(
        token, f"{draft}submit/", activity="training", subject="professional", title=f"校本研修 {time.time_ns()}",
        organiser="县教研室", started_on=today, ended_on=today, hours_claimed="0.5", was_passed="yes", payer="unit",
        promise="on",
    )  # fmt: skip
    assert led_to == draft, "it was not handed in"
    return took + time.monotonic() - began
