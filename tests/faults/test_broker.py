"""The broker is only a bell (R1): without it the pages answer as fast, and what was left to do is done when it is back.

X5, X6, X7 of the fault tests. A broker that is dead is started again by the supervisor; one that is there and does not
answer (SIGSTOP) is the worse one.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

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


def test_a_broker_that_is_killed_or_comes_back_empty_costs_nothing(town: Town) -> None:
    platform, people = Platform(town), town.people(5)
    hands = platform.post_all([records_of(person) for person in people[:3]], hands=2)
    for _ in range(8):
        with town.broker() as broker:
            broker.flushall()
        time.sleep(0.3)
    hands += platform.post_all([records_of(person) for person in people[3:]], hands=2)
    for _ in range(2):
        os.kill(town.portal.leader_of("broker"), signal.SIGKILL)
        town.wait_until_whole()
    for hand in hands:
        hand.join()
    all_is_done(town, platform, people)


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
