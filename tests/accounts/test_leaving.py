"""Leaving, retirement, death: recorded by the unit or the bureau; sessions end, nothing is owed (A18)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, TransferKind
from accounts.models import Employment, Membership, Organization, PersonChange, Professional, User
from accounts.rules.leaving import LeavingFacts, reasons_not_to_record
from accounts.selectors.people import employer_of
from accounts.services.leaving import record_leaving, undo_leaving
from ceportal.kernel.rules.refusal import Refused
from credits.selectors.bench import requirements_of
from tests import factories as make
from tests.accounts.moving import taken, transfer
from tests.credits import factories as make_credits
from tests.credits.drafts import text_of

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        (LeavingFacts("left", TODAY), []),
        (LeavingFacts("gone", None), ["how", "day"]),
        (LeavingFacts("left", date(2026, 11, 21)), ["day"]),
        (LeavingFacts("left", date(2026, 1, 4), date(2026, 1, 5)), ["day"]),
        (LeavingFacts("left", date(2026, 1, 5), date(2026, 1, 5)), []),
        (LeavingFacts("left", date(2025, 11, 18)), ["day"]),
        (LeavingFacts("left", TODAY, has_left=True), [""]),
    ],
)
def test_what_cannot_be_recorded(facts: LeavingFacts, fields: list[str]) -> None:
    assert [reason.field for reason in reasons_not_to_record(facts, today=TODAY)] == fields


def left(person: Professional, how: str, by: User, *, ago: int = 0) -> Professional:
    now = timezone.now()
    return record_leaving(person, how=how, day=timezone.localdate(now) - timedelta(days=ago), by=by, now=now)


@pytest.mark.django_db
@pytest.mark.clause("S3-01", "A18")
def test_who_left_owes_nothing_and_acts_for_nobody(
    declarant: Professional, employer: Organization, employer_reviewer: User, stranger: User, client: Client
) -> None:
    make_credits.rule_set(year_from=2016)
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    client.force_login(declarant.user)
    with pytest.raises(Refused):
        left(declarant, "left", stranger)
    gone = left(declarant, "left", employer_reviewer)
    assert employer_of(gone) is None
    assert client.get(reverse("accounts:profile")).status_code == 302
    assert not Membership.objects.filter(user=gone.user, ended_at__isnull=True).exists()
    today = timezone.localdate()
    asked = requirements_of(gone, today.year, today=today)
    assert asked is not None
    assert not asked.is_obliged
    assert PersonChange.objects.get().after == {}


@pytest.mark.django_db
def test_who_goes_on_elsewhere_has_left_this_unit_alone(
    declarant: Professional, employer_reviewer: User, other_employer: Organization, stranger: User
) -> None:
    taken(transfer(declarant, other_employer, TransferKind.JOIN), stranger)
    assert left(declarant, "left", stranger).left_at is None
    taken(transfer(declarant, other_employer, TransferKind.JOIN), stranger)
    assert left(declarant, "retired", employer_reviewer).left_as == "retired"
    assert not Employment.objects.filter(ended_on__isnull=True).exists()


@pytest.mark.django_db
def test_a_death_closes_the_account_and_a_mistake_opens_it_again(
    declarant: Professional, employer: Organization, employer_reviewer: User, county_officer: User, client: Client
) -> None:
    client.force_login(declarant.user)
    left(declarant, "died", county_officer, ago=3)
    assert client.get(reverse("accounts:profile")).status_code == 302
    assert not User.objects.get(pk=declarant.user_id).is_active
    back = undo_leaving(declarant, by=employer_reviewer, now=timezone.now())
    assert (employer_of(back), back.left_at) == (employer, None)
    assert User.objects.get(pk=declarant.user_id).is_active


@pytest.mark.django_db
def test_on_the_page(
    client: Client, declarant: Professional, employer_reviewer: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(12):
        assert declarant.name in text_of(client.get(reverse("accounts:leavings")))
    page = reverse("accounts:record_leaving", args=[declarant.ref])
    wrong = client.post(page, {"how": "x", "day": "2026-13-01"})
    assert wrong.status_code == 422
    assert "请填写正确的日期" in text_of(wrong)
    day = timezone.localdate()
    assert "不能早于开始任职" in text_of(client.post(page, {"how": "left", "day": "2019-01-01"}))
    assert client.post(page, {"how": "retired", "day": day.isoformat()}).status_code == 302
    assert "退休" in text_of(client.get(reverse("accounts:leavings"), {"view": "left"}))
    undo = reverse("accounts:undo_leaving", args=[declarant.ref])
    assert client.post(undo).status_code == 302
    assert client.post(undo).status_code == 404
