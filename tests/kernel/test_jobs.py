"""Long work in chunks: as many rounds as it takes, and eight tries of one and the same chunk."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, Job
from ceportal.kernel.selectors.jobs import is_put_aside
from ceportal.kernel.services import jobs
from ceportal.kernel.services.jobs import renew, work_off

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KIND, CHUNKS = "test", 3 * MAX_ATTEMPTS
pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    return Job.objects.create(kind=KIND, created_at=NOW, total=CHUNKS)


def a_chunk(job: Job, *, now: datetime) -> bool:
    if not renew(job, now=now):
        return False
    is_over = job.done + 1 == job.total
    Job.objects.filter(pk=job.pk).update(done=job.done + 1, state=JobState.DONE if is_over else JobState.RUNNING)
    return not is_over


def test_tries_are_those_of_a_chunk(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round is over after one chunk."""
    monkeypatch.setattr(jobs, "monotonic", count(0, 100).__next__)
    assert [work_off((KIND,), a_chunk, now=NOW) for _ in range(CHUNKS)] == [1] * (CHUNKS - 1) + [0]
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, CHUNKS)


@pytest.mark.parametrize("poison", [0, 5])
def test_a_chunk_that_always_ends_in_an_error_is_tried_eight_times(job: Job, poison: int) -> None:
    def work_on(job: Job, *, now: datetime) -> bool:
        if job.done == poison:
            assert renew(job, now=now)
            raise OSError("always")
        return a_chunk(job, now=now)

    moment, tries = NOW, 0
    while not is_put_aside(Job.objects.get(), now=moment):
        tries += 1
        with pytest.raises(OSError, match="always"):
            work_off((KIND,), work_on, now=moment)
        moment += timedelta(hours=1)
    assert tries == MAX_ATTEMPTS
    assert work_off((KIND,), work_on, now=moment) == 0
    job.refresh_from_db()
    assert (job.done, job.state, job.last_error) == (poison, JobState.RUNNING if poison else job.state, "OSError")


def test_what_goes_on_is_worked_off_in_one_round_where_there_is_time(job: Job) -> None:
    assert work_off((KIND,), a_chunk, now=NOW) == CHUNKS - 1
    assert Job.objects.get().state == JobState.DONE
