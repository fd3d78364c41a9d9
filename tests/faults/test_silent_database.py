"""PostgreSQL is there and says nothing (stopped, as behind a disk that hangs): pages, platforms and whoever watches are
told so in time, and all goes on with it (X8). The control waits as long as the database does.
"""

import os
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from tests.databases import tables
from tests.databases.servers import Cluster, cluster_of_its_own
from tests.faults.clients import Person, Platform, records_of
from tests.faults.town import Town, stopped

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="is about PostgreSQL"),
    pytest.mark.timeout(1800),
]
# A page gives up after the first, once more after one second for each thing it asks on its way out.
SILENCE, SOON, STOPPED = 4, 9, 40
# More than there are threads, so that some wait for others.
VISITORS = 8
NOBODY = "nobody answered"


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="ceportal-faults-"))
    yield made
    shutil.rmtree(made)


def silent_town(folder: Path, cluster: Cluster, seconds: float) -> Town:
    tables.fill(cluster.url)
    town = Town(folder, cluster.url, patience=600, WEB_DATABASE_SECONDS=str(seconds))
    town.wait_until_whole()
    return town


def answer_of(person: Person, page: str, patience: float) -> tuple[object, object, float]:
    """The status, what it says of coming back, and the seconds it took."""
    began = time.monotonic()
    try:
        with person.browser.open(person.town.portal.url + page, timeout=patience) as answer:
            return answer.status, None, time.monotonic() - began
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"], time.monotonic() - began
    except OSError:
        return NOBODY, None, time.monotonic() - began


def test_a_silent_database_is_a_503_in_time_and_named(folder: Path) -> None:
    with cluster_of_its_own(is_durable=True) as cluster:
        town = silent_town(folder, cluster, SILENCE)
        try:
            person, platform = Person(town, "professional"), Platform(town)
            (before, after) = town.people(2)
            platform.post(records_of(before))
            silence = Thread(target=stopped, args=(cluster.processes(), STOPPED))
            silence.start()
            time.sleep(1)
            (hand,) = platform.post_all([records_of(after)], hands=1)
            with ThreadPoolExecutor(VISITORS) as hands:
                told = list(hands.map(lambda _: answer_of(person, "/my-year/", 60), range(VISITORS)))
            watched = answer_of(person, "/readyz", 60)
            assert silence.is_alive(), "it went on before all was asked"
            took = [f"{seconds:.1f}" for _, _, seconds in told]
            sys.stdout.write(f"pages 503 after {', '.join(took)} s; /readyz after {watched[2]:.1f} s\n")
            assert {status for status, _, _ in told} == {503}
            assert all(int(str(wait)) > 0 for _, wait, _ in told)
            # Who came when all threads waited had to wait for one of them first.
            assert max(seconds for _, _, seconds in told) < 2 * SOON
            assert (watched[0], watched[2] < SOON) == (503, True)
            silence.join()
            town.wait_until_whole()
            assert answer_of(person, "/my-year/", 60)[0] == 200
            hand.join()
            assert platform.retries > 0
            town.wait_for_certificates([before, after])
            assert town.manage("reconcile").returncode == 0
        finally:
            town.portal.sweep()


def test_negative_control_without_bounds_all_wait_as_long_as_the_database(folder: Path) -> None:
    with cluster_of_its_own(is_durable=True) as cluster:
        town = silent_town(folder, cluster, 3600)
        try:
            person = Person(town, "professional")
            silence = Thread(target=stopped, args=(cluster.processes(), STOPPED))
            silence.start()
            time.sleep(1)
            status, _, seconds = answer_of(person, "/my-year/", 3 * SOON)
            assert (status, seconds >= 2 * SOON) == (NOBODY, True)
            silence.join()
        finally:
            town.portal.sweep()
