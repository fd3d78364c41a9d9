"""今天要办: what waits for somebody over all their desks, on one page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from accounts.selectors.dues import routed_models
from ceportal.office.selectors.work import DESKS, work_of
from credits.enums import DeclarationState
from credits.models import Declaration
from reviews.selectors.desk import inbox
from tests import factories as people
from tests.office import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regulation")]


def test_whatever_can_wait_has_its_desk() -> None:
    assert set(DESKS) == set(routed_models())


@pytest.fixture
def waiting(declarant: Professional, employer: Organization) -> list[Declaration]:
    """Two declarations, of which one is late, and somebody who asks to be registered."""
    late, open_ = (make.declaration(declarant, DeclarationState.AT_EMPLOYER) for _ in range(2))
    Declaration.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=2))
    people.professional("等待核准", works_at=employer, is_approved=False)
    return [late, open_]


def test_each_desk_says_how_many_and_until_when(
    client: Client, waiting: list[Declaration], employer_reviewer: User, django_assert_max_num_queries: Any
) -> None:
    found = work_of(employer_reviewer, now=timezone.now())
    assert (found[0].desk.label, found[0].count, found[0].overdue) == ("学时审核", 2, 1)
    assert found[0].count == inbox(employer_reviewer).count()
    assert not found[0].due_is_provisional
    Declaration.objects.update(due_is_provisional=True)
    assert work_of(employer_reviewer, now=timezone.now())[0].due_is_provisional
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(8):
        page = client.get("/today/").content.decode()
    assert "其中 <strong>1 项</strong>已超期" in page
    assert "先办学时审核" in page


def test_nobody_sees_what_waits_elsewhere_or_is_their_own(
    client: Client, waiting: list[Declaration], declarant: Professional, other_employer: Organization
) -> None:
    elsewhere = people.give(people.user("别处的审核人"), other_employer, Duty.REVIEW_HOURS, Duty.APPROVE_PEOPLE)
    assert work_of(elsewhere, now=timezone.now()) == []
    people.give(declarant.user, waiting[0].organization or other_employer, Duty.REVIEW_HOURS)
    assert [each.desk.label for each in work_of(declarant.user, now=timezone.now())] == []
    client.force_login(elsewhere)
    assert "没有等您处理的事" in client.get("/today/").content.decode()
