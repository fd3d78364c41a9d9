"""What the processes of a run are given: the address of their database, and what they share."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.databases.servers import cluster_of_its_own
from tests.databases.shares import PICTURES

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    yield {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    with cluster_of_its_own() as cluster:
        yield os.environ | {"DATABASE_URL": cluster.url}


TWO = (sqlite, postgresql)
DATABASES = {"sqlite": (sqlite,), "postgresql": (postgresql,), "both": TWO, "each": TWO}


@contextmanager
def environments(which: str) -> Iterator[dict[str, dict[str, str]]]:
    """By the name of the database, as long as its server runs."""
    with ExitStack() as running:
        pictures = {PICTURES: running.enter_context(tempfile.TemporaryDirectory(prefix="ceportal-pictures-"))}
        yield {database.__name__: running.enter_context(database()) | pictures for database in DATABASES[which]}


def make_tables(environments: Iterable[dict[str, str]]) -> None:
    """Once for each database and all at a time: otherwise every process of a run would make them for itself."""
    command = [sys.executable, "-m", "pytest", "--quiet", "tests/databases/test_tables.py"]
    making = [subprocess.Popen(command, cwd=ROOT, env=environment) for environment in environments]
    if sum(process.wait() for process in making):
        sys.exit("The tables could not be made; the reason stands above.")
