"""A portal that was killed keeps its port and its lock while the kernel frees its memory; whoever starts it again at
once waits for that, and not for a portal that lives.
"""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from ceportal import place
from ceportal.place import CannotStart, Place, check_port, lock


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other


@pytest.fixture
def here(tmp_path: Path, listening: socket.socket) -> Place:
    (tmp_path / "run").mkdir()
    return Place(tmp_path, listening.getsockname()[1])


def test_a_port_that_is_let_go_is_waited_for(here: Place, listening: socket.socket) -> None:
    ending = Timer(0.5, listening.close)
    ending.start()
    check_port(here)
    ending.join()


def test_a_lock_that_is_let_go_is_waited_for(here: Place) -> None:
    with closing(lock(here)) as held:
        ending = Timer(0.5, lambda: fcntl.flock(held, fcntl.LOCK_UN))
        ending.start()
        with closing(lock(here)):
            ending.join()


def test_who_lives_is_not_waited_for_for_long(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "LETS_GO_WITHIN", 0.2)
    with pytest.raises(CannotStart, match="is taken"):
        check_port(here)
    with closing(lock(here)), pytest.raises(CannotStart, match="is running on"):
        lock(here)
