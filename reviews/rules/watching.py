"""When a day's approvals were quicker than anybody reads: shown to those above, who judge it (S3-06)."""

from datetime import datetime

# Fewer prove nothing; approved together after each was opened, many fall into one moment.
FAST_COUNT = 20
LEAST_SECONDS = 15


def is_unlikely_speed(count: int, first: datetime, last: datetime) -> bool:
    """Whether `count` approvals between two moments lie less than 15 seconds apart on average."""
    return count >= FAST_COUNT and (last - first).total_seconds() < LEAST_SECONDS * (count - 1)
