"""`python -m tests.databases sqlite|postgresql|both|each [pytest arguments]`: the suite on one database, or on two.

`both` shares out what need be tried only once between the two; `each` tries everything with each.
PostgreSQL is a cluster in a temporary folder that ends with the run. Exits non-zero when the suite fails on any.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.databases.servers import Cluster
from tests.databases.shares import FIRST, PICTURES, SECOND

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    yield {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="ceportal-pg-", dir="/tmp"))
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield os.environ | {"DATABASE_URL": cluster.url}
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


TWO = (sqlite, postgresql)
DATABASES = {"sqlite": (sqlite,), "postgresql": (postgresql,), "both": TWO, "each": TWO}


def main(which: str, arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    codes: list[int] = []
    with ExitStack() as running:
        pictures = {PICTURES: running.enter_context(tempfile.TemporaryDirectory(prefix="ceportal-pictures-"))}
        databases = {database.__name__: running.enter_context(database()) | pictures for database in DATABASES[which]}
        if "--numprocesses" in arguments:
            _make_tables(databases.values())
        for name, environment in databases.items():
            sys.stdout.write(f"\n=== {name} ===\n")
            sys.stdout.flush()
            share = ["-p", SECOND if codes else FIRST] if which == "both" else []
            command = [sys.executable, "-m", "pytest", *share, *arguments]
            codes.append(subprocess.run(command, cwd=ROOT, env=environment).returncode)
    return max(codes, key=abs)


def _make_tables(environments: Iterable[dict[str, str]]) -> None:
    """Once for each database and all at a time: otherwise every process of a run would make them for itself."""
    command = [sys.executable, "-m", "pytest", "--quiet", "tests/databases/test_tables.py"]
    making = [subprocess.Popen(command, cwd=ROOT, env=environment) for environment in environments]
    if sum(process.wait() for process in making):
        sys.exit("The tables could not be made; the reason stands above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
