"""Many hands at the interface at once: every record once, no deadlock, no account negative. The naive variant loses."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Organization, Professional, User
from credits.enums import ClaimState
from credits.models import Claim, HourEntry, YearAccount
from credits.rules.records import Record
from credits.selectors.reconciliation import mismatches
from credits.services.batches import post_batch
from credits.services.corrections import replace_record, withdraw_record
from credits.services.crediting import credit_records
from credits.services.matching import match_people
from credits.services.ruling import approve, pass_on
from credits.services.weighing import Speaker
from tests import factories as people
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import posted
from tests.credits.platforms import record, speaker
from tests.races import at_once, settled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _henan_2026(transactional_db: None) -> None:
    make.rule_set()


@pytest.fixture
def crowd(employer: Organization) -> list[Professional]:
    return [people.professional(f"学员{number}", works_at=employer) for number in range(12)]


def sixty(crowd: list[Professional]) -> list[dict[str, Any]]:
    return [posted(crowd[number % 12], f"e-{number}", hours="1.0", title=f"第{number}讲") for number in range(60)]


def post(records: list[dict[str, Any]], speaker: Speaker) -> Counter[str]:
    answer = post_batch(records, speaker=speaker, digest="0" * 64, now=NOW)
    return Counter(item["outcome"] for item in answer["items"])


def test_sixty_records_posted_four_times_at_once_are_sixty_claims(crowd: list[Professional]) -> None:
    here, records = speaker(), sixty(crowd)
    told = sum(at_once([lambda: post(records, here)] * 4), Counter())
    assert told == {"accepted": 60, "duplicate": 180}
    assert (Claim.objects.count(), HourEntry.objects.count()) == (60, 60)
    assert sum(account.professional_hours for account in YearAccount.objects.all()) == 60
    assert not list(mismatches())


def naive_post(records: list[Record]) -> None:
    """Look whether it is there, then enter it: nothing in the database stands against a second one."""
    for one in records:
        if not HourEntry.objects.filter(reason=one.external_id).exists():
            time.sleep(0.01)
            entry = make.credit(Professional.objects.get(name=one.name), one.hours, title=str(uuid4()))
            HourEntry.objects.filter(pk=entry.pk).update(reason=one.external_id)


def test_the_race_is_real(crowd: list[Professional]) -> None:
    """Control of X9."""
    records = [record(crowd[number % 12], hours=Decimal("0.5")) for number in range(10)]
    settled([lambda: naive_post(records)] * 4)
    assert HourEntry.objects.count() > 10


def test_overlapping_people_of_many_platforms_never_deadlock(crowd: list[Professional]) -> None:
    """Two keys between them, from one address: what is counted of a rush is waited for in one order too."""
    acts = []
    for hand in range(8):
        where = replace(speaker(), client=f"钥匙{hand % 2}")
        order = crowd if hand % 2 else crowd[::-1]
        records = [
            posted(person, f"p-{number}", hours="0.5", title=f"平台{hand}课")
            for number, person in enumerate(order[hand % 5 :])
        ]
        acts.append(lambda records=records, where=where: post(records, where))
    told = sum(at_once(acts), Counter())
    assert set(told) == {"accepted"}
    assert not list(mismatches())


def test_one_training_of_many_doors_at_once_counts_once(declarant: Professional) -> None:
    training = {"title": "同一个班", "started_on": "2026-03-01", "completed_on": "2026-03-02"}
    acts = [lambda where=where: post([posted(declarant, **training)], where) for where in (speaker() for _ in range(6))]
    told = sum(at_once(acts), Counter())
    assert told == {"accepted": 1, "duplicate": 5}
    assert YearAccount.objects.get().professional_hours == 2
    assert not list(mismatches())


def test_a_declaration_and_a_platform_at_once_count_once(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    sent = drafts.handed_in(declarant, hours_claimed=Decimal(4))
    declaration = pass_on(sent, version=sent.version, hours=Decimal(4), by=employer_reviewer, now=NOW)
    version = declaration.version
    training = {
        "title": declaration.title, "started_on": "2026-10-12", "completed_on": "2026-10-14", "hours": "4.0",
    }  # fmt: skip
    acts = [lambda where=where: post([posted(declarant, **training)], where) for where in (speaker(), speaker())]
    at_once([lambda: approve(declaration, version=version, hours=Decimal(4), by=authority_reviewer, now=NOW), *acts])
    assert Counter(Claim.objects.values_list("state", flat=True)) == {ClaimState.LIVE: 1, ClaimState.DUPLICATE: 2}
    assert YearAccount.objects.get().professional_hours == 4
    assert not list(mismatches())


def test_a_record_and_its_withdrawal_at_once_end_withdrawn(declarant: Professional) -> None:
    for number in range(4):
        here = speaker()
        acts = [lambda here=here, number=number: post([posted(declarant, f"w-{number}")], here) for _ in range(2)]
        acts += [lambda here=here, number=number: withdraw_record(f"w-{number}", reason="退课", speaker=here, now=NOW)]
        settled(acts)
        withdraw_record(f"w-{number}", reason="退课", speaker=here, now=NOW)
        assert not Claim.objects.filter(external_id=f"w-{number}", state=ClaimState.LIVE).exists()
    assert not YearAccount.objects.exclude(professional_hours=0).exists()
    assert not list(mismatches())


def test_corrections_at_once_leave_one_content(declarant: Professional) -> None:
    here = speaker()
    post([posted(declarant)], here)
    acts = [
        lambda hours=hours: replace_record(posted(declarant, hours=hours), reason="更正", speaker=here, now=NOW)
        for hours in ("3.0", "4.0", "5.0", "6.0")
    ]
    results = settled(acts)
    assert any(not isinstance(result, BaseException) for result in results)
    live = Claim.objects.get(state=ClaimState.LIVE)
    assert YearAccount.objects.get().professional_hours == live.hours
    assert not list(mismatches())


def test_matching_at_once_counts_once(employer: Organization) -> None:
    person = people.professional("新来的人", works_at=employer, is_approved=False)
    credit_records([record(person) for _ in range(10)], speaker=speaker(), now=NOW)
    Professional.objects.filter(pk=person.pk).update(approved_at=NOW)
    at_once([lambda: match_people(now=NOW + timedelta(days=1))] * 4)
    assert HourEntry.objects.count() == 10
    assert YearAccount.objects.get().professional_hours == 15
    assert not list(mismatches())
