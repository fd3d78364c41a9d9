"""Several hands at once: real threads, each with a connection of its own, let go together.

For tests marked `django_db(transaction=True)`: inside a test's own transaction nobody else would see anything.
"""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import TypeVar

from django.db import connection, connections

Result = TypeVar("Result")
PATIENCE = 60


def at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results in the order of `acts`. An exception of any of them is raised here, after all have ended."""
    results = settled(acts)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


def settled(acts: Sequence[Callable[[], Result]]) -> list[Result | BaseException]:
    """Like `at_once`, with an exception in place of a result."""
    gate = Barrier(len(acts))
    results: dict[int, Result | BaseException] = {}

    def run(number: int, act: Callable[[], Result]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            results[number] = act()
        except BaseException as error:  # noqa: BLE001 - handed to the test, whatever it is
            results[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [results[number] for number in range(len(acts))]
