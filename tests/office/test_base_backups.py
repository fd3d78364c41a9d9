"""PostgreSQL on another machine, by TLS alone: its copy and its log are fetched as install.md has it."""

import os
import re
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg2
import pytest
from django.db.utils import ConnectionHandler

from ceportal.office.selectors.backup_log import SLOT
from ceportal.office.services.backing_up import CannotBackUp, copy_postgresql
from ceportal.settings.base import database
from tests.databases.servers import Cluster, postgresql_binaries
from tests.portals import ROOT, free_port, until

INSTALL = (ROOT / "docs" / "operations" / "install.md").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "systemd" / "ceportal-wal.service").read_text(encoding="utf-8")
PASSWORD, KEY_PASSWORD = f"it's {secrets.token_hex(8)}", secrets.token_hex(8)
# The document's, in place of which stand those of this test.
SECRETS = "/etc/ceportal/secrets"
HBA = re.compile(r"cat >> \S*/pg_hba\.conf <<'END'\n(.*?)\nEND\n", re.DOTALL)
WAL_ENV = re.compile(r"cat > /etc/ceportal/wal\.env <<'END'\n(.*?)\nEND\n", re.DOTALL)
ADDRESS = re.compile(r"'(postgresql://ceportal@db\.example:5432/ceportal\?[^']*)' > ")


@dataclass(frozen=True)
class Far:
    """The server, by its port, and the folder of what the document puts into `SECRETS`."""

    port: int
    folder: Path

    def said(self, pattern: re.Pattern[str]) -> str:
        """What the document says of its example, said of this server."""
        (text,) = pattern.findall(INSTALL)
        return (
            text.replace("db.example", "127.0.0.1").replace("5432", str(self.port)).replace(SECRETS, str(self.folder))
        )

    @property
    def url(self) -> str:
        return self.said(ADDRESS)

    @property
    def url_of_a_password(self) -> str:
        return self.url.partition("&passfile=")[0].replace("ceportal@", f"ceportal:{quote(PASSWORD)}@")

    @property
    def url_of_a_locked_key(self) -> str:
        mine = f"&sslcert={self.folder}/keyed.crt&sslkey={self.folder}/locked.key&sslpassword={KEY_PASSWORD}"
        return self.url.partition("&passfile=")[0].replace("ceportal@", "keyed@") + mine


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    """With an authority of its own. Who may sign in is the document's, but for one with a certificate."""
    with TemporaryDirectory(prefix="ceportal-tls-", dir="/tmp") as made:
        place = Far(free_port(), Path(made))
        place.folder.chmod(0o755)
        _make_certificates(place.folder)
        lines = ["local all portal trust", *place.said(HBA).replace("10.1.2.3/32", "127.0.0.1/32").splitlines()]
        lines += [f"hostssl {name} keyed 127.0.0.1/32 cert" for name in ("ceportal", "replication")]
        (place.folder / "hba").write_text("\n".join([*lines, ""]), encoding="ascii")
        (place.folder / "server").mkdir()
        cluster = Cluster(place.folder / "server", besides=_settings(place))
        if cluster.as_user:
            shutil.chown(place.folder / "server.key", cluster.as_user.pw_uid)
        try:
            cluster.start()
            _make_roles(place)
            yield place
        finally:
            cluster.stop()


def _settings(place: Far) -> dict[str, str]:
    folder = place.folder
    return {
        "listen_addresses": "127.0.0.1", "port": str(place.port), "hba_file": str(folder / "hba"), "ssl": "on",
        "ssl_cert_file": str(folder / "server.crt"), "ssl_key_file": str(folder / "server.key"),
        "ssl_ca_file": str(folder / "database_ca.crt"),
    }  # fmt: skip


