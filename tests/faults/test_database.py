"""PostgreSQL dies at random while batches come in (X8): what was acknowledged is there, once.

On a cluster of its own that waits for the disk, as in production. The control: one that does not wait loses.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from tests.databases.servers import Cluster
from tests.faults.clients import Platform, records_of
from tests.faults.test_killed import nothing_lost_nothing_twice
from tests.faults.town import Town

pytestmark = [
    pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="is about PostgreSQL"),
    pytest.mark.timeout(1800),
]
RESTARTS, PEOPLE_EACH = 5, 4
# Seconds of a load in which the database dies.
WINDOW = 3.0


@contextmanager
def cluster_of_its_own(*, is_durable: bool, within: Path = Path("/tmp")) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="ceportal-pg-", dir=within))
    cluster = Cluster(folder, is_durable=is_durable)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def restart_at_once(cluster: Cluster) -> None:
    """`pg_ctl restart -m immediate`: nobody is asked, nothing is written down; WAL says how it was."""
    cluster.stop()
    cluster.start()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="ceportal-faults-"))
    yield made
    shutil.rmtree(made)


@pytest.mark.deep
def test_a_database_that_dies_under_a_load_loses_and_doubles_nothing(folder: Path, chance: random.Random) -> None:
    with cluster_of_its_own(is_durable=True) as cluster:
        town = Town(folder, cluster.url)
        try:
            survive(town, chance, lambda: restart_at_once(cluster))
        finally:
            town.portal.sweep()


def survive(town: Town, chance: random.Random, harm: Callable[[], None]) -> None:
    """The client sees outcomes, 503 or nothing; anything else would end it with records that nobody acknowledged."""
    town.wait_until_whole()
    platform, people = Platform(town), town.people(RESTARTS * PEOPLE_EACH)
    sent: list[str] = []
    for turn in range(RESTARTS):
        mine = people[turn * PEOPLE_EACH : (turn + 1) * PEOPLE_EACH]
        batches = [[record] for person in mine for record in records_of(person)]
        sent += [record["record_id"] for batch in batches for record in batch]
        hands = platform.post_all(batches)
        time.sleep(chance.uniform(0, WINDOW))
        harm()
        for hand in hands:
            hand.join()
        town.wait_until_whole()
    assert sorted(platform.acknowledged) == sorted(sent), town.portal.logged("web")
    sys.stdout.write(f"{RESTARTS} restarts under {len(sent)} posts, {platform.retries} repeated\n")
    facts = town.tell(f"inquire({[person['name'] for person in people]!r})")
    nothing_lost_nothing_twice(platform.acknowledged, facts)
    done = town.manage("reconcile")
    assert done.returncode == 0, done.stdout


def lost_by(cluster: Cluster) -> int:
    """How many of the rows a client was told of are gone after the database died."""
    with closing(psycopg2.connect(cluster.url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("CREATE TABLE told (number int)")
        cursor.execute("CHECKPOINT")
        told, ends = 0, time.monotonic() + 0.1
        while time.monotonic() < ends or told < 10:
            cursor.execute("INSERT INTO told VALUES (%s)", [told])
            told += 1
        restart_at_once(cluster)
    with closing(psycopg2.connect(cluster.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM told")
        return told - int(cursor.fetchone()[0])


@pytest.mark.deep
@pytest.mark.parametrize("is_durable", [True, False], ids=["as in production", "naive"])
def test_a_database_that_does_not_wait_for_the_disk_loses_what_was_acknowledged(is_durable: bool) -> None:
    with cluster_of_its_own(is_durable=is_durable) as cluster:
        assert (lost_by(cluster) == 0) is is_durable
