"""`make run` leaves nothing behind and lets nothing stay down. Real processes, in a folder of their own."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ceportal import env, supervise
from tests.databases import tables
from tests.portals import PARTS, ROOT, SUPERVISOR, Portal, until

# Loading the demo is another test's affair; what was put down by a first start is copied for each of these.
pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the embedded portal keeps its own database"),
]
MAKE = ("make", "run")


@pytest.fixture(scope="module")
def first_start() -> Iterator[Path]:
    """A folder on which the portal was started once."""
    folder = Path(tempfile.mkdtemp(prefix="ceportal-run-"))
    (folder / "first").mkdir()
    tables.copy_to(folder / "first" / "portal.sqlite3")
    portal = Portal(folder / "first").wait_until_ready()
    portal.signal(signal.SIGTERM)
    portal.nothing_is_left()
    yield folder / "first"
    shutil.rmtree(folder)


@pytest.fixture
def data(first_start: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = first_start.parent / "again"
    shutil.copytree(first_start, folder, symlinks=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Portal]]:
    portals: list[Portal] = []

    def started(command: tuple[str, ...] = SUPERVISOR) -> Portal:
        portals.append(Portal(data, command))
        return portals[-1]

    yield started
    for portal in portals:
        portal.sweep()


def parts_that_die_come_back_with_nothing_left_of_the_old(portal: Portal) -> None:
    before = set(portal.processes()) - {portal.process.pid}
    for part in PARTS:
        os.kill(portal.leader_of(part), signal.SIGKILL)
    until(lambda: not before & set(portal.processes()), "something of the killed parts is left")
    for part in PARTS:
        until(lambda part=part: portal.processes(PARTS[part]), f"{part} did not come back")
    killed_at = time.monotonic()

    def works_again() -> bool:
        health = portal.health()
        age = health.get("clock_age_seconds")
        return health.get("status") == "ok" and isinstance(age, int) and age < time.monotonic() - killed_at

    until(works_again, "the portal did not become ready again")


def what_a_part_has_forked_comes_back_too(portal: Portal) -> None:
    forked = [pid for pid in portal.processes() if os.getsid(pid) not in {pid, portal.process.pid}]
    assert len(forked) >= 4
    for pid in forked:
        os.kill(pid, signal.SIGKILL)
    until(lambda: portal.health().get("status") == "ok", "the portal did not become ready again")
    until(lambda: len(portal.processes()) >= 9, "a forked process did not come back")


def another_shell_finds_it_by_its_folder_alone(portal: Portal) -> None:
    bare = {"DATA_DIR": str(portal.data), "PATH": os.environ["PATH"]}
    ask = "from celery import current_app as app; print(app.control.ping(timeout=10, limit=1))"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ask]
    answer = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True)
    assert "pong" in answer.stdout, answer.stderr


def a_second_one_on_the_same_folder_or_port_is_refused(portal: Portal) -> None:
    second = subprocess.run(SUPERVISOR, cwd=ROOT, env=portal.environment, capture_output=True, text=True)
    assert (second.returncode, "is running on" in second.stdout + second.stderr) == (1, True)
    taken = portal.environment | {"DATA_DIR": str(portal.data.with_name("third"))}
    third = subprocess.run(SUPERVISOR, cwd=ROOT, env=taken, capture_output=True, text=True)
    assert (third.returncode, "is taken" in third.stdout) == (1, True), third.stdout
    assert portal.health()["status"] == "ok"


LIVED = [another_shell_finds_it_by_its_folder_alone, a_second_one_on_the_same_folder_or_port_is_refused]
DIED = [parts_that_die_come_back_with_nothing_left_of_the_old, what_a_part_has_forked_comes_back_too]


@pytest.mark.parametrize(
    ("command", "signals", "before"),
    [
        (SUPERVISOR, [signal.SIGTERM], LIVED),
        (SUPERVISOR, [signal.SIGINT, signal.SIGINT], DIED),
        (SUPERVISOR, [signal.SIGHUP], []),
        (SUPERVISOR, [signal.SIGKILL], []),
        (MAKE, [signal.SIGTERM], []),
        (MAKE, [signal.SIGKILL], []),
    ],
    ids=["SIGTERM", "Ctrl-C twice", "SIGHUP", "kill -9", "SIGTERM to make", "kill -9 of make"],
)
def test_however_it_ends_and_whatever_came_before_nothing_is_left(
    start: Callable[..., Portal],
    command: tuple[str, ...],
    signals: list[int],
    before: list[Callable[[Portal], None]],
) -> None:
    portal = start(command).wait_until_ready()
    assert len(portal.processes()) >= 9, "supervisor, broker, web and its two, worker and its two, beat"
    for lives_through in before:
        lives_through(portal)
    for number in signals:
        portal.signal(number)
        time.sleep(0.3)
    portal.nothing_is_left()
    if command == SUPERVISOR and signal.SIGKILL not in signals:
        assert portal.process.returncode == 0


def test_a_start_that_is_broken_off_leaves_nothing() -> None:
    with tempfile.TemporaryDirectory(prefix="ceportal-run-") as folder:
        portal = Portal(Path(folder) / "early")
        until(lambda: portal.processes(b"prepare"), "nothing was prepared")
        portal.signal(signal.SIGTERM)
        portal.nothing_is_left()
        assert portal.process.returncode == 0


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "８０００", "-1"])
def test_a_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(supervise.CannotStart, match="PORT must be"):
        supervise.place_from_environment()


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "naive"])
def test_while_the_portal_runs_sqlite_keeps_the_log_that_readers_need(tmp_path: Path, is_held: bool) -> None:
    """Where the disk is full nobody could begin another (tests/faults/test_full_disk.py)."""
    path = tmp_path / "portal.sqlite3"
    assert env.held_open(path) is None, "another database is another's affair"
    with closing(sqlite3.connect(path)) as first:
        first.execute("PRAGMA journal_mode = WAL")
        first.execute("CREATE TABLE a (b)")
    held = env.held_open(path) if is_held else None
    with closing(sqlite3.connect(path)) as visitor, visitor:
        visitor.execute("INSERT INTO a VALUES (1)")
    assert (tmp_path / "portal.sqlite3-shm").exists() is is_held
    if held:
        held.close()


def test_a_folder_too_deep_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    deep = supervise.Place(data=tmp_path / ("deep" * 30), port=8000)
    deep.run.mkdir(parents=True)
    short = supervise.broker_socket(deep)
    assert len(os.fsencode(short)) <= supervise.SOCKET_PATH_MAX
    assert short == supervise.broker_socket(deep), "the same folder, the same socket"
    assert short.parent.stat().st_mode & 0o077 == 0
    short.parent.rmdir()
    near = supervise.Place(data=Path("/srv/portal"), port=8000)
    assert supervise.broker_socket(near) == Path("/srv/portal/run/broker.sock")


@pytest.mark.deep
@pytest.mark.timeout(400)
def test_a_worker_that_is_there_but_takes_nothing_up_is_started_anew(start: Callable[..., Portal]) -> None:
    portal = start().wait_until_ready()
    deaf = portal.leader_of("worker")
    os.kill(deaf, signal.SIGSTOP)
    until(lambda: "worker" in portal.health().get("degraded", []), "nobody noticed")  # type: ignore[operator]
    watch = [sys.executable, "deploy/watch_worker.py", "20", "5"]
    environment = os.environ | {"ALLOWED_HOSTS": "127.0.0.1", "BIND": f"127.0.0.1:{portal.port}"}
    assert subprocess.run(watch, cwd=ROOT, env=environment, check=False).returncode == 0, "nor would systemd hear of it"
    until(lambda: deaf not in portal.processes(), "it was not ended", patience=2 * supervise.SILENT_FOR)
    until(lambda: portal.health().get("status") == "ok", "the portal did not become ready again")
