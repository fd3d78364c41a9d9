"""The trials: each alternates its sides within one run, so that a busy machine troubles both alike."""

import os
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Barrier, Thread
from uuid import uuid4

import psycopg2
from django.db import connection
from django.utils import timezone

from tests.benches.posting import raw
from tests.benches.posting.batches import SIZE, Maker, as_answer, as_rows
from tests.benches.posting.callers import BULK, ITEM, Caller, caller
from tests.benches.posting.register import platform_client
from tests.benches.posting.servers import Place, resident

CLIENTS = 8
WARM = 3
# Item by item a thousand take too long to be asked for often; the rate is what counts.
FEW = 100


@dataclass
class Side:
    """One way of posting, and what a thousand records took by it, in seconds."""

    name: str
    post: Callable[[], float]
    took: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.took)

    def __str__(self) -> str:
        low, *_, high = statistics.quantiles(self.took, n=10) if len(self.took) > 1 else [self.median] * 2
        return (
            f"{self.name:<34}{SIZE / self.median:>9,.0f} records/s   {self.median * 1000:>8,.0f} ms a thousand"
            f"   (a tenth below {low * 1000:,.0f}, above {high * 1000:,.0f}; {len(self.took)} batches)"
        )


@dataclass(frozen=True)
class Ratio:
    name: str
    value: float
    bound: float

    @property
    def holds(self) -> bool:
        return self.value >= self.bound

    def __str__(self) -> str:
        return f"ratio {self.name} {self.value:.3g} needs {self.bound:g}{'' if self.holds else '  SHORT'}"


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def alternate(sides: list[Side], rounds: int) -> None:
    for turn in range(WARM + rounds):
        for side in sides if turn % 2 else sides[::-1]:
            took = side.post()
            if turn >= WARM:
                side.took.append(took)
    for side in sides:
        say(side)


def against_the_limit(place: Place, people: int, rounds: int) -> Iterator[Ratio]:
    maker = Maker(people)
    ours, limit = _ours(place, maker), Side("bare driver, the same rows", _Bare(maker).post)
    alternate([ours, limit], rounds)
    yield Ratio("of-the-raw-limit", limit.median / ours.median, 0.75)


def against_the_framework(place: Place, people: int, rounds: int) -> Iterator[Ratio]:
    maker, peer = Maker(people), caller(place.peers, platform_client())
    ours = _ours(place, maker)
    item = Side("serializer and save an item", lambda: peer.post(maker.batch(FEW), ITEM) * SIZE / FEW)
    bulk = Side("serializer many and bulk_create", lambda: peer.post(maker.batch(), BULK))
    alternate([ours, item, bulk], max(rounds // 2, 3))
    yield Ratio("of-an-item-at-a-time", item.median / ours.median, 30)
    yield Ratio("of-many-and-bulk-create", bulk.median / ours.median, 3)


def in_memory(place: Place, people: int, batches: int) -> Iterator[Ratio]:
    """What the workers hold after a twentieth of the batches, and after all: what they need at all is no growth."""
    maker, one = Maker(people), caller(place.ours, platform_client())
    for _ in range(batches // 20):
        one.post(maker.batch())
    before = [resident(pid) for pid in place.workers]
    for _ in range(batches - batches // 20):
        one.post(maker.batch())
    grown = max(after - was for after, was in zip(map(resident, place.workers), before, strict=True))
    say(f"memory of the workers: {', '.join(f'{was:.0f}' for was in before)} MB, grown by {grown:.1f} after {batches}")
    yield Ratio("of-50-MB-not-grown", 50 / max(grown, 0.1), 1)


def with_many_at_once(place: Place, batches: int) -> Iterator[Ratio]:
    """So many clients post records of the same thousand people in different orders; every one must be answered."""
    gate, client, failed = Barrier(CLIENTS), platform_client(), list[str]()
    before = _deadlocks()

    def post(maker: Maker, one: Caller) -> None:
        gate.wait(60)
        try:
            for _ in range(batches):
                one.post(maker.batch())
        except (AssertionError, OSError) as error:
            failed.append(str(error))

    hands = [Thread(target=post, args=[Maker(SIZE), caller(place.ours, client)]) for _ in range(CLIENTS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    wrong = _number(_SUMS_THAT_DIFFER)
    deadlocks = _deadlocks() - before
    say(f"{CLIENTS} clients, {batches} batches each: {len(failed)} failed, {deadlocks} deadlocks, {wrong} sums wrong")
    for words in failed[:3]:
        say(words)
    yield Ratio("clients-answered-without-deadlock", CLIENTS - len(failed) - deadlocks - wrong, CLIENTS)


def _ours(place: Place, maker: Maker) -> Side:
    one = caller(place.ours, platform_client())
    return Side("the portal over HTTP", lambda: one.post(maker.batch()))


class _Bare:
    def __init__(self, maker: Maker) -> None:
        self.maker, self.connection = maker, psycopg2.connect(os.environ["DATABASE_URL"])
        client = platform_client()
        label = client.organization.name if client.organization else ""
        self.told = {
            "source": f"platform:{uuid4()}", "label": label, "reason": f"{label}报送", "client": client.pk,
            "organization": client.organization_id, "rule_set": "henan-2026", "digest": "0" * 64,
        }  # fmt: skip

    def post(self) -> float:
        records = self.maker.batch()
        told = self.told | {"now": timezone.now()}
        ready = raw.made_ready(as_rows(records), as_answer(records), told)
        return raw.write(self.connection, *ready)


def _deadlocks() -> int:
    return _number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


def _number(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


# Verdicts are left out: the peers and the bare driver judge nothing.
_SUMS_THAT_DIFFER = """
SELECT count(*) FROM credits_yearaccount a
LEFT JOIN (SELECT professional_id, year, sum(hours) AS hours FROM credits_hourentry GROUP BY 1, 2) e
    USING (professional_id, year)
WHERE a.public + a.professional_hours + a.elective <> coalesce(e.hours, 0)
"""
