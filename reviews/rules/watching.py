"""When a day's approvals were quicker than anybody reads: shown to those above, who judge it (S3-06)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

# Fewer prove nothing; approved together after each was opened, many fall into one moment.
FAST_COUNT = 20
LEAST_SECONDS = 15
# A slow hour hides no fast one: of so many in a row the last twenty were read after the first twenty at the earliest
# (twenty go together), and that takes its time.
RUN = 2 * FAST_COUNT
RUN_TIME = timedelta(seconds=LEAST_SECONDS * FAST_COUNT)


def is_unlikely_speed(count: int, first: datetime, last: datetime) -> bool:
    """Whether `count` approvals between two moments lie less than 15 seconds apart on average."""
    return count >= FAST_COUNT and (last - first).total_seconds() < LEAST_SECONDS * (count - 1)


def has_a_run(moments: Sequence[datetime]) -> bool:
    """Whether so many in a row, of moments in their order, lie so close together."""
    return any(last - first < RUN_TIME for first, last in zip(moments, moments[RUN - 1 :], strict=False))
