"""Taking rows up under a lease: one worker at a time, back after a crash, put aside after too many tries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from ceportal.kernel.models import MAX_ATTEMPTS, Attempt, Job
from ceportal.kernel.services.claims import (
    claim,
    failure_noted,
    one_by_one,
    put_back,
    take_up,
    unclaimed,
)
from tests.races import at_once

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(db: None):
    job = Job.objects.create(kind="test", created_at=NOW)
    return Job.objects.filter(pk=job.pk)


def test_only_the_first_hand_gets_the_row(rows) -> None:
    assert claim(rows, now=NOW)
    assert not claim(rows, now=NOW)
    assert not unclaimed(rows, now=NOW).exists()


def test_a_dead_hands_row_comes_back_when_the_lease_ends(rows, settings) -> None:
    claim(rows, now=NOW)
    later = NOW + timedelta(seconds=settings.CLAIM_LEASE_SECONDS)
    assert not claim(rows, now=later)
    assert claim(rows, now=later + timedelta(seconds=1))
    assert rows.get().attempts == 2


def test_after_too_many_tries_it_is_left_alone(rows) -> None:
    moment = NOW
    for _ in range(MAX_ATTEMPTS):
        assert claim(rows, now=moment)
        moment += timedelta(hours=1)
    assert not claim(rows, now=moment)


def test_what_went_wrong_is_kept_in_short(rows) -> None:
    put_back(rows, error="x" * 9000)
    assert rows.get().last_error == "x" * 500


def jobs(count: int) -> QuerySet[Job]:
    Job.objects.bulk_create(Job(kind="test", created_at=NOW) for _ in range(count))
    return Job.objects.filter(kind="test").order_by("pk")


def test_rows_are_handed_out_claimed_and_the_untried_first() -> None:
    rows = jobs(3)
    first, second, third = rows.values_list("pk", flat=True)
    rows.filter(pk=first).update(attempts=2)
    assert list(take_up(rows, now=NOW, limit=2)) == [second, third]
    assert list(take_up(rows, now=NOW, limit=2)) == [first]
    assert list(take_up(rows, now=NOW, limit=2)) == []


def test_a_round_takes_nothing_up_after_half_a_lease(settings) -> None:
    settings.CLAIM_LEASE_SECONDS = 0
    assert list(take_up(jobs(1), now=NOW, limit=1)) == []


def test_a_failure_is_noted_by_its_kind_alone_and_goes_on(rows) -> None:
    with pytest.raises(ValueError, match="张三"), failure_noted(rows):
        raise ValueError("张三的身份证号")
    assert rows.get().last_error == "ValueError"


def test_what_is_done_leaves_no_attempt_and_what_fails_does_not_hold_up_the_others() -> None:
    """The database refuses one: noted, left for the next lease, put aside in the end; the others are done at once."""
    rows, done = jobs(3), []
    bad = rows.first().pk

    def act(job: Job) -> bool:
        if job.pk == bad:
            raise IntegrityError("somebody's name")
        done.append(job.pk)
        return True

    assert one_by_one("try", rows, act, now=NOW, limit=9) == 2
    assert bad not in done
    attempt = Attempt.objects.get()
    assert (attempt.row_id, attempt.attempts, attempt.last_error) == (bad, 1, "IntegrityError")
    assert one_by_one("try", rows.filter(pk=bad), act, now=NOW, limit=9) == 0
    assert Attempt.objects.get().attempts == 1, "the lease is a pause"
    for hours in range(1, 20):
        one_by_one("try", rows.filter(pk=bad), act, now=NOW + timedelta(hours=hours), limit=9)
    assert Attempt.objects.get().attempts == MAX_ATTEMPTS


def test_an_error_nobody_expected_ends_the_round_and_comes_last_in_the_next() -> None:
    rows, done = jobs(2), []
    bad = rows.first().pk

    def act(job: Job) -> bool:
        done.append(job.pk)
        if job.pk == bad:
            raise KeyError("surprise")
        return True

    with pytest.raises(KeyError):
        one_by_one("try", rows, act, now=NOW, limit=9)
    later = NOW + timedelta(hours=1)
    with pytest.raises(KeyError):
        one_by_one("try", rows, act, now=later, limit=9)
    assert done == [bad, rows.last().pk, bad]
    assert Attempt.objects.get().last_error == "KeyError"


def test_half_an_act_is_undone_with_its_failure() -> None:
    rows = jobs(1)

    def act(job: Job) -> bool:
        Job.objects.filter(pk=job.pk).update(total=5)
        raise IntegrityError

    one_by_one("try", rows, act, now=NOW, limit=9)
    assert rows.get().total == 0


def test_two_jobs_do_not_stand_in_each_others_way() -> None:
    rows = jobs(1)
    Attempt.objects.create(job="other", row_id=rows.get().pk, begun_at=NOW, attempts=MAX_ATTEMPTS)
    assert one_by_one("try", rows, lambda job: True, now=NOW, limit=9) == 1


@pytest.mark.django_db(transaction=True)
def test_four_rounds_at_once_do_each_row_once() -> None:
    rows, done = jobs(20), []

    def act(job: Job) -> bool:
        if not Job.objects.filter(pk=job.pk, total=0).update(total=1):
            return False
        done.append(job.pk)
        return True

    counted = at_once([lambda: one_by_one("try", rows.filter(total=0), act, now=NOW, limit=99)] * 4)
    assert (sorted(done), sum(counted)) == (sorted(rows.values_list("pk", flat=True)), 20)
    assert not Attempt.objects.exists()
