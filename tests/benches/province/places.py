"""Where the two provinces of a bench lie. Who works in that folder works there alone."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg2

from tests.benches.posting.servers import cluster
from tests.databases.servers import Cluster

FOLDER = Path("/var/tmp/ceportal-bench-province")
SMALL, LARGE = 200_000, 20_000_000
DATABASES = FIRST, LATER = ("small", "large")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
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


@contextmanager
def databases(folder: Path, kind: str) -> Iterator[Callable[[str], dict[str, str]]]:
    """What gives the environment of a portal by its name. The large one begins as a copy of the small one."""
    if kind == "sqlite":
        yield partial(_with_file, folder)
        return
    if Cluster(folder / "pg").answers():
        raise SystemExit(f"a server of an earlier run still works in {folder}/pg: end it first")
    with cluster(folder) as environment:
        yield partial(_with_database, environment)


def on(name: str, environment: dict[str, str], *, like: str = "") -> dict[str, str]:
    """The environment of a database of this cluster, made when it is not there yet: empty, or `like` another."""
    url = environment["DATABASE_URL"]
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {like}" if like else ""))
    return environment | {"DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}


@contextmanager
def copy_of(name: str, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a database that begins as one of this cluster and is gone afterwards."""
    copy = f"{name}_copy"
    _remove(copy, environment)
    try:
        yield on(copy, environment, like=name)
    finally:
        _remove(copy, environment)


def _remove(name: str, environment: dict[str, str]) -> None:
    postgres = f"{environment['DATABASE_URL'].rsplit('/', 1)[0]}/postgres"
    with closing(psycopg2.connect(postgres)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _with_database(environment: dict[str, str], name: str) -> dict[str, str]:
    return on(name, environment, like=FIRST if name == LATER else "")


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
