"""How the answers of the last minutes were, of all processes and machines together: counted in the broker's Redis.

Each process gathers for a moment before it writes. A broker that does not answer costs a process one moment a quarter
of a minute, and what it had gathered: these are figures to look at, not records.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from ceportal.kernel.rules.answering import counted_as

MINUTES = 5
ANSWER_SECONDS, SILENCE_SECONDS, GATHER_SECONDS = 0.3, 15, 2
_KEPT_SECONDS = 3600


@dataclass
class _Gathered:
    """By this process; `until` is when it writes next."""

    counts: Counter[str] = field(default_factory=Counter)
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)


_gathered = _Gathered()


def count_answer(path: str, status: int, seconds: float, *, now: datetime) -> None:
    """Count an answer that took so long. Never raises for a broker that is away."""
    names = counted_as(path, status, seconds)
    if not names:
        return
    with _gathered.lock:
        _gathered.counts.update(names)
        if time.monotonic() < _gathered.until:
            return
        counts, _gathered.counts = _gathered.counts, Counter()
        _gathered.until = time.monotonic() + GATHER_SECONDS
    try:
        _write(counts, now)
    except (redis.RedisError, OSError):
        _gathered.until = time.monotonic() + SILENCE_SECONDS


def answers_of_late(*, now: datetime) -> Mapping[str, int] | None:
    """How many of the last five minutes, by name; None when the broker does not answer."""
    this = _minute(now)
    try:
        with _broker(settings.CELERY_BROKER_URL).pipeline(transaction=False) as asked:
            for minute in range(this - MINUTES + 1, this + 1):
                asked.hgetall(_key(minute))
            found: list[dict[bytes, bytes]] = asked.execute()
    except (redis.RedisError, OSError):
        return None
    counts: Counter[str] = Counter()
    for row in found:
        counts.update({name.decode(): int(count) for name, count in row.items()})
    return counts


def _write(counts: Mapping[str, int], now: datetime) -> None:
    key = _key(_minute(now))
    with _broker(settings.CELERY_BROKER_URL).pipeline(transaction=False) as told:
        for name, count in counts.items():
            told.hincrby(key, name, count)
        told.expire(key, _KEPT_SECONDS)
        told.execute()


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _key(minute: int) -> str:
    return f"answers:{minute}"


@cache
def _broker(address: str) -> Any:
    url = address.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return redis.from_url(
        url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
    )
