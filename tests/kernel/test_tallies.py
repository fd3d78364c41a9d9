"""Counting in the database while no broker does: windows, the last place, many hands at once."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from ceportal.kernel.models import Tally
from ceportal.kernel.services.tallies import forget_tallies, take_from_tally, tallied
from ceportal.kernel.web import limits
from tests.races import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def take(key="one", most=3, cost=1, now=None):
    return take_from_tally("test", key, most=most, window=HOUR, cost=cost, now=now or timezone.now())[0]


def test_so_often_and_no_oftener():
    assert [take() for _ in range(5)] == [True, True, True, False, False]
    assert take("another")
    assert tallied("test", "one", now=timezone.now()) == 3


def test_a_large_cost_is_taken_whole_or_not_at_all():
    assert not take(cost=4)
    assert take(cost=2)
    assert not take(cost=2)
    assert take(cost=1)


def test_a_window_ends():
    now = timezone.now()
    assert [take(now=now) for _ in range(4)] == [True, True, True, False]
    later = now + HOUR
    assert [take(now=later) for _ in range(4)] == [True, True, True, False]
    assert forget_tallies(now=later) == 0
    assert forget_tallies(now=later + HOUR) == 1
    assert not Tally.objects.exists()


def test_a_tally_tells_nothing_of_whom_it_counts():
    take("203.0.113.9")
    assert "203.0.113.9" not in str(Tally.objects.values_list())


@pytest.mark.django_db(transaction=True)
def test_of_many_hands_at_once_only_so_many_win():
    assert sum(at_once([lambda: take(most=5)] * 8)) == 5


@pytest.mark.django_db(transaction=True)
def test_counting_by_reading_first_lets_too_many_through():
    """The negative control: read, decide, write."""
    now = timezone.now()
    Tally.objects.create(key="naive", count=0, ends_at=now + HOUR)

    def naive():
        tally = Tally.objects.get(key="naive")
        if tally.count >= 5:
            return False
        time.sleep(0.05)
        Tally.objects.filter(pk=tally.pk).update(count=tally.count + 1)
        return True

    assert sum(at_once([naive] * 8)) > 5


@pytest.fixture
def no_broker(settings):
    """Its address leads nowhere; the portal counts in the database, as in earnest."""
    settings.LIMITS_WITHOUT_BROKER = "database"
    limits.forget_all()


def test_without_a_broker_all_processes_count_together(no_broker):
    rate = "3 per 15 minutes"
    assert [limits.take(rate, "there").is_granted for _ in range(4)] == [True, True, True, False]
    limits.forget_all()
    refused = limits.take(rate, "there")
    assert not refused.is_granted, "another process sees the same"
    assert 890 < refused.reset <= 900
    assert not limits.is_used_up(rate, "other")
    for _ in range(3):
        limits.count_one(rate, "other")
    assert limits.is_used_up(rate, "other")


def test_codes_are_counted_by_phone_whoever_asks(no_broker):
    assert limits.take_code("phone", "place 1").is_granted
    again = limits.take_code("phone", "place 2")
    assert not again.is_granted
    assert again.reset <= 60
    assert limits.take_code("another phone", "place 1").is_granted


def test_one_place_does_not_ring_all_phones(no_broker):
    answers = [limits.take_code(f"phone {number}", "place").is_granted for number in range(31)]
    assert answers == [True] * 30 + [False]
