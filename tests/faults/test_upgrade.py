"""An upgrade as docs/operations/upgrade.md has it, and the way back, while people sign in, read, declare and review and
a platform hands batches in (X25): no request fails, and what was acknowledged is there, once.

The portal begins with the code and the tables of a revision before (`releases.revision_before`), its two web servers
behind nginx on one socket held by another, as systemd does. Under load the tables are migrated, worker and clock and
then one web server after the other are started with this revision's code, each version from a tree of its own; then the
code before comes back onto the tables of this one.
"""

import asyncio
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from threading import Event, Thread

import pytest

from ceportal.supervise import broker_program
from tests.benches.december.book import Book, Sum, besides, summed
from tests.benches.december.cast import Cast
from tests.benches.december.model import arrivals, steady
from tests.benches.december.outcome import found_of
from tests.benches.december.run import let_come
from tests.benches.december.visits import Visits
from tests.faults.conftest import own_database
from tests.faults.releases import Web, code_of, has_other_tables, revision_before
from tests.faults.town import Town
from tests.nginx import NGINX, nginx_before, trusting
from tests.portals import ROOT, until

pytestmark = [
    pytest.mark.deep,
    pytest.mark.timeout(5400),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]
VISITORS_A_SECOND, PEOPLE, REVIEWERS = 0.7, 60, 6
# Requests while servers are started anew, for the test to have tried anything.
LEAST = 20
# Seconds without a change: before the first, between the way there and the way back, after the last.
QUIET, LONGEST = 20, 3600


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the revision before."""
    revision = revision_before()
    sys.stdout.write(f"from {revision}\n")
    return code_of(revision, tmp_path_factory.mktemp("releases") / "before")


@pytest.fixture(scope="module")
def town(earlier: Path) -> Iterator[Town]:
    """With the tables and the code of the revision before, and a broker that stays when the portal is restarted."""
    folder = Path(tempfile.mkdtemp(prefix="ceportal-upgrade-", dir="/tmp"))
    run = folder / "portal" / "run"
    run.mkdir(parents=True)
    words = [broker_program(), "--port", "0", "--unixsocket", str(run / "broker.sock"), "--dir", str(run), "--save", ""]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, start_new_session=True) as broker:
        try:
            until((run / "broker.sock").exists, "no broker")
            url = f"redis+socket://{run}/broker.sock?virtual_host=0"
            town = Town(
                folder, own_database("upgraded"), patience=3600, code=earlier,
                REDIS_URL=url, TRUSTED_PROXY_COUNT="1", CLOCK_SECONDS="15",
            )  # fmt: skip
            try:
                yield town
            finally:
                town.portal.sweep()
        finally:
            broker.terminate()
            shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cast(town: Town) -> Cast:
    return Cast.of(town.tell(f"prepare({PEOPLE}, {REVIEWERS})", "tests.benches.december.people"), town.demo["api"])


@contextmanager
def visitors(port: int, cast: Cast, chance: random.Random) -> Iterator[Book]:
    """Who come to nginx at `port` as long as this lasts; what they were told stands in the book."""
    visits, ended = Visits(port, cast, Book(), chance, tls=trusting()), Event()
    coming = arrivals(steady(LONGEST, VISITORS_A_SECOND), visits.chance)
    until_ended = takewhile(lambda _: not ended.is_set(), coming)
    thread = Thread(target=lambda: asyncio.run(let_come(visits, until_ended)), daemon=True)
    thread.start()
    try:
        yield visits.book
    finally:
        ended.set()
        thread.join()


def restarted(town: Town, code: Path) -> None:
    """Worker and clock, with the code that stands there; `manage.py prepare` of that code runs first."""
    town.portal.signal(signal.SIGTERM)
    town.portal.process.wait()
    town.portal = town.portal.again(code)
    town.portal.wait_until_ready(900)


def prepared(town: Town) -> None:
    """The tables of this version, while the code before works with them."""
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"], cwd=ROOT, env=town.portal.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    sys.stdout.write(f"{done.stdout.rstrip()}\n")


def migrations(town: Town) -> int:
    return int(town.ask("SELECT COUNT(*) FROM django_migrations")[0][0])


def step(name: str, book: Book, act: Callable[[], object]) -> Sum:
    """What visitors were told meanwhile."""
    began, declared = time.monotonic(), len(book.declared)
    act()
    found = summed(book.since(began))
    said = f"{name}: {time.monotonic() - began:.0f} s, {len(book.declared) - declared} declared; {found}\n"
    sys.stdout.write(said)
    return found


def test_an_upgrade_and_the_way_back_fail_nobody(
    town: Town, cast: Cast, earlier: Path, tmp_path: Path, chance: random.Random
) -> None:
    held, before = socket.create_server(("127.0.0.1", 0), backlog=2048), migrations(town)
    is_migrated = has_other_tables(revision_before())
    webs = [Web(town, tmp_path / name, earlier, held) for name in ("first.log", "second.log")]
    steps: dict[str, Callable[[], object]] = {
        "the code before": lambda: time.sleep(QUIET),
        "its tables migrated": lambda: prepared(town),
        "worker and clock anew": lambda: restarted(town, ROOT),
        "the first web server anew": lambda: webs[0].restart(ROOT),
        "the second web server anew": lambda: webs[1].restart(ROOT),
        "the code of today": lambda: time.sleep(QUIET),
        "the first web server back": lambda: webs[0].restart(earlier),
        "the second web server back": lambda: webs[1].restart(earlier),
        "worker and clock back": lambda: restarted(town, earlier),
        "the code before on the tables of today": lambda: time.sleep(QUIET),
    }
    try:
        with nginx_before(webs[0].port) as port, visitors(port, cast, chance) as book:
            # Servers that have been there for a while, as those of an upgrade have.
            step("warming", book, lambda: time.sleep(QUIET))
            began = time.monotonic()
            sums = {name: step(name, book, act) for name, act in steps.items()}
        answers = book.since(began)
        sys.stdout.write(f"{migrations(town) - before} migrations; in all {summed(answers)}\n{besides(answers)}\n")
        assert (migrations(town) > before) == is_migrated
        # A server is back within seconds, in which by chance nobody may come; but not in those of all four.
        assert sum(found.asked for name, found in sums.items() if "web server" in name) >= LEAST, sums
        told = summed(answers)
        assert (told.failed, told.without_word) == (0, 0), besides(answers)
        # A machine too busy for its visitors sends some away before anything is changed, too.
        assert not told.turned_away or sums["the code before"].turned_away, "there was room for everybody before"
        _all_is_there(town, book)
    finally:
        for web in webs:
            web.stop()
        held.close()


def _all_is_there(town: Town, book: Book) -> None:
    kept = len(book.declared), len(book.decided), len(book.records)
    lost, doubled = found_of(town, book)
    sys.stdout.write(f"declared, decided, records {kept}; lost {lost}, doubled {doubled}\n")
    assert not book.odd, book.odd
    assert all(kept), kept
    assert (lost, doubled) == (0, 0)
    done = town.manage("reconcile")
    assert done.returncode == 0, done.stdout


def test_negative_control_a_single_one_restarted_fails_some(
    town: Town, cast: Cast, earlier: Path, tmp_path: Path, chance: random.Random
) -> None:
    alone = Web(town, tmp_path / "alone.log", earlier)
    try:
        with nginx_before(alone.port) as port, visitors(port, cast, chance) as book:
            time.sleep(QUIET)
            alone.restart(ROOT)
            time.sleep(QUIET)
        told = summed(book.answers)
        sys.stdout.write(f"one with a socket of its own: {told}\n{besides(book.answers)}\n")
        assert any(answer.status == 502 for answer in book.answers)
    finally:
        alone.stop()
