"""A disk that is full to its last byte under a running portal (X16): database, broker, files and logs lie on it.

Who writes is told to come back, who looks is answered; nobody meets an error. When there is room again everything goes
on by itself: what was acknowledged is there, once. A database that gave up is started again, and no more is done to it.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.databases import tables
from tests.databases.servers import Cluster, cluster_of_its_own
from tests.faults.clients import ANSWER_SECONDS, Person, Platform, records_of
from tests.faults.test_killed import certificates_are_whole, nothing_lost_nothing_twice
from tests.faults.town import Town
from tests.portals import until

SIZE = "600m"
PEOPLE, LOOKS = 40, 10
PATHS = ("/help/", "/institutions/", "/verify/", "/sign-in/")
OWN = ("/operation/", "/home/", "/notices/")
# After which a click is worth a stamp in its session.
STAMPED = 61
pytestmark = [
    pytest.mark.deep,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small file system"),
]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ceportal-disk-", dir="/tmp"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "ceportal", str(folder)]
    done = subprocess.run(mounting, capture_output=True, text=True)
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


@contextmanager
def place(folder: Path) -> Iterator[tuple[Town, Cluster | None]]:
    (folder / "portal").mkdir()
    if "DATABASE_URL" not in os.environ:
        tables.copy_to(folder / "portal" / "portal.sqlite3")
        yield Town(folder, None, patience=600), None
        return
    with cluster_of_its_own(is_durable=True, within=folder) as cluster:
        tables.fill(cluster.url)
        yield Town(folder, cluster.url, patience=600), cluster


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not one byte is left, not even in a log of SQLite that was already there."""
    for file in folder.glob("portal/portal.sqlite3"):
        with closing(sqlite3.connect(file, timeout=30)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (1 << 20, 4096, 1):
            try:
                while out.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(folder).free == 0
    try:
        yield
    finally:
        filler.unlink()


def test_a_full_disk_refuses_and_when_there_is_room_goes_on_by_itself(small_disk: Path) -> None:
    with place(small_disk) as (town, cluster):
        try:
            town.wait_until_whole()
            platform, people = Platform(town), town.people(PEOPLE)
            operator = Person(town, "operator")
            platform.post(records_of(people[0]))
            until(lambda: town.issued(people[:1]), town.undone, 300)
            ((token,),) = town.ask("SELECT token FROM certificates_certificate WHERE state = 'issued' LIMIT 1")
            time.sleep(STAMPED)
            with full(small_disk):
                hands = platform.post_all([records_of(person) for person in people[1:]])
                until(lambda: platform.retries > LOOKS, "nothing was refused")
                seen = Counter((path, look(town, path)) for path in (*PATHS, f"/v/{token}/") for _ in range(LOOKS))
                own = Counter((path, page_of(operator, path)[0]) for path in OWN for _ in range(LOOKS))
                page = page_of(operator, "/operation/")[1]
                assert "disk_filling" in page, "the operator is not told which part it is"
            if cluster and cluster.process and cluster.process.poll() is not None:
                sys.stdout.write("PostgreSQL had ended\n")
                cluster.start()
            for hand in hands:
                hand.join()
            sys.stdout.write(f"{platform.retries} posts repeated; looked at meanwhile: {dict(seen + own)}\n")
            town.wait_until_whole()
            began = time.monotonic()
            until(lambda: town.issued(people) == PEOPLE, lambda: f"{town.undone()} {town.portal.logged('worker')}", 300)
            sys.stdout.write(f"all certificates {time.monotonic() - began:.0f} s after there was room\n")
            facts = town.tell(f"inquire({[person['name'] for person in people]!r})")
            nothing_lost_nothing_twice(platform.acknowledged, facts)
            certificates_are_whole(people, facts)
            assert town.manage("reconcile").returncode == 0
            assert {status for _, status in seen + own} == {200}
        finally:
            town.portal.sweep()


def look(town: Town, path: str) -> int:
    try:
        with urllib.request.urlopen(town.portal.url + path, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def page_of(person: Person, path: str) -> tuple[int, str]:
    try:
        with person.browser.open(person.town.portal.url + path, timeout=ANSWER_SECONDS) as answer:
            assert "sign-in" not in answer.url
            return int(answer.status), str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.code, ""
