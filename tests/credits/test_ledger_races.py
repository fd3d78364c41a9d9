"""Two hands at once: both credits count, one reversal wins. The naive variant loses (the negative control)."""

import time
from decimal import Decimal

import pytest
from django.db import OperationalError

from accounts.models import Professional
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import Door
from credits.models import ChangedAccount, Claim, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.ledger import Origin, credit_claim, reverse_claim
from tests.credits import factories as make
from tests.credits.factories import NOW
from tests.races import at_once, settled

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 6


@pytest.fixture(autouse=True)
def _henan_2026(transactional_db: None) -> None:
    make.rule_set()


def test_credits_at_once_all_count(declarant: Professional) -> None:
    at_once([lambda: make.credit(declarant, "8")] * HANDS)
    account = YearAccount.objects.get()
    assert (account.professional_hours, account.version) == (8 * HANDS, HANDS)
    assert ChangedAccount.objects.get().version == HANDS
    assert not list(mismatches())


def naive_credit(person: Professional, hours: Decimal) -> None:
    """Read, add, save: what the ledger does not do."""
    account = YearAccount.objects.get(professional=person)
    total = account.professional_hours + hours
    time.sleep(0.01)
    YearAccount.objects.filter(pk=account.pk).update(professional_hours=total)


def test_the_race_is_real(declarant: Professional) -> None:
    make.credit(declarant, "8")
    settled([lambda: naive_credit(declarant, Decimal(8))] * HANDS)
    assert YearAccount.objects.get().professional_hours < 8 * (HANDS + 1)


def test_the_first_account_of_a_year_is_made_once(declarant: Professional, other_declarant: Professional) -> None:
    people = [declarant, other_declarant] * 3
    at_once([lambda person=person: make.credit(person, "0.5") for person in people])
    assert YearAccount.objects.count() == 2
    assert not list(mismatches())


def test_one_record_sent_by_many_hands_is_counted_once(declarant: Professional) -> None:
    origin = Origin(Door.PLATFORM, "platform:a", "1")
    act = lambda: credit_claim(make.training(declarant), origin, by=None, now=NOW)  # noqa: E731
    results = settled([act] * HANDS)
    assert sum(isinstance(result, HourEntry) for result in results) == 1
    assert all(isinstance(result, HourEntry | Refused) for result in results)
    assert YearAccount.objects.get().professional_hours == 8


def test_one_training_through_many_doors_is_counted_once(declarant: Professional) -> None:
    acts = [
        lambda number=number: credit_claim(
            make.training(declarant, title="同一个班"),
            Origin(Door.PLATFORM, f"platform:{number}", "1"),
            by=None,
            now=NOW,
        )
        for number in range(HANDS)
    ]
    results = settled(acts)
    assert sum(isinstance(result, HourEntry) for result in results) == 1
    assert {reason.code for result in results if isinstance(result, Refused) for reason in result} == {
        "already_counted"
    }
    assert Claim.objects.count() == 1


def test_only_one_of_many_reversals_wins(declarant: Professional) -> None:
    claim_id = make.credit(declarant).claim_id

    def reverse() -> HourEntry:
        return reverse_claim(Claim.objects.get(pk=claim_id), reason="重复", by=None, now=NOW)

    results = settled([reverse] * HANDS)
    assert sum(isinstance(result, HourEntry) for result in results) == 1
    assert sum(isinstance(result, MovedOn) for result in results) == HANDS - 1
    assert not any(isinstance(result, OperationalError) for result in results)
    assert YearAccount.objects.get().professional_hours == 0
    assert not list(mismatches())
