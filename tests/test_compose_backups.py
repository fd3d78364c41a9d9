"""The backups of docker-compose.yml: its own script and its own commands, against a server set as it sets it."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from ceportal.office.services.backups_kept import LOG
from tests.databases import tables
from tests.databases.servers import postgresql_binaries
from tests.portals import ROOT, free_port, until
from tests.test_compose import compose

SCRIPT = ROOT / "deploy" / "keep-backups.sh"
RESTORE = ROOT / "deploy" / "postgres" / "restore.sh"
HBA = ROOT / "deploy" / "postgres" / "pg_hba.conf"
# Where it is past half past three in the morning, whenever this runs.
AFTERNOON = f"LATE{(time.gmtime().tm_hour - 15) % 24}"
# Where it is the first hour after midnight.
BEFORE_THREE = f"EARLY{time.gmtime().tm_hour}"


def test_the_script_says_only_what_the_commands_take() -> None:
    told = re.findall(r"python manage.py (\w+)((?: --[a-z]+(?: \d+)?)*)", SCRIPT.read_text(encoding="utf-8"))
    assert {name for name, _ in told} == {"backup", "check_backups"}
    for name, options in told:
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(options.split())


def test_both_keep_their_part_in_one_folder_of_one_version() -> None:
    services, image = compose()["services"], (ROOT / "Dockerfile").read_text(encoding="utf-8")
    version = re.fullmatch(r"postgres:(\d+)-bookworm", services["postgres"]["image"])
    assert version
    assert services["wal"]["image"] == services["postgres"]["image"]
    assert f" postgresql-client-{version[1]} " in image
    places = {name: services[name]["volumes"][-1] for name in ("backup", "wal")}
    assert len(set(places.values())) == 1
    assert places["wal"].endswith(f":{services['backup']['environment']['BACKUP_DIR']}")
    assert f"/backup/{LOG}" in services["wal"]["command"][0]
    assert f"./deploy/postgres/{HBA.name}:/etc/postgresql/{HBA.name}:ro" in services["postgres"]["volumes"]
    user = services["wal"]["user"].partition(":")[0]
    assert f"--uid {user} " in image, "who writes the log and who removes what is too old are one user"


@pytest.mark.parametrize(
    ("zone", "age", "does"),
    [
        (BEFORE_THREE, None, "backup --keep 14"),
        (BEFORE_THREE, 30, "backup --files"),
        (AFTERNOON, 30, "backup --keep 14"),
        (AFTERNOON, 1, "backup --files"),
    ],
    ids=["none yet", "of the day before, at night", "of the day before, in the morning", "of this morning"],
)
def test_a_whole_one_is_made_at_once_and_then_every_morning(
    folder: Path, zone: str, age: int | None, does: str
) -> None:
    """With a program of that name that notes what it was called with, in place of Python's."""
    notes, program, backup = folder / "notes", folder / "python", folder / "backup"
    program.write_text(f'#!/bin/sh\necho "$*" >> {notes}\n')
    program.chmod(0o755)
    backup.mkdir()
    if age is not None:
        made = backup / "20261120T193000Z"
        made.mkdir()
        (made / "whole").touch()
        at = time.time() - age * 3600
        os.utime(made / "whole", (at, at))
    given = {"PATH": f"{folder}:{os.environ['PATH']}", "TZ": zone, "BACKUP_DIR": str(backup), "BACKUP_PAUSE": "0.1"}
    process = subprocess.Popen([SCRIPT], env=os.environ | given)
    try:
        until(notes.exists, "nothing was called")
    finally:
        process.terminate()
        process.wait(30)
    assert notes.read_text(encoding="utf-8").splitlines()[0] == f"manage.py {does}"


@pytest.mark.deep
@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="PostgreSQL refuses root")
def test_a_night_and_the_log_reach_the_folder(folder: Path) -> None:
    """The role of the portal over the network, by password, as the list lets it; a second round copies files alone."""
    backup, password = folder / "backup", secrets.token_hex(16)
    backup.mkdir()
    with _server(folder, password) as port:
        url = f"postgresql://portal:{password}@127.0.0.1:{port}/postgres"
        tables.fill(url)
        with _log_received(folder, port, password), _script(folder, url) as nights:
            until(lambda: list(backup.glob("*/whole")), "no backup of the night", 120)
            until(lambda: list((backup / LOG).glob("*.partial")), "no log", 30)
            time.sleep(6)
        assert nights.read_text().count("Z\n") == 1, "a second whole backup the same night"
        (made,) = (place.parent for place in backup.glob("*/whole"))
        check = [postgresql_binaries() / "pg_verifybackup", made / "base"]
        assert subprocess.run(check, capture_output=True, check=False).returncode == 0


