"""A statement that is underway while Python goes on: what it gives is waited for where it is needed (decision 0060).

The driver lets go of the interpreter while the server works, so that both processors have something to do. Each thread
that asks has one helper of its own: in a pool for all, statements that wait for a lock could keep out the very one that
would release it. Whatever else is asked on the connection meanwhile waits for it. On SQLite, where there is no server,
the statement is run before the block.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, local
from typing import Any

from django.db import connection

Rows = list[tuple[Any, ...]]
_own = local()


@contextmanager
def underway(statement: str, values: Sequence[Any]) -> Iterator[Callable[[], Rows]]:
    """Run `statement` beside the block. What is yielded waits for its rows; what it raises is raised there, and at the
    end of the block by itself.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            rows = _run(cursor, statement, values)
            yield lambda: rows
            return
        started = Event()
        answer = _helper().submit(copy_context().run, _run, cursor, statement, values, started.set)
        # From here on it goes by itself: the interpreter is let go of as soon as the statement is sent.
        started.wait()
        try:
            yield answer.result
        finally:
            wait([answer])
        answer.result()


def _run(cursor: Any, statement: str, values: Sequence[Any], started: Callable[[], None] = lambda: None) -> Rows:
    started()
    cursor.execute(statement, values)
    return cursor.fetchall() if cursor.description else []


def _let_go() -> None:
    """A process that forks has its helper; the new one has the object alone, which nobody works for."""
    vars(_own).pop("helper", None)


os.register_at_fork(after_in_child=_let_go)


def _helper() -> ThreadPoolExecutor:
    if not hasattr(_own, "helper"):
        _own.helper = ThreadPoolExecutor(1, "underway")
    helper: ThreadPoolExecutor = _own.helper
    return helper
