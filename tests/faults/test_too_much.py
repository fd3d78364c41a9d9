"""A job over its time or over its memory (X3): each try is used up before it begins, then the job is put aside and
told; who stands behind it does not wait.
"""

import os
import resource
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, Job
from ceportal.kernel.services.jobs import work_off
from ceportal.office.selectors.health import health
from tests.portals import until

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KIND = "too_much"
ROOM = 64 << 20


def over_its_time() -> None:
    """Until it is killed, as Celery does at `CELERY_TASK_TIME_LIMIT`, and the system where memory ends."""
    time.sleep(60)


def out_of_memory() -> None:
    held = int(open("/proc/self/statm", encoding="ascii").read().split()[0]) * resource.getpagesize()  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_AS, (held + ROOM, held + ROOM))
    bytearray(2 * ROOM)


def a_round(poison: Job, harm: Callable[[], None], now: datetime) -> None:
    """In a process of its own. Where it still is at the poison once it has taken it up, it is over its time."""

    def work_on(job: Job, *, now: datetime) -> bool:
        if job.pk == poison.pk:
            harm()
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
        return False

    before = Job.objects.get(pk=poison.pk).attempts
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work_off((KIND,), work_on, now=now)
        finally:
            os._exit(0)
    ended: list[int] = []

    def has_ended_or_is_at_it() -> bool:
        pid, _ = os.waitpid(child, os.WNOHANG)
        ended.extend([pid] * bool(pid))
        return bool(ended) or Job.objects.get(pk=poison.pk).attempts > before

    until(has_ended_or_is_at_it, "it neither ended nor began")
    if not ended and harm is over_its_time:
        os.kill(child, signal.SIGKILL)
    if not ended:
        os.waitpid(child, 0)


@pytest.mark.parametrize("harm", [over_its_time, out_of_memory])
def test_a_job_that_asks_too_much_is_put_aside_and_told_and_holds_up_nobody(harm: Callable[[], None]) -> None:
    poison, other = (Job.objects.create(kind=KIND, created_at=NOW) for _ in range(2))
    tries = []
    for number in range(MAX_ATTEMPTS + 2):
        assert "dead_letters" not in health(now=NOW).degraded or number >= MAX_ATTEMPTS
        a_round(poison, harm, NOW + timedelta(hours=number))
        tries.append(Job.objects.get(pk=poison.pk).attempts)
    assert tries == [min(number + 1, MAX_ATTEMPTS) for number in range(MAX_ATTEMPTS + 2)]
    poison.refresh_from_db()
    other.refresh_from_db()
    assert (poison.state, other.state) == (JobState.WAITING, JobState.DONE)
    assert poison.last_error == ("" if harm is over_its_time else "MemoryError")
    assert "dead_letters" in health(now=NOW).degraded
