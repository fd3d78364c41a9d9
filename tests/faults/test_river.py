"""The whole river under load (sign in, declare with 2 MB, review, batches) while its parts die at random: what the
visitors were told is there, once, and the ledger proves whole. `FAULT_SECONDS=600` says for how long.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.benches.december.book import FINE, LATER, Answer, Book, besides
from tests.benches.december.cast import Cast
from tests.benches.december.model import arrivals, steady
from tests.benches.december.outcome import found_of, sheets_of
from tests.benches.december.run import let_come
from tests.benches.december.visits import Visits
from tests.databases import tables
from tests.databases.servers import Cluster, cluster_of_its_own
from tests.faults.town import Town, stopped

SECONDS = float(os.environ.get("FAULT_SECONDS", "600"))
VISITORS_A_SECOND, PEOPLE, REVIEWERS = 0.5, 120, 12
# Seconds between two deaths.
PAUSE = (5.0, 15.0)
# Of whoever is stopped, until it goes on.
STOPPED_FOR = (1.0, 15.0)
# Nobody answered: whoever had the question was killed, or was stopped for too long.
UNANSWERED = 0


@contextmanager
def place(folder: Path) -> Iterator[tuple[Town, Cluster | None]]:
    """A portal on a database of its own: a durable cluster that may die, or SQLite, which dies with its process."""
    (folder / "portal").mkdir()
    if "DATABASE_URL" not in os.environ:
        tables.copy_to(folder / "portal" / "portal.sqlite3")
        yield Town(folder, None, patience=900), None
        return
    with cluster_of_its_own(is_durable=True) as cluster:
        tables.fill(cluster.url)
        yield Town(folder, cluster.url, patience=900), cluster


@pytest.mark.deep
@pytest.mark.timeout(int(SECONDS) + 1800)
def test_the_whole_river_while_its_parts_die(chance: random.Random) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ceportal-river-", dir="/tmp"))
    with place(folder) as (town, cluster):
        try:
            town.wait_until_whole()
            told = town.tell(f"prepare({PEOPLE}, {REVIEWERS})", "tests.benches.december.people")
            visits = Visits(town.portal.port, Cast.of(told, town.demo["api"]), Book(), chance)
            died = asyncio.run(_live(visits, town, cluster))
            town.wait_until_whole()
            _all_is_there(town, visits.book, died)
        finally:
            town.portal.sweep()
    shutil.rmtree(folder)


async def _live(visits: Visits, town: Town, cluster: Cluster | None) -> Counter[str]:
    load = asyncio.create_task(let_come(visits, arrivals(steady(SECONDS, VISITORS_A_SECOND), visits.chance)))
    died = await asyncio.to_thread(_kill_at_random, visits.chance, town, cluster)
    await load
    return died


def _kill_at_random(chance: random.Random, town: Town, cluster: Cluster | None) -> Counter[str]:
    harms: dict[str, Callable[[], None]] = {
        victim: lambda victim=victim: town.kill(victim, chance.randrange(4))  # type: ignore[misc]
        for victim in ("pool child", "celery main", "web worker")
    }
    harms["broker"] = lambda: os.kill(town.portal.leader_of("broker"), signal.SIGKILL)
    harms["web stopped"] = lambda: stopped(town.web_processes(), chance.uniform(*STOPPED_FOR))
    if cluster:
        harms["database"] = cluster.restart_at_once
        harms["database restarted"] = cluster.restart_in_turn
        harms["database stopped"] = lambda: stopped(cluster.processes(), chance.uniform(*STOPPED_FOR))
    died, ends = Counter[str](), time.monotonic() + SECONDS
    while (pause := chance.uniform(*PAUSE)) < ends - time.monotonic():
        time.sleep(pause)
        victim = chance.choice(sorted(harms))
        try:
            harms[victim]()
        except StopIteration:
            continue
        died[victim] += 1
    return died


def is_odd(answer: Answer) -> bool:
    """Whatever the page. Only of a review that a colleague has ruled on meanwhile is it said that it is not there."""
    is_gone = answer.status == 404 and not answer.path.startswith("/reviews/")
    return is_gone or answer.status not in FINE | LATER | {UNANSWERED}


def test_what_nobody_may_be_answered_is_told_from_what_a_dying_part_costs() -> None:
    def answer(status: int, path: str = "/my-year/") -> Answer:
        return Answer("GET", path, status, 0.0, 0.0)

    review = "/reviews/00000000-0000-0000-0000-000000000000/"
    fine = [answer(status) for status in (UNANSWERED, 200, 302, 304, 409, 429, 503)]
    assert not any(map(is_odd, [*fine, answer(404, review)]))
    assert all(map(is_odd, [answer(status) for status in (400, 403, 404, 500, 502, 504)]))
    assert is_odd(answer(500, review))


def _all_is_there(town: Town, book: Book, died: Counter[str]) -> None:
    lost, doubled = found_of(town, book)
    there = sheets_of(town, book)
    ended = Counter(answer.status for answer in book.answers)
    acknowledged = len(book.declared), len(book.decided), len(book.records)
    sys.stdout.write(f"{dict(died)} died in {SECONDS:g} s; declared, decided, records {acknowledged}; {dict(ended)}\n")
    sys.stdout.write(f"{len(book.met)} years met, {len(book.sheets)} certificates fetched; {there}\n")
    sys.stdout.write(f"{besides(book.answers)}\n")
    assert book.declared
    assert book.records
    assert died
    assert (lost, doubled) == (0, 0)
    assert (there["people"], there["sheets"]) == (len(book.met), len(book.met))
    assert not book.odd, book.odd
    assert not [each for each in book.answers if is_odd(each)], besides(book.answers)
    done = town.manage("reconcile")
    assert done.returncode == 0, done.stdout
