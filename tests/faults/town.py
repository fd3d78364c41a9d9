"""A running portal with people whose year a few records meet, and ways to look at it from outside."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import redis

from tests.databases.servers import Cluster
from tests.portals import PARTS, ROOT, Portal, until

LEASE = 5
# A machine that does other things too needs more than the lease and a minute.
SLACK = 60
# One person hands in hundreds of declarations within the hour, each with a file.
SETTINGS = {
    "CEPORTAL_DEMO": "1", "CLOCK_SECONDS": "2", "CLAIM_LEASE_SECONDS": str(LEASE), "UPLOAD_RATE": "3000/hour",
}  # fmt: skip
VICTIMS = ("pool child", "celery main", "web worker", "supervisor")
# What can befall a database that is nobody else's.
WEB_STOPPED, OF_THE_DATABASE = "web stopped", ("database restarted", "database stopped")
# Whoever is stopped goes on after one of these.
STOPPED_FOR = (0.5, 1.5)
# Whose processes are forked by which part.
FORKED_BY = {"pool child": "worker", "web worker": "web"}
LEADERS = {"celery main": "worker", "broker": "broker"}
# People who are made by one command.
AT_ONCE = 70
_SAID = "SAID: "


def stopped(processes: Sequence[int], seconds: float) -> None:
    """All of them at once neither dead nor answering (SIGSTOP), until they go on; the first forks the others."""
    try:
        for pid in processes:
            _signal(pid, signal.SIGSTOP)
        time.sleep(seconds)
    finally:
        for pid in reversed(processes):
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


class Town:
    """The portal on a database of its own, which may die when `cluster` is its alone; `people` are handed out once."""

    def __init__(
        self,
        folder: Path,
        database_url: str | None,
        *,
        cluster: Cluster | None = None,
        patience: float = 240,
        code: Path = ROOT,
        **settings: str,
    ) -> None:
        self.database_url, self.cluster = database_url, cluster
        self.settings = SETTINGS | settings | ({"DATABASE_URL": database_url} if database_url else {})
        self.portal = Portal(folder / "portal", code=code, **self.settings)
        self.portal.wait_until_ready(patience)
        self.born, self.waiting = 0, list[dict[str, str]]()

    @property
    def victims(self) -> tuple[str, ...]:
        """Each kind of process that can be killed here. SQLite dies with whoever uses it."""
        return (*VICTIMS, "broker", "database") if self.cluster else (*VICTIMS, "broker")

    @property
    def befalls(self) -> tuple[str, ...]:
        """What else can befall it: who is stopped goes on, PostgreSQL is restarted in turn."""
        return (WEB_STOPPED, *OF_THE_DATABASE) if self.cluster else (WEB_STOPPED,)

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.portal.data / "demo.json").read_text(encoding="utf-8")))

    def people(self, count: int) -> list[dict[str, str]]:
        """Of whom nobody has heard before."""
        if count > len(self.waiting):
            more = max(count, AT_ONCE)
            self.waiting += self.tell(f"add_people({self.born}, {more})")
            self.born += more
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def tell(self, words: str, room: str = "tests.faults.cast") -> Any:
        """What `words` give within the portal, by what the module `room` holds."""
        script = f"import json\nfrom {room} import *\nprint({_SAID!r} + json.dumps({words}))"
        done = self.manage("shell", "--no-imports", "-c", script)
        assert done.returncode == 0, done.stderr
        return json.loads(next(line for line in done.stdout.splitlines() if line.startswith(_SAID))[len(_SAID) :])

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=self.portal.code, env=self.portal.environment, capture_output=True, text=True
        )

    def ask(self, query: str, *values: object) -> list[Any]:
        """Rows of the portal's database, read from outside; `?` stands for a value."""
        if self.database_url:
            with closing(psycopg2.connect(self.database_url)) as connection, connection.cursor() as cursor:
                cursor.execute(query.replace("?", "%s"), values)
                return cursor.fetchall()
        path = self.portal.data / "portal.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def issued(self, people: Sequence[dict[str, str]]) -> int:
        """How many of `people` have an issued certificate."""
        names = [person["name"] for person in people]
        marks = ", ".join("?" * len(names))
        query = (
            "SELECT COUNT(*) FROM certificates_certificate c JOIN accounts_professional p ON p.id = c.professional_id"
            f" WHERE c.state = 'issued' AND p.name IN ({marks})"
        )
        return int(self.ask(query, *names)[0][0])

    def sheets_in_hand(self) -> int:
        query = "SELECT COUNT(*) FROM certificates_certificate WHERE state = 'intended' AND claimed_until IS NOT NULL"
        return int(self.ask(query)[0][0])

    def undone(self) -> str:
        """What stands between hours and sheets, for who reads a failure."""
        counted = {
            "claims": "SELECT state, reasons, COUNT(*) FROM credits_claim GROUP BY state, reasons",
            "changed accounts": "SELECT COUNT(*) FROM credits_changedaccount",
            "certificates": "SELECT state, COUNT(*), MAX(last_error) FROM certificates_certificate GROUP BY state",
        }
        return "; ".join(f"{what}: {self.ask(query)}" for what, query in counted.items())

    def wait_for_certificates(self, people: Sequence[dict[str, str]]) -> None:
        until(
            lambda: self.issued(people) >= len(people),
            lambda: f"{self.issued(people)} of {len(people)} certificates; {self.undone()}",
            LEASE + SLACK,
        )

    def wait_until_whole(self) -> None:
        until(self._is_whole, lambda: f"not whole: {self.portal.health()}", 120)

    def _is_whole(self) -> bool:
        degraded = self.portal.health().get("degraded", [*PARTS])
        return isinstance(degraded, list) and not PARTS.keys() & {*degraded} and self.portal.has_all_parts()

    def kill(self, victim: str, pick: int) -> None:
        """`kill -9`, or `-m immediate` for the database, which is started again at once (`-m fast` where it is
        restarted); who started the portal starts it again when it was the supervisor. Who is stopped goes on.
        """
        match victim:
            case "supervisor":
                self.portal.signal(signal.SIGKILL)
                self.portal.nothing_is_left()
                self.portal = self.portal.again()
                self.portal.wait_until_ready(240)
            case "database":
                assert self.cluster, "others live in it too"
                self.cluster.restart_at_once()
            case "database restarted":
                assert self.cluster, "others live in it too"
                self.cluster.restart_in_turn()
            case "database stopped":
                assert self.cluster, "others live in it too"
                stopped(self.cluster.processes(), STOPPED_FOR[pick % 2])
            case "web stopped":
                until(self.web_processes, "there is no web server")
                stopped(self.web_processes(), STOPPED_FOR[pick % 2])
            case _:
                until(lambda: self._killed(self._processes_of(victim), pick), f"there is no {victim}")

    def web_processes(self) -> list[int]:
        """The web server's, the one that forks first; none while it is down."""
        try:
            return [self.portal.leader_of("web"), *self.portal.forked_by("web")]
        except StopIteration:
            return []

    def _processes_of(self, victim: str) -> list[int]:
        """None while the part is down or has not forked."""
        try:
            if victim in FORKED_BY:
                return self.portal.forked_by(FORKED_BY[victim])
            return [self.portal.leader_of(LEADERS[victim])]
        except StopIteration:
            return []

    def _killed(self, candidates: Sequence[int], pick: int) -> bool:
        """False where there is none, or the one that was picked has just ended by itself."""
        if not candidates:
            return False
        try:
            os.kill(candidates[pick % len(candidates)], signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def broker(self) -> redis.Redis:
        """A connection to the portal's broker."""
        return redis.Redis(unix_socket_path=str(self.broker_socket))

    @property
    def broker_socket(self) -> Path:
        url = (self.portal.data / "run" / "broker.url").read_text().strip()
        return Path(url.partition("://")[2].partition("?")[0])
