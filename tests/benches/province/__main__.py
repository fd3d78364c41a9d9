"""`python -m tests.benches.province pages|desk|lay`: pages of two provinces, looked at in turns in one run.

A full run lays twenty million entries down, which takes an hour or more and some thirty GB; `--large` asks for fewer
and the output says so. What was laid down stays in `--folder` for the next run, and is gone on with when a run was
ended (by SIGTERM or SIGINT: the server ends with it). `lay` only lays down.
"""

import argparse
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2

from tests.benches.posting.__main__ import DATABASES, on
from tests.benches.posting.servers import cluster
from tests.benches.province import comparing
from tests.benches.province.children import Watch, lay
from tests.benches.province.comparing import say
from tests.databases.servers import Cluster
from tests.machine import machine

SMALL, LARGE = 200_000, 20_000_000
ENTRIES = {"small": SMALL, "large": LARGE}
FIRST, LATER = DATABASES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", choices=["pages", "desk", "lay"])
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/ceportal-bench-province"))
    parser.add_argument("--small", type=int, default=SMALL, help="entries of the small province")
    parser.add_argument("--large", type=int, default=LARGE, help="entries of the large one")
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--only", default="", help="pages in whose name one of these texts stands, between commas")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    entries = {"small": chosen.small, "large": chosen.large}
    say(f"machine: {machine()}; {chosen.database}")
    if entries != ENTRIES:
        sizes = " and ".join(f"{count:,}" for count in entries.values())
        say(f"REDUCED: {sizes} entries; the bounds are for {SMALL:,} and {LARGE:,}")
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_now:
        open_now.enter_context(_alone_in(chosen.folder))
        place_of = open_now.enter_context(_databases(chosen.folder, chosen.database))
        places = {}
        for name in DATABASES:
            places[name] = place_of(name)
            say(f"{name}: {lay(name, entries[name], places[name])}")
        if chosen.bench == "lay":
            return 0
        only = chosen.only.split(",")
        sides = {name: open_now.enter_context(Watch(chosen.bench, name, place, only)) for name, place in places.items()}
        return int(getattr(comparing, chosen.bench)(sides[FIRST], sides[LATER]))


@contextmanager
def _databases(folder: Path, kind: str) -> Iterator[Callable[[str], dict[str, str]]]:
    """What gives the environment of a portal by its name. The large one begins as a copy of the small one."""
    if kind == "sqlite":
        yield partial(_with_file, folder)
        return
    if Cluster(folder / "pg").answers():
        raise SystemExit(f"a server of an earlier run still works in {folder}/pg: end it first")
    with cluster(folder) as environment:
        yield partial(_with_database, environment)


def _with_database(environment: dict[str, str], name: str) -> dict[str, str]:
    if name == LATER:
        with closing(psycopg2.connect(environment["DATABASE_URL"])) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {name} TEMPLATE {FIRST}")
    return on(name, environment)


def _with_file(folder: Path, name: str) -> dict[str, str]:
    data, place = folder / "portal", folder / f"{name}.sqlite3"
    data.mkdir(exist_ok=True)
    if name == LATER and not place.exists():
        shutil.copyfile(folder / f"{FIRST}.sqlite3", place)
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{place}",
        "DATA_DIR": str(data),
        "CEPORTAL_DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / "in-use").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SystemExit(f"{folder} is in use by process {file.read()}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


if __name__ == "__main__":
    sys.exit(main())
