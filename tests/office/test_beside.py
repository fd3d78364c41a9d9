"""The database of a backup started beside, as docs/operations/backup.md types it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg2
import pytest

from ceportal.office.services.backing_up import copy_postgresql
from tests.databases.servers import Cluster, postgresql_binaries
from tests.portals import ROOT

TEXT = (ROOT / "docs" / "operations" / "backup.md").read_text(encoding="utf-8")
(SECTION,) = [text for text in TEXT.split("\n## ") if text.startswith("A backup beside\n")]
START, _UNTIL, END = re.findall(r"```\n(.*?)```", SECTION, re.DOTALL)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with TemporaryDirectory(prefix="ceportal-beside-", dir="/tmp") as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "server").mkdir()
        server = Cluster(folder / "server", besides={"wal_level": "replica"})
        try:
            server.start()
            yield server
        finally:
            server.stop()


def typed(text: str, cluster: Cluster) -> None:
    """With the folders of this test for those of a machine, and its user of PostgreSQL."""
    folder = cluster.folder.parent
    for here, there in {
        "/var/lib/postgresql": folder / "lib", "/backup/": f"{folder}/backup/", "/var/run/postgresql": folder / "run",
        "/usr/lib/postgresql/15/bin": postgresql_binaries(), "all all peer": "all all trust",
    }.items():  # fmt: skip
        text = text.replace(here, str(there))
    user = cluster.as_user.pw_name if cluster.as_user else ""
    text = text.replace("chown -R postgres:postgres", f"chown -R {user}:" if user else "true")
    text = text.replace("runuser -u postgres --", f"runuser -u {user} --" if user else "")
    set_up = f"BESIDE={folder}/lib/beside\n"
    subprocess.run(["sh", "-e", "-c", set_up + text], check=True, capture_output=True, timeout=120)


def asked(folder: Path, port: str = "5432") -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(host=str(folder), port=port, user="portal", dbname="postgres")) as own:
        cursor = own.cursor()
        cursor.execute("SELECT answer FROM said ORDER BY answer")
        return list(cursor.fetchall())


def say(cluster: Cluster, answer: int) -> str:
    """Gives where the log is after it."""
    with closing(psycopg2.connect(host=str(cluster.folder), user="portal", dbname="postgres")) as own:
        own.autocommit = True
        cursor = own.cursor()
        cursor.execute("CREATE TABLE IF NOT EXISTS said (answer int)")
        cursor.execute("INSERT INTO said VALUES (%s)", [answer])
        cursor.execute("SELECT pg_current_wal_flush_lsn()")
        (end,) = cursor.fetchone() or ("",)
        return str(end)


def test_the_newest_backup_and_the_log_after_it_stand_beside_and_go(cluster: Cluster) -> None:
    folder = cluster.folder.parent
    made = folder / "backup" / "20261121T180000Z"
    made.mkdir(parents=True)
    for name in ("lib", "run"):
        (folder / name).mkdir()
        if cluster.as_user:
            shutil.chown(folder / name, cluster.as_user.pw_uid)
    known = {"host": str(cluster.folder), "user": "portal", "dbname": "postgres"}
    say(cluster, 1)
    copy_postgresql(known, made / "base")
    (made / "whole").touch()
    end = say(cluster, 2)
    log = folder / "backup" / "wal"
    log.mkdir()
    receive = [postgresql_binaries() / "pg_receivewal", "--no-loop", f"--endpos={end}", f"--directory={log}"]
    there = os.environ | {"PGHOST": str(cluster.folder), "PGUSER": "portal"}
    subprocess.run(receive, env=there, check=True, capture_output=True, timeout=60)
    typed(START, cluster)
    try:
        assert asked(folder / "run", "5433") == [(1,), (2,)]
        assert not list(log.glob("*.history")), "the backup's own log is as it was"
    finally:
        typed(END, cluster)
    assert list((folder / "lib").iterdir()) == []
    assert asked(cluster.folder) == [(1,), (2,)]