def _make_certificates(folder: Path) -> None:
    """Of the authority, of a stranger, of the server by its address, and of the portal: its key has a password."""
    for name, path in (("authority", "database_ca.crt"), ("stranger", "stranger.crt")):
        _openssl(folder, f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {path}")
    for name in ("server", "keyed"):
        _openssl(folder, f"req -newkey rsa:2048 -nodes -subj /CN={name} -addext subjectAltName=IP:127.0.0.1"
                         f" -keyout {name}.key -out {name}.csr")  # fmt: skip
        _openssl(folder, f"x509 -req -in {name}.csr -CA database_ca.crt -CAkey authority.key -CAcreateserial -days 2"
                         f" -copy_extensions copy -out {name}.crt")  # fmt: skip
    _openssl(folder, f"rsa -aes256 -in keyed.key -passout pass:{KEY_PASSWORD} -out locked.key")


def _openssl(folder: Path, arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def _make_roles(place: Far) -> None:
    (passwords,) = re.findall(rf"echo '(\S+:)THE PASSWORD' > {SECRETS}/database_passwords", INSTALL)
    kept = place.folder / "database_passwords"
    kept.touch(mode=0o600)
    kept.write_text(f"{passwords}{PASSWORD}\n", encoding="ascii")
    with closing(
        psycopg2.connect(host=str(place.folder / "server"), port=place.port, user="portal", dbname="postgres")
    ) as own:
        own.autocommit = True
        with own.cursor() as cursor:
            cursor.execute("CREATE ROLE ceportal LOGIN REPLICATION PASSWORD %s", [PASSWORD])
            cursor.execute("CREATE ROLE keyed LOGIN REPLICATION")
            cursor.execute("CREATE DATABASE ceportal OWNER ceportal")


def connects_by(url: str) -> dict[str, object]:
    """As Django hands it to psycopg2."""
    return dict(ConnectionHandler({"default": dict(database(url))})["default"].get_connection_params())


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `pg_basebackup` is called with: a program of that name notes it, then calls the real one."""
    notes, program = tmp_path / "arguments", tmp_path / "bin" / "pg_basebackup"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" > {notes}\nexec {postgresql_binaries()}/pg_basebackup "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    return notes


@pytest.mark.parametrize("way", ["url", "url_of_a_password", "url_of_a_locked_key"])
def test_a_copy_is_fetched_by_all_that_the_portal_connects_by(
    far: Far, way: str, arguments: Path, tmp_path: Path
) -> None:
    known = connects_by(getattr(far, way))
    with closing(psycopg2.connect(**known)) as portal, portal.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert cursor.fetchone() == (True,)
    copy_postgresql(known, tmp_path / "base")
    check = [postgresql_binaries() / "pg_verifybackup", tmp_path / "base"]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    told = arguments.read_text(encoding="utf-8")
    assert "sslmode=verify-full" in told
    assert PASSWORD not in told
    assert KEY_PASSWORD not in told


@pytest.mark.parametrize(
    ("ours", "others", "answer"),
    [
        ("sslmode=verify-full", "sslmode=disable", "no encryption"),
        ("database_ca.crt", "stranger.crt", "certificate verify failed"),
        ("passfile=", "application_name=", "no password supplied"),
    ],
)
def test_what_the_address_demands_is_demanded_of_the_copy_too(
    far: Far, ours: str, others: str, answer: str, arguments: Path, tmp_path: Path
) -> None:
    """Control: told nothing, it would take whatever certificate the server shows."""
    with pytest.raises(CannotBackUp, match=answer):
        copy_postgresql(connects_by(far.url.replace(ours, others)), tmp_path / "base")


def test_the_unit_receives_the_log_from_where_wal_env_says(far: Far, arguments: Path, tmp_path: Path) -> None:
    """By the unit's own commands and its own environment, over which what stands in the file goes."""
    assert "\nEnvironmentFile=-/etc/ceportal/wal.env\n" in UNIT
    (own,) = re.findall(r"^Environment=(.*)$", UNIT, re.MULTILINE)
    told = dict(word.split("=", 1) for word in [*own.split(), *far.said(WAL_ENV).splitlines()])
    log = tmp_path / "wal"
    log.mkdir()

    def command(line: str) -> list[str]:
        here = line.replace("/usr/bin/pg_", f"{postgresql_binaries()}/pg_").replace("/backup/wal", str(log))
        return shlex.split(here)

    for line in re.findall(r"^ExecStartPre=(.*)$", UNIT, re.MULTILINE):
        subprocess.run(command(line), env=told, check=True, capture_output=True)
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    process = subprocess.Popen(command(line), env=told)
    try:
        until(lambda: _receivers(far) == [(SLOT, True)], "nobody receives the log", 30)
        _ask(far, "CREATE TABLE later AS SELECT 42 AS answer")
        until(lambda: list(log.glob("*.partial")), "no log", 30)
    finally:
        process.kill()
        process.wait(30)


def _receivers(far: Far) -> list[tuple[object, ...]]:
    """By which slot, and whether by TLS."""
    return _ask(far, "SELECT slot_name, ssl FROM pg_replication_slots JOIN pg_stat_ssl ON pid = active_pid")


def _ask(far: Far, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(far.url)) as own, own, own.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []
