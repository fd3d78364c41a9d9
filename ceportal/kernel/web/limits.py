"""How often something may be tried, counted for all processes in the broker's Redis, or without one in this process.

Keys are never clear numbers: give a blind index. The count is a convenience of the door, not a record: it may be lost.
"""

import time
from dataclasses import dataclass
from functools import cache
from typing import cast

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError


def is_used_up(rate: str, *key: str) -> bool:
    """Whether `rate` (as "10 per 15 minutes") is spent for `key`. Asking does not count."""
    return _count(rate, key, hit=False)


def count_one(rate: str, *key: str) -> None:
    """Count one try of `key`."""
    _count(rate, key, hit=True)


@dataclass(frozen=True)
class Allowance:
    """What is left of a rate after a try: `limit` in all, `remaining`, renewed in `reset` seconds."""

    is_granted: bool
    limit: int
    remaining: int
    reset: int


def take(rate: str, *key: str, cost: int = 1) -> Allowance:
    """Take `cost` from `rate` for `key`, all or nothing. Cheap however large the cost is."""
    item = parse(rate)
    try:
        return _taken(_shared(), item, key, cost)
    except (RedisError, OSError):
        return _taken(_here, item, key, cost)


def _taken(storage: Storage, item: RateLimitItem, key: tuple[str, ...], cost: int) -> Allowance:
    limiter = SlidingWindowCounterRateLimiter(storage)
    is_granted = limiter.hit(item, *key, cost=cost)
    window = limiter.get_window_stats(item, *key)
    reset = max(1, round(window.reset_time - time.time()))
    return Allowance(is_granted, item.amount, max(0, window.remaining), reset)


def forget_all() -> None:
    """Start counting anew in this process (tests)."""
    _here.reset()


def _count(rate: str, key: tuple[str, ...], *, hit: bool) -> bool:
    item = parse(rate)
    try:
        return _spent(_shared(), item, key, hit=hit)
    except (RedisError, OSError):
        return _spent(_here, item, key, hit=hit)


def _spent(storage: Storage, item: RateLimitItem, key: tuple[str, ...], *, hit: bool) -> bool:
    limiter = MovingWindowRateLimiter(storage)
    return not (limiter.hit(item, *key) if hit else limiter.test(item, *key))


@cache
def _shared() -> Storage:
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "redis+unix://", 1).split("?")[0]
    return cast(Storage, storage_from_string(url, socket_connect_timeout=1, socket_timeout=1))


_here = MemoryStorage()
