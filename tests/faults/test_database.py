"""PostgreSQL dies (`-m immediate`) or is restarted (`-m fast`) at random while batches come in (X8): what was
acknowledged is there, once.

On a cluster of its own that waits for the disk, as in production. The control: one that does not wait loses.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ceportal.office.services.readiness import WRITTEN
from tests.databases import tables
from tests.databases.servers import Cluster, cluster_of_its_own
from tests.faults.clients import Platform, records_of
from tests.faults.test_killed import nothing_lost_nothing_twice
from tests.faults.town import Town

pytestmark = [
    pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="is about PostgreSQL"),
    pytest.mark.timeout(1800),
]
# With six records each: 1,020 posts.
RESTARTS, PEOPLE_EACH = 10, 17
# Of each load this much is acknowledged at most when the database dies.
LATEST = 0.8


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="ceportal-faults-"))
    yield made
    shutil.rmtree(made)


@pytest.mark.deep
def test_a_database_that_dies_under_a_load_loses_and_doubles_nothing(folder: Path, chance: random.Random) -> None:
    with cluster_of_its_own(is_durable=True) as cluster:
        tables.fill(cluster.url)
        town = Town(folder, cluster.url, patience=600)
        try:
            survive(town, chance, [cluster.restart_at_once, cluster.restart_in_turn] * (RESTARTS // 2))
            assert WRITTEN not in town.manage("doctor").stdout
        finally:
            town.portal.sweep()


def survive(town: Town, chance: random.Random, harms: Sequence[Callable[[], None]]) -> None:
    """The client sees outcomes, 503 or nothing; anything else would end it with records that nobody acknowledged."""
    town.wait_until_whole()
    platform, people = Platform(town), town.people(RESTARTS * PEOPLE_EACH)
    sent, busy = list[str](), 0
    for turn, harm in enumerate(harms):
        mine = people[turn * PEOPLE_EACH : (turn + 1) * PEOPLE_EACH]
        batches = [[record] for person in mine for record in records_of(person)]
        moment = len(sent) + chance.randrange(int(LATEST * len(batches)))
        sent += [record["record_id"] for batch in batches for record in batch]
        hands = platform.post_all(batches)
        while len(platform.acknowledged) < moment and any(hand.is_alive() for hand in hands):
            time.sleep(0.001)
        busy += any(hand.is_alive() for hand in hands)
        harm()
        for hand in hands:
            hand.join()
        town.wait_until_whole()
    assert sorted(platform.acknowledged) == sorted(sent), town.portal.logged("web")
    told = f"{RESTARTS} restarts, {busy} of them while posts were underway, under {len(sent)} posts"
    sys.stdout.write(f"{told}, {platform.retries} repeated\n")
    assert busy == RESTARTS
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
        cluster.restart_at_once()
    with closing(psycopg2.connect(cluster.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM told")
        return told - int(cursor.fetchone()[0])


@pytest.mark.deep
@pytest.mark.parametrize("is_durable", [True, False], ids=["as in production", "naive"])
def test_a_database_that_does_not_wait_for_the_disk_loses_what_was_acknowledged(is_durable: bool) -> None:
    """Control of X8, in its half `naive`."""
    with cluster_of_its_own(is_durable=is_durable) as cluster:
        assert (lost_by(cluster) == 0) is is_durable