@pytest.mark.deep
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="as root, as in the container")
def test_what_came_after_the_night_is_there_after_the_script(folder: Path) -> None:
    """deploy/postgres/restore.sh lays the newest backup and the log after it where the database was lost."""
    backup, password = folder / "backup", secrets.token_hex(16)
    backup.mkdir()
    with _server(folder, password) as port:
        url = f"postgresql://portal:{password}@127.0.0.1:{port}/postgres"
        tables.fill(url)
        with _log_received(folder, port, password):
            with _script(folder, url):
                until(lambda: list(backup.glob("*/whole")), "no backup of the night", 120)
            _ask(url, "CREATE TABLE later AS SELECT 42 AS answer")
            until(lambda: _ask(url, _RECEIVED) == "t", "the log was not received", 30)
    assert _laid_back(folder).returncode == 1, "a place that is not empty"
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir()
    laid = _laid_back(folder)
    assert (laid.returncode, laid.stderr) == (0, "")
    (made,) = (place.parent for place in backup.glob("*/whole"))
    assert laid.stdout.strip() == str(made)
    with _server(folder, password) as port:
        url = f"postgresql://portal:{password}@127.0.0.1:{port}/postgres"
        until(lambda: _ask(url, "SELECT pg_is_in_recovery()") == "f", "it did not come to the end of the log", 60)
        assert _ask(url, "SELECT answer FROM later") == "42"


# What the server has written was flushed where it is kept.
_RECEIVED = "SELECT coalesce(bool_and(flush_lsn >= pg_current_wal_flush_lsn()), false) FROM pg_stat_replication"


def _ask(url: str, statement: str) -> str:
    done = subprocess.run(
        [str(postgresql_binaries() / "psql"), url, "-XAtc", statement], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _laid_back(folder: Path) -> "subprocess.CompletedProcess[str]":
    given = {"PGDATA": str(folder / "data"), "BACKUP_DIR": str(folder / "backup"), "OWNER": "nobody"}
    return subprocess.run([RESTORE], env=os.environ | given, capture_output=True, text=True, check=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to the user PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="ceportal-test-", dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def _server(folder: Path, password: str) -> Iterator[int]:
    port, data = free_port(), folder / "data"
    (folder / "password").write_text(password)
    arguments = compose()["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    shutil.copy(HBA, folder)
    options = [
        option.replace("/etc/postgresql/pg_hba.conf", str(folder / HBA.name))
        for option in compose()["services"]["postgres"]["command"][1:]
    ]
    is_new = not data.exists()
    data.mkdir(exist_ok=True)
    as_other = _as_other(data)
    program = postgresql_binaries()
    made = [program / "initdb", "-D", data, "-U", "portal", "--pwfile", folder / "password", *arguments]
    if is_new:
        subprocess.run([*as_other, *map(str, made)], check=True, capture_output=True, cwd="/")
    start = [program / "postgres", "-D", data, *options, f"--port={port}", "--listen_addresses=127.0.0.1"]
    start.append(f"--unix_socket_directories={data}")
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen([*as_other, *map(str, start)], stdout=log, stderr=log, cwd="/")
    try:
        ready = [str(program / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        until(lambda: subprocess.run(ready, check=False).returncode == 0, "no server", 60)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def _as_other(data: Path) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(data, "nobody")
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@contextmanager
def _log_received(folder: Path, port: int, password: str) -> Iterator[None]:
    secret = folder / "database_password"
    secret.write_text(password)
    (script,) = compose()["services"]["wal"]["command"]
    script = script.replace("$$", "$").replace("/run/secrets/database_password", str(secret))
    script = script.replace("PGHOST=postgres", f"PGHOST=127.0.0.1 PGPORT={port}").replace(
        "/backup", str(folder / "backup")
    )
    path = f"{postgresql_binaries()}:{os.environ['PATH']}"
    process = subprocess.Popen([*compose()["services"]["wal"]["entrypoint"], script], env=os.environ | {"PATH": path})
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def _script(folder: Path, url: str) -> Iterator[Path]:
    told = folder / "nights.log"
    path = f"{Path(sys.executable).parent}:{postgresql_binaries()}:{os.environ['PATH']}"
    given = {
        "PATH": path, "TZ": AFTERNOON, "BACKUP_DIR": str(folder / "backup"), "BACKUP_PAUSE": "0.2",
        "DATABASE_URL": url, "DATA_DIR": str(folder / "portal"), "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev",
    }  # fmt: skip
    with told.open("wb") as log:
        process = subprocess.Popen(
            compose()["services"]["backup"]["command"], cwd=ROOT, env=os.environ | given, stdout=log, stderr=log
        )
    try:
        yield told
    finally:
        process.terminate()
        process.wait(30)
