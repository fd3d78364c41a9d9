"""One portal for all the faults of a run, on SQLite or on a PostgreSQL cluster of its own, which may die.

These tests run one after another in one process; each leaves the portal whole.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

import psycopg2
import pytest

from tests.databases import tables
from tests.databases.servers import OUTLIVES_A_KILL, Cluster, cluster_of_its_own
from tests.faults.seeds import THREE, TWENTY, drawn, said
from tests.faults.town import Town

# A process of a run has its own, should these tests ever be spread.
DATABASE = "faults_proxy_" + os.environ.get("PYTEST_XDIST_WORKER", "alone")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/faults/" in str(item.path) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="package")
def running_town() -> Iterator[Town]:
    """Ended with the last of these tests: its clock takes a third of a processor from whatever runs after them."""
    with _cluster() as cluster, _founded(cluster.url if cluster else None, cluster) as town:
        yield town


@pytest.fixture(scope="module")
def town_behind_a_proxy() -> Iterator[Town]:
    """Another one, which believes what the proxy before it says of its clients' addresses."""
    with _founded(own_database(DATABASE), TRUSTED_PROXY_COUNT="1") as town:
        yield town


@pytest.fixture
def town(running_town: Town) -> Iterator[Town]:
    running_town.wait_until_whole()
    yield running_town
    running_town.wait_until_whole()


@pytest.fixture
def chance() -> random.Random:
    """Random moments by the number of the run."""
    return random.Random(said())


@pytest.fixture
def seeds() -> list[int]:
    """The three of `make test`."""
    return drawn(said(), THREE)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The one of the twenty that the parameter says (`by_twenty_seeds`)."""
    return drawn(said(), TWENTY)[request.param]


def _cluster() -> AbstractContextManager[Cluster | None]:
    return cluster_of_its_own(besides=OUTLIVES_A_KILL) if "DATABASE_URL" in os.environ else nullcontext()


@contextmanager
def _founded(database: str | None, cluster: Cluster | None = None, **settings: str) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="ceportal-faults-"))
    if database:
        tables.fill(database)
    else:
        (folder / "portal").mkdir()
        tables.copy_to(folder / "portal" / "portal.sqlite3")
    town = Town(folder, database, cluster=cluster, patience=600, **settings)
    yield town
    town.portal.sweep()
    shutil.rmtree(folder)


def own_database(name: str) -> str | None:
    """On PostgreSQL a database of its own in the cluster of the run."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name}")
    return f"{url.rsplit('/', 1)[0]}/{name}"
