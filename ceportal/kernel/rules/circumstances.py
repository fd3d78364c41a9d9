"""From where, in which request and in which role an act comes: set by the door, read by the trail and the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Circumstances:
    """Empty for the clock. `role` is in words by which duty the door let somebody in; empty where it asked for none."""

    address: str = ""
    request_id: str = ""
    role: str = ""


NOWHERE = Circumstances()
circumstances: ContextVar[Circumstances] = ContextVar("circumstances", default=NOWHERE)


def act_as(role: str) -> None:
    """For the rest of this request: the door knows by which duty somebody came in."""
    circumstances.set(replace(circumstances.get(), role=role))


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Within, what is recorded is done in this role: for a service that knows it better than the door."""
    token = circumstances.set(replace(circumstances.get(), role=role))
    try:
        yield
    finally:
        circumstances.reset(token)
