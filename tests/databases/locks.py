"""Nobody but SQLite opens the files of the test database.

Whoever closes a file loses every lock that the process holds on it, SQLite's own among them. The next process to come
takes itself for the first, and truncates the shared memory that this one still has before its eyes: it dies of a bus
error, or reads an index of its own (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class OpenedBeside(AssertionError):
    """A test reads the file of the database it is connected to; `content_of` does so without harm."""


def keep(database: str) -> None:
    """From now on, and to the end of the process (Python never lets go of such a hook)."""

    files = {os.path.realpath(f"{database}{ending}") for ending in ("", "-wal", "-shm", "-journal")}

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return
        path = os.fsdecode(arguments[0])
        if "sqlite3" in path and os.path.realpath(path) in files:
            raise OpenedBeside(os.path.basename(path))

    sys.addaudithook(refuse)


def content_of(path: Path) -> bytes:
    """What stands in a file that this process may hold locks on: another process reads it, and has none to lose."""
    return subprocess.run(["cat", "--", path], check=True, capture_output=True).stdout
