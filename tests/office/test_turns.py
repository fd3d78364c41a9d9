"""Rounds that the workers cannot do in time: every job has its turn all the same."""

import heapq
import pickle
from collections import Counter
from datetime import timedelta

from celery.schedules import schedule
from django.conf import settings
from django.utils import timezone

from ceportal.settings.clock import InAnyOrder

ROUND, ROUNDS = 2.0, 300
JOBS = range(56)


def done(way: schedule, *, times_too_much: float) -> Counter[int]:
    """How often each job is done by a worker for whom a round is so many times too much, as beat rings and messages
    expire: whoever is reached later than a round after being rung for is forgotten.
    """
    long_ago = timezone.now() - timedelta(hours=1)
    ringing, free_at, found = [(0.0, job) for job in JOBS], 0.0, Counter(dict.fromkeys(JOBS, 0))
    while ringing[0][0] < ROUND * ROUNDS:
        at, job = ringing[0]
        heapq.heapreplace(ringing, (at + way.is_due(long_ago).next, job))
        begins = max(at, free_at)
        if begins - at <= ROUND:
            free_at = begins + times_too_much * ROUND / len(JOBS)
            found[job] += 1
    return found


def test_twice_too_much_for_the_workers_every_job_is_done_now_and_then() -> None:
    apart = settings.CELERY_BEAT_SCHEDULE["certificates.make_sheets"]["schedule"].seconds / settings.CLOCK_SECONDS
    fair = done(InAnyOrder(ROUND * apart), times_too_much=2)
    assert min(fair.values()) > ROUNDS / 10
    assert 0.9 < sum(done(InAnyOrder(ROUND * apart), times_too_much=0.5).values()) / (ROUNDS * len(JOBS)) < 1.1
    even = done(schedule(ROUND), times_too_much=2)
    assert min(even.values()) == 0, "the control: in an order that stays some are never reached"


def test_beat_keeps_it_over_a_restart() -> None:
    kept = pickle.loads(pickle.dumps(InAnyOrder(6)))
    assert (type(kept), kept.seconds) == (InAnyOrder, 6)
