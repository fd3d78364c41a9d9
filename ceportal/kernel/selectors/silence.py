"""A database that neither answers nor says that it is gone: its machine lost, its disk hanging, its process stopped.

The driver waits for ever then, and with it each of the web server's few threads. No time that the database itself keeps
(`statement_timeout`) helps against that, and where its machine still answers for it no keepalive does (X8, X19).
"""

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

# Seconds for one who has just waited in vain: what it does on its way out may ask again.
_ONCE_MORE = 1.0


class _Here(threading.local):
    """Of the thread: when its patience ends in any case, and whether its last question was answered."""

    ends: float | None = None
    is_silent = False


_here = _Here()


def bound(seconds: float) -> None:
    """From now on a silence of so many seconds ends any wait of this process for PostgreSQL, connecting or asking, with
    psycopg2's OperationalError and the connection closed. What long work needs it (a worker, a command) has no bound.
    """
    # Where SQLite is used nothing else needs the driver.
    from psycopg2.extensions import set_wait_callback  # noqa: PLC0415

    set_wait_callback(_waiting(seconds))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All that this thread asks within must be answered by then. Only where `bound` was called."""
    before, _here.ends = _here.ends, monotonic() + seconds
    try:
        yield
    finally:
        _here.ends = before


def _waiting(seconds: float) -> Callable[[Any], None]:
    from psycopg2 import OperationalError  # noqa: PLC0415
    from psycopg2.extensions import POLL_OK, POLL_READ  # noqa: PLC0415

    def wait(line: Any) -> None:
        ends = monotonic() + (_ONCE_MORE if _here.is_silent else seconds)
        ends = ends if _here.ends is None else min(ends, _here.ends)
        while (state := line.poll()) != POLL_OK:
            watched = select.poll()
            watched.register(line.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
            if not watched.poll(max(0.0, ends - monotonic()) * 1000):
                _here.is_silent = True
                raise OperationalError("the database is silent")
        _here.is_silent = False

    return wait
