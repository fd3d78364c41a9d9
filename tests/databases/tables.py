"""The empty tables, made by the migrations once and kept in `.pytest_cache`, whence later runs of the tests take them.

Kept under the digest of every migration, so that a changed one makes them anew.
"""

import hashlib
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import django
import psycopg2
from django.apps import apps
from django.conf import settings
from django.db import connection

from tests.databases.servers import postgresql_binaries


def take() -> bool:
    """Fill this process's test database from what is kept. False when nothing is."""
    if not _kept().exists():
        return False
    if connection.vendor == "sqlite":
        shutil.copyfile(_kept(), connection.creation._get_test_db_name())
        return True
    name = connection.creation._get_test_db_name()
    with closing(psycopg2.connect(url_of("postgres"))) as direct:
        direct.autocommit = True
        with direct.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
    return fill(url_of(name))


def fill(url: str) -> bool:
    """Put the tables into an empty PostgreSQL database, of a portal of its own too. False when none are kept."""
    kept = _kept("postgresql")
    if kept.exists():
        _run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={kept}", f"--dbname={url}")
    return kept.exists()


def copy_to(path: Path) -> bool:
    """An SQLite database of empty tables at `path`, for a portal of its own. False when none is kept."""
    kept = _kept("sqlite")
    if kept.exists():
        shutil.copyfile(kept, path)
    return kept.exists()


def keep() -> None:
    """Keep the tables of a test database just made. Whoever else does so at the same moment keeps the same."""
    _kept().parent.mkdir(parents=True, exist_ok=True)
    half = _kept().with_suffix(f".{os.getpid()}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(half)])
    else:
        name = connection.settings_dict["NAME"]
        _run("pg_dump", "--no-owner", f"--file={half}", f"--dbname={url_of(name)}")
    half.rename(_kept())


def _kept(vendor: str = "") -> Path:
    return settings.BASE_DIR / ".pytest_cache" / "tables" / f"{vendor or connection.vendor}-{_digest()}"


def _digest() -> str:
    found = hashlib.sha256(django.__version__.encode())
    for config in apps.get_app_configs():
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            found.update(f"{config.label} {migration.name}\n".encode() + migration.read_bytes())
    return found.hexdigest()[:16]


def url_of(name: str) -> str:
    """Where the PostgreSQL database `name` of this run is."""
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"


def _run(program: str, *arguments: str) -> None:
    subprocess.run([str(postgresql_binaries() / program), *arguments], check=True, capture_output=True)
