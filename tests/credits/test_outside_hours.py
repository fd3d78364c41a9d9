"""Hours of another province: confirmed, recognised, counted once; each refusal; two hands at once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move, NoticeEvent, RequestState
from accounts.models import Notice, Organization, Professional, User
from accounts.selectors.requests import requests_waiting_for, who_can_decide
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import STAGE_AUTHORITY, STAGE_EMPLOYER, Door, Subject
from credits.models import Claim, HourEntry, OutsideHours, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.ledger import reverse_claim
from credits.services.outside import claim_again, confirm, recognise, turn_down
from tests import factories as people
from tests.credits import asking
from tests.credits.asking import TRANSCRIPT
from tests.credits.factories import NOW, SHANGHAI
from tests.races import settled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
LATER = NOW + timedelta(days=1)


def confirmed(person: Professional, by: User, **changes: Any) -> OutsideHours:
    claimed = asking.outside(person, **changes)
    return confirm(claimed, seen_round=claimed.round, reason="情况属实", by=by, now=NOW)


def recognised(claimed: OutsideHours, by: User, **changes: Any) -> OutsideHours:
    facts = {
        "public": Decimal(18), "professional": Decimal("20.5"), "seen_round": claimed.round,
        "reason": "同意认定", "now": LATER,
    } | changes  # fmt: skip
    return recognise(claimed, by=by, **facts)


def codes(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [reason.code for reason in caught.value]


def test_the_employer_confirms_first_then_the_bureau_of_the_place(
    declarant: Professional, employer: Organization, employer_reviewer: User, county_bureau: Organization, granter: User
) -> None:
    claimed = asking.outside(declarant)
    assert (claimed.waiting_on, claimed.stage, claimed.duty) == (employer, STAGE_EMPLOYER, Duty.REVIEW_HOURS)
    rows = OutsideHours.objects.all()
    assert list(requests_waiting_for(employer_reviewer, rows)) == [claimed]
    assert not requests_waiting_for(granter, rows).exists()
    assert codes(recognised, claimed, employer_reviewer) == ["no_such_move"]
    confirm(claimed, seen_round=1, reason="情况属实", by=employer_reviewer, now=NOW)
    assert (claimed.waiting_on, claimed.stage) == (county_bureau, STAGE_AUTHORITY)
    assert list(requests_waiting_for(granter, rows)) == list(rows)
    assert list(who_can_decide(claimed)) == [granter]
    assert codes(confirm, claimed, seen_round=1, reason="再次", by=granter, now=NOW) == ["no_such_move"]


def test_recognised_hours_count_by_subject_through_a_door_of_their_own(
    declarant: Professional, employer_reviewer: User, granter: User
) -> None:
    claimed = recognised(confirmed(declarant, employer_reviewer), granter, professional=Decimal(12))
    assert (claimed.state, claimed.recognised, claimed.claimed) == ("granted", 30, Decimal("38.5"))
    account = YearAccount.objects.get()
    assert (account.public, account.professional_hours) == (18, 12)
    assert set(Claim.objects.values_list("door", "subject", "year")) == {
        (Door.OUTSIDE, Subject.PUBLIC, 2026), (Door.OUTSIDE, Subject.PROFESSIONAL, 2026),
    }  # fmt: skip
    entry = HourEntry.objects.first()
    assert entry
    assert entry.title == "广东省继续教育（广东省示例继续教育中心）"
    assert "同意认定" in entry.reason
    assert not list(mismatches())
    assert Notice.objects.get(event=NoticeEvent.REQUEST_DECIDED).to == declarant.user


def test_a_subject_that_is_not_recognised_adds_nothing(
    declarant: Professional, employer_reviewer: User, granter: User
) -> None:
    recognised(confirmed(declarant, employer_reviewer), granter, public=Decimal(0))
    assert Claim.objects.get().subject == Subject.PROFESSIONAL


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"public": Decimal("18.5")}, ["more_than_claimed"]),
        ({"public": Decimal(0), "professional": Decimal(0)}, ["nothing"]),
        ({"professional": Decimal("0.3")}, ["hours_step"]),
        ({"reason": ""}, ["reason_missing"]),
    ],
)
def test_more_than_claimed_or_nothing_is_not_recognised(
    declarant: Professional, employer_reviewer: User, granter: User, changes: dict[str, Any], expected: list[str]
) -> None:
    claimed = confirmed(declarant, employer_reviewer)
    assert codes(recognised, claimed, granter, **changes) == expected
    assert not Claim.objects.exists()
    claimed.refresh_from_db()
    assert claimed.state == RequestState.WAITING


@pytest.mark.parametrize(
    ("transcript", "expected"),
    [
        (replace(TRANSCRIPT, province="410000"), ["province"]),
        (replace(TRANSCRIPT, started_on=None), ["no_start"]),
        (replace(TRANSCRIPT, ended_on=None), ["no_end"]),
        (replace(TRANSCRIPT, started_on=date(2026, 7, 1)), ["ends_before_start"]),
        (replace(TRANSCRIPT, ended_on=date(2027, 1, 1)), ["two_years", "not_over"]),
        (replace(TRANSCRIPT, started_on=date(2025, 3, 1), ended_on=date(2025, 6, 1)), ["year_closed"]),
        (replace(TRANSCRIPT, issuer=" "), ["blank"]),
        (replace(TRANSCRIPT, number=""), ["blank"]),
        (replace(TRANSCRIPT, number="号" * 61), ["too_long"]),
        (replace(TRANSCRIPT, public=Decimal(0), professional=Decimal(0)), ["no_hours"]),
        (replace(TRANSCRIPT, public=Decimal("7.3")), ["hours_step"]),
        (replace(TRANSCRIPT, started_on=date(2026, 6, 28)), ["over_ceiling"]),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_kept(
    declarant: Professional, employer_reviewer: User, transcript: Any, expected: list[str]
) -> None:
    assert codes(asking.outside, declarant, transcript) == expected
    assert not OutsideHours.objects.exists()


def test_after_the_deadline_it_is_too_late(declarant: Professional, employer_reviewer: User) -> None:
    new_year = datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI)
    assert codes(asking.outside, declarant, now=new_year) == ["year_closed"]


def test_a_transcript_counts_once_however_it_is_written(
    declarant: Professional, employer_reviewer: User, granter: User, other_declarant: Professional, stranger: User
) -> None:
    claimed = asking.outside(declarant)
    again = replace(TRANSCRIPT, number="粤继教2026—0031", public=Decimal(9))
    assert codes(asking.outside, declarant, again) == ["counted_before"]
    assert asking.outside(other_declarant).pk
    turn_down(claimed, Move.REJECT, seen_round=1, reason="证明看不清", by=employer_reviewer, now=NOW)
    second = confirmed(declarant, employer_reviewer)
    recognised(second, granter)
    assert codes(asking.outside, declarant) == ["counted_before"]
    assert Claim.objects.filter(professional=declarant).count() == 2


def test_returned_it_is_mended_and_starts_at_the_employer_again(
    declarant: Professional, employer: Organization, employer_reviewer: User, granter: User
) -> None:
    claimed = confirmed(declarant, employer_reviewer)
    turn_down(claimed, Move.RETURN, seen_round=1, reason="学时与证明不符", by=granter, now=NOW)
    mended = replace(TRANSCRIPT, public=Decimal(16))
    claim_again(claimed, mended, reason="已改", document=None, by=declarant.user, now=LATER)
    assert (claimed.round, claimed.stage, claimed.waiting_on) == (2, STAGE_EMPLOYER, employer)
    assert claimed.public_claimed == 16
    with pytest.raises(MovedOn):
        confirm(claimed, seen_round=1, reason="属实", by=employer_reviewer, now=LATER)


def test_without_an_employer_or_another_reviewer_there_it_waits_with_the_bureau(
    declarant: Professional,
    employer: Organization,
    county_bureau: Organization,
    granter: User,
    city_bureau: Organization,
) -> None:
    people.give(declarant.user, employer, Duty.REVIEW_HOURS)
    claimed = asking.outside(declarant)
    assert (claimed.waiting_on, claimed.stage) == (county_bureau, STAGE_AUTHORITY)
    free = people.professional("自由职业者")
    assert asking.outside(free).waiting_on == county_bureau


def test_one_person_does_not_rule_at_both_stages(
    declarant: Professional, employer_reviewer: User, county_bureau: Organization, granter: User
) -> None:
    people.give(employer_reviewer, county_bureau, Duty.GRANT_EXCEPTIONS)
    claimed = confirmed(declarant, employer_reviewer)
    assert not requests_waiting_for(employer_reviewer, OutsideHours.objects.all()).exists()
    assert list(who_can_decide(claimed)) == [granter]
    assert codes(recognised, claimed, employer_reviewer) == ["not_your_duty"]


def test_recognised_hours_can_be_taken_back_like_any(
    declarant: Professional, employer_reviewer: User, granter: User
) -> None:
    recognised(confirmed(declarant, employer_reviewer), granter)
    for claim in Claim.objects.all():
        reverse_claim(claim, reason="证明系伪造", by=granter, now=LATER)
    assert YearAccount.objects.get().total == 0
    assert not list(mismatches())


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("no_more_is_recognised_than_claimed", {"public_recognised": Decimal(19)}),
        ("outside_hours_are_in_steps_of_a_half", {"public_claimed": Decimal("17.7")}),
        ("some_outside_hours_are_claimed", {"public_claimed": 0, "professional_claimed": 0}),
        ("outside_hours_count_in_the_year_they_ended", {"year": 2025}),
    ],
)
def test_the_database_says_so_too(
    declarant: Professional, employer_reviewer: User, name: str, changes: dict[str, Any]
) -> None:
    claimed = asking.outside(declarant)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        OutsideHours.objects.filter(pk=claimed.pk).update(**changes)


@pytest.mark.django_db(transaction=True)
def test_recognising_twice_at_once_counts_once(
    declarant: Professional, employer_reviewer: User, granter: User, county_bureau: Organization
) -> None:
    other = people.give(people.user("另一经办人"), county_bureau, Duty.GRANT_EXCEPTIONS)
    confirmed(declarant, employer_reviewer)
    one, two = (OutsideHours.objects.get() for _ in range(2))
    outcome = settled([partial(recognised, one, granter), partial(recognised, two, other)])
    assert sum(isinstance(each, MovedOn) for each in outcome) == 1, outcome
    assert YearAccount.objects.get().total == Decimal("38.5")
    assert Claim.objects.count() == 2
