"""From where and in which request an act comes: set by the door, read by the trail and the log."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Circumstances:
    """Empty for the clock."""

    address: str = ""
    request_id: str = ""


NOWHERE = Circumstances()
circumstances: ContextVar[Circumstances] = ContextVar("circumstances", default=NOWHERE)
