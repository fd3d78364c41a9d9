"""Long work in chunks: as many rounds as it takes, and eight tries of one and the same chunk."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, Job
from ceportal.kernel.selectors.jobs import is_put_aside
from ceportal.kernel.services import jobs
from ceportal.kernel.services.claims import claim
from ceportal.kernel.services.jobs import Work, hold_on, renew, work_off

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KIND, CHUNKS = "test", 3 * MAX_ATTEMPTS
pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Nothing is noted of it, and nothing of its transaction stays."""


@pytest.fixture
def job() -> Job:
    return Job.objects.create(kind=KIND, created_at=NOW, total=CHUNKS)


@transaction.atomic
def a_chunk(job: Job, *, now: datetime) -> bool:
    if not renew(job, now=now):
        return False
    is_over = job.done + 1 == job.total
    Job.objects.filter(pk=job.pk).update(done=job.done + 1, state=JobState.DONE if is_over else JobState.RUNNING)
    return not is_over


def ending(ends: Callable[[Job], BaseException | None], *, hold: Work = renew) -> Work:
    """A chunk that ends so after it has held its lease, where `ends` says how; by `hold` in no transaction."""

    def work_on(job: Job, *, now: datetime) -> bool:
        how = ends(job)
        if how is None:
            return a_chunk(job, now=now)
        if hold is hold_on:
            assert hold_on(job, now=now)
            raise how
        with transaction.atomic():
            assert renew(job, now=now)
            raise how

    return work_on


def rounds(work_on: Work, most: int) -> int:
    """An hour after each other until it is done or put aside; how many there were."""
    for number in range(most):
        moment = NOW + timedelta(hours=number)
        job = Job.objects.get()
        if job.state == JobState.DONE or is_put_aside(job, now=moment):
            return number
        with suppress(OSError, Killed):
            work_off((KIND,), work_on, now=moment)
    return most


def test_tries_are_those_of_a_chunk(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round is over after one chunk."""
    monkeypatch.setattr(jobs, "monotonic", count(0, 100).__next__)
    assert [work_off((KIND,), a_chunk, now=NOW) for _ in range(CHUNKS)] == [1] * (CHUNKS - 1) + [0]
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, CHUNKS)


def test_a_chunk_that_passes_at_last_leaves_the_next_all_its_tries(job: Job) -> None:
    tries = [0] * CHUNKS

    def ends(job: Job) -> BaseException | None:
        tries[job.done] += 1
        return OSError() if tries[job.done] < MAX_ATTEMPTS else None

    work_on = ending(ends)
    assert rounds(work_on, CHUNKS * MAX_ATTEMPTS) == CHUNKS * (MAX_ATTEMPTS - 1) + 1
    job.refresh_from_db()
    assert (job.state, tries) == (JobState.DONE, [MAX_ATTEMPTS] * CHUNKS)


def test_rounds_that_go_on_by_a_chunk_and_are_killed_use_up_nothing(job: Job) -> None:
    begun = count(1)
    work_on = ending(lambda job: None if next(begun) % 2 else Killed())
    assert rounds(work_on, 2 * CHUNKS) == CHUNKS
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, CHUNKS)


@pytest.mark.parametrize("end", [OSError, Killed])
@pytest.mark.parametrize("is_first_of_its_round", [True, False])
@pytest.mark.parametrize("poison", [0, 5])
def test_a_chunk_that_always_ends_badly_is_tried_eight_times(
    job: Job, poison: int, is_first_of_its_round: bool, end: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_first_of_its_round:
        monkeypatch.setattr(jobs, "monotonic", count(0, 100).__next__)
    tries = []

    def ends(job: Job) -> BaseException | None:
        if job.done < poison:
            return None
        tries.append(job.done)
        return end()

    work_on = ending(ends)
    rounds(work_on, CHUNKS)
    assert tries == [poison] * MAX_ATTEMPTS
    job.refresh_from_db()
    assert is_put_aside(job, now=NOW + timedelta(days=30))
    assert job.last_error == ("OSError" if end is OSError else "")


@pytest.mark.parametrize("end", [OSError, Killed])
def test_what_is_whole_or_not_there_is_tried_eight_times(job: Job, end: type[BaseException]) -> None:
    """However often it holds its lease on the way."""
    begun: list[int] = []

    def ends(job: Job) -> BaseException:
        begun.append(job.attempts)
        assert hold_on(job, now=NOW + timedelta(hours=len(begun) - 1, seconds=1))
        job.refresh_from_db()
        return end()

    assert rounds(ending(ends, hold=hold_on), CHUNKS) == MAX_ATTEMPTS
    assert begun == list(range(1, MAX_ATTEMPTS + 1))


def test_who_was_never_begun_goes_first(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long another job goes on."""
    monkeypatch.setattr(jobs, "monotonic", count(0, 100).__next__)
    assert work_off((KIND,), a_chunk, now=NOW) == 1
    other, turns = Job.objects.create(kind=KIND, created_at=NOW, total=2), []
    work_on = ending(lambda job: turns.append(job.pk))
    assert work_off((KIND,), work_on, now=NOW) == 2
    assert turns == [other.pk, job.pk]


def test_what_goes_on_is_worked_off_in_one_round_where_there_is_time(job: Job) -> None:
    assert work_off((KIND,), a_chunk, now=NOW) == CHUNKS - 1
    assert Job.objects.get().state == JobState.DONE


@pytest.mark.parametrize("is_last_of_its_round", [True, False])
def test_what_another_worker_took_up_meanwhile_stays_theirs(
    job: Job, is_last_of_its_round: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of who was held up between two chunks until the lease had run out."""
    monkeypatch.setattr(jobs, "monotonic", count(0, 100 if is_last_of_its_round else 1).__next__)
    later = NOW + timedelta(hours=1)

    def held_up(job: Job, *, now: datetime) -> bool:
        goes_on = a_chunk(job, now=now)
        assert claim(Job.objects.filter(pk=job.pk), now=later)
        return goes_on

    assert work_off((KIND,), held_up, now=NOW) == 1
    job.refresh_from_db()
    assert (job.done, job.attempts) == (1, 2)
    assert job.claimed_until is not None
    assert job.claimed_until > later
