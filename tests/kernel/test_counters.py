"""Numbers in order, without gaps or doubles, also when many hands ask at once."""

import time

import pytest
from django.db import transaction

from ceportal.kernel.models import Counter
from ceportal.kernel.services.counters import next_number
from tests.races import at_once


@pytest.mark.django_db
def test_numbers_run_from_one_for_each_name() -> None:
    assert [next_number("a"), next_number("a"), next_number("b"), next_number("a")] == [1, 2, 1, 3]


@pytest.mark.django_db(transaction=True)
def test_a_number_taken_in_vain_is_given_again() -> None:
    with transaction.atomic():
        next_number("a")
        transaction.set_rollback(True)
    assert next_number("a") == 1


def read_then_save(name: str) -> int:
    counter, _ = Counter.objects.get_or_create(name=name)
    number = counter.value + 1
    time.sleep(0.01)
    Counter.objects.filter(pk=counter.pk).update(value=number)
    return number


@pytest.mark.django_db(transaction=True)
def test_many_hands_get_different_numbers() -> None:
    assert sorted(at_once([lambda: next_number("a")] * 8)) == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_the_race_is_real() -> None:
    """The negative control: reading and then saving gives one number to several hands."""
    Counter.objects.create(name="a")
    assert len(set(at_once([lambda: read_then_save("a")] * 8))) < 8
