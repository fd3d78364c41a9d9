"""Hands that act at the same moment, each with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

Act = Callable[[], object]


def at_once(*acts: Act) -> list[object]:
    """Run `acts` at the same moment; what each gave back or raised."""
    barrier = Barrier(len(acts))

    def start(act: Act) -> object:
        try:
            barrier.wait(10)
            return act()
        except Exception as error:  # noqa: BLE001 what a hand ran into is what is examined
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(start, acts))


def pairs_at_once(pairs: Sequence[tuple[Act, Act]]) -> list[list[object]]:
    """The same for many pairs, with two hands that keep their connections: each pair starts at one moment."""
    barrier = Barrier(2)
    results: list[list[object]] = [[None, None] for _ in pairs]

    def hand(side: int) -> None:
        try:
            for number, pair in enumerate(pairs):
                barrier.wait(30)
                try:
                    results[number][side] = pair[side]()
                except Exception as error:  # noqa: BLE001
                    results[number][side] = error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(hand, (0, 1)))
    return results
