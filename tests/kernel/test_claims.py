"""Taking rows up under a lease: one worker at a time, back after a crash, put aside after too many tries."""

from datetime import UTC, datetime, timedelta

import pytest

from ceportal.kernel.models import Job
from ceportal.kernel.services.claims import MAX_ATTEMPTS, claim, put_back, unclaimed

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
