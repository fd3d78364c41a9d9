"""How much waits at a desk, in words."""

from dataclasses import dataclass
from datetime import datetime

# More are told as "more than": an index of many desks costs the same however long their queues.
QUEUED_AT_MOST = 99


@dataclass(frozen=True)
class Queue:
    """How much waits at a desk (up to one more than `QUEUED_AT_MOST`), and when the first of it is due, if ever."""

    count: int
    due_at: datetime | None
    due_is_provisional: bool = False

    @property
    def words(self) -> str:
        """3 项待办, 99 项以上待办, 没有待办."""
        if not self.count:
            return "没有待办"
        return f"{QUEUED_AT_MOST} 项以上待办" if self.count > QUEUED_AT_MOST else f"{self.count} 项待办"
