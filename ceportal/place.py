"""Where a portal started by `make run` keeps itself: one to a folder, one to a port. Standard library only."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
LOG_BYTES = 5_000_000
# Seconds: a portal that was killed keeps its lock and its port until the kernel has freed its memory.
LETS_GO_WITHIN, LOOK_EVERY = 3.0, 0.1
# What a request that is at work has when the portal is told to end: less than the supervisor waits before it kills.
WEB_GRACEFUL_SECONDS = 8


class CannotStart(Exception):
    """Something outside keeps the portal from starting; the message says what to do."""


@dataclass
class Place:
    """Where this portal keeps itself, and what its processes are told."""

    data: Path
    port: int

    @property
    def run(self) -> Path:
        return self.data / "run"

    def open_log(self, name: str) -> IO[bytes]:
        path = self.data / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def make(self) -> None:
        os.umask(0o077)
        for folder in (self.run, self.data / "log", self.data / "tmp", self.data / "cache"):
            folder.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """Temporary files and caches of libraries (fonts, bytecode) stay below DATA_DIR too."""
        return os.environ | {
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "ceportal.settings.dev"),
            "TMPDIR": str(self.data / "tmp"),
            "XDG_CACHE_HOME": str(self.data / "cache"),
            "PYTHONUNBUFFERED": "1",
            "WEB_GRACEFUL_SECONDS": os.environ.get("WEB_GRACEFUL_SECONDS") or str(WEB_GRACEFUL_SECONDS),
        }


def place_from_environment() -> Place:
    data = Path(os.environ.get("DATA_DIR") or "var")
    port = os.environ.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return Place(data=(data if data.is_absolute() else ROOT / data).resolve(), port=int(port))


def lock(place: Place) -> IO[str]:
    """One portal per folder: the lock lives as long as this process."""
    file = (place.run / "supervisor.lock").open("w")
    try:
        _when_let_go(lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
    except BlockingIOError as error:
        file.close()
        raise CannotStart(f"A portal is running on {place.data} already. Set DATA_DIR to another folder.") from error
    return file


def check_port(place: Place) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            _when_let_go(lambda: probe.bind(("127.0.0.1", place.port)))
        except OSError as error:
            raise CannotStart(f"Port {place.port} is taken. Choose another: PORT=8001 make run") from error


def _when_let_go(take: Callable[[], None]) -> None:
    """Tries until nobody holds it; raises the last refusal. What lives on does not let go."""
    deadline = time.monotonic() + LETS_GO_WITHIN
    while True:
        try:
            return take()
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EADDRINUSE} or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_EVERY)
