"""今天要办: what waits for somebody over all their desks, on one page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from accounts.selectors.dues import routed_models
from bases.models import Assessment
from ceportal.office.selectors.work import DESKS, errands_of, work_of
from credits.enums import DeclarationState
from credits.models import Declaration
from reviews.selectors.desk import inbox
from tests import factories as people
from tests.bases import assessing
from tests.credits import rosters
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
    with django_assert_max_num_queries(9):
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


def test_the_teaching_side_reads_what_is_still_to_do(
    client: Client, province_bureau: Organization, base: Organization, base_teacher: User, authority: Organization,
    authority_reviewer: User, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    assessor = people.give(people.user("省厅考核人"), province_bureau, Duty.REGULATE)
    Organization.objects.filter(pk=base.pk).update(supervisor=authority)
    rosters.recognise(base, year=2026)
    row = assessing.opened(province_bureau, assessor, year=2026).assessments.get()
    with django_assert_num_queries(1):
        found = errands_of(base_teacher)
    assert [(each.desk.label, each.count) for each in found] == [
        ("基地考核：要自评的", 1),
        ("公开信息：没有填写的机构", 1),
    ]
    assert found[0].until == row.round.self_until
    assert [each.desk.label for each in errands_of(authority_reviewer)] == ["基地考核：要提意见的"]
    assert errands_of(assessor) == []
    client.force_login(base_teacher)
    assert "基地考核：要自评的" in client.get("/today/").content.decode()
    Assessment.objects.update(self_at=timezone.now())
    assert [each.desk.label for each in errands_of(assessor)] == ["基地考核：要评分的"]
