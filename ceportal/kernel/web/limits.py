"""How often something may be tried, counted for all processes in the broker's Redis, or without one in the database.

A broker that does not answer costs one request of a process a moment, then none for a while: nobody waits for a count.
Where neither can write (one disk for both, and full) each process counts for itself. The tests, whose broker's address
leads nowhere, do so always (`LIMITS_WITHOUT_BROKER`).

Keys are never clear numbers: give a blind index. The count is a convenience of the door, not a record: it may be lost.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from ceportal.kernel.services.noting import is_no_fault_of_ours
from ceportal.kernel.services.tallies import take_from_tally, tallied

# A broker on this machine answers in a millisecond.
ANSWER_SECONDS = 0.3
SILENCE_SECONDS = 15
Answer = TypeVar("Answer")


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
    return _counted(lambda storage: _taken(storage, item, key, cost), lambda: _taken_from_tally(item, key, cost))


# One message may cost a person sleep, a hundred money: what one number gets, whoever asks, and what one place asks.
CODES_A_MINUTE = "1 per minute"
CODES_A_DAY = "5 per day"
CODES_OF_A_PLACE = "30 per hour"


def take_code(phone: str, place: str) -> Allowance:
    """Whether a code may be sent to `phone` (a blind index) at the request of `place`. Give the same answer to all.

    What is refused by a wider window has used up the narrower ones: trying again at once does not help.
    """
    windows = ((CODES_A_MINUTE, "phone", phone), (CODES_A_DAY, "phone", phone), (CODES_OF_A_PLACE, "place", place))
    for rate, *key in windows:
        allowance = take(rate, "code", *key)
        if not allowance.is_granted:
            break
    return allowance


def _taken(storage: Storage, item: RateLimitItem, key: tuple[str, ...], cost: int) -> Allowance:
    limiter = SlidingWindowCounterRateLimiter(storage)
    is_granted = limiter.hit(item, *key, cost=cost)
    window = limiter.get_window_stats(item, *key)
    reset = max(1, round(window.reset_time - time.time()))
    return Allowance(is_granted, item.amount, max(0, window.remaining), reset)


def forget_all() -> None:
    """Start counting anew in this process (tests)."""
    _silence["ends"] = 0.0
    _here.reset()


def _count(rate: str, key: tuple[str, ...], *, hit: bool) -> bool:
    item = parse(rate)
    return _counted(lambda storage: _spent(storage, item, key, hit=hit), lambda: _spent_of_tally(item, key, hit=hit))


def _counted(count: Callable[[Storage], Answer], without_broker: Callable[[], Answer]) -> Answer:
    """By the storage all processes share, unless it did not answer a moment ago."""
    if time.monotonic() >= _silence["ends"]:
        try:
            return count(_shared())
        except (RedisError, OSError):
            _silence["ends"] = time.monotonic() + SILENCE_SECONDS
    if settings.LIMITS_WITHOUT_BROKER != "database":
        return count(_here)
    try:
        return without_broker()
    except DatabaseError as error:
        if not is_no_fault_of_ours(error):
            raise
        return count(_here)


def _taken_from_tally(item: RateLimitItem, key: tuple[str, ...], cost: int) -> Allowance:
    now, window = timezone.now(), timedelta(seconds=item.get_expiry())
    is_granted, tally = take_from_tally(str(item), *key, most=item.amount, window=window, cost=cost, now=now)
    reset = max(1, round((tally.ends_at - now).total_seconds()))
    return Allowance(is_granted, item.amount, max(0, item.amount - tally.count), reset)


def _spent_of_tally(item: RateLimitItem, key: tuple[str, ...], *, hit: bool) -> bool:
    now, window = timezone.now(), timedelta(seconds=item.get_expiry())
    if hit:
        take_from_tally(str(item), *key, most=item.amount, window=window, now=now)
    return tallied(str(item), *key, now=now) >= item.amount


def _spent(storage: Storage, item: RateLimitItem, key: tuple[str, ...], *, hit: bool) -> bool:
    limiter = MovingWindowRateLimiter(storage)
    return not (limiter.hit(item, *key) if hit else limiter.test(item, *key))


@cache
def _shared() -> Storage:
    url = settings.CELERY_BROKER_URL
    # What a socket's address asks beside it is Celery's; what another's asks (how TLS is checked) is everybody's.
    if url.startswith("redis+socket://"):
        url = url.replace("redis+socket://", "redis+unix://", 1).split("?")[0]
    options: dict[str, Any] = {
        "socket_connect_timeout": ANSWER_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    return cast(Storage, storage_from_string(url, **options))


_here = MemoryStorage()
_silence = {"ends": 0.0}
