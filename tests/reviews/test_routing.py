"""Who reviews for whom, through the doors: one office for several schools, and a trade with an authority of its own."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from credits.models import Claim, Declaration
from tests import factories as make
from tests.credits.factories import rule_set
from tests.reviews.factories import MONDAY, open_all, submitted

pytestmark = pytest.mark.django_db
INBOX = reverse("reviews:inbox")


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        yield


def approve(client: Client, row: Declaration, reviewer: User) -> None:
    """By the page: it stands in the inbox, is opened, is approved."""
    row.refresh_from_db()
    client.force_login(reviewer)
    assert row.title in client.get(INBOX).content.decode()
    open_all(row, reviewer, now=MONDAY)
    form = {"version": row.version, "stage": row.stage, "move": "approve", "hours": "24"}
    answer = client.post(reverse("reviews:decide", args=[row.ref]), form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    row.refresh_from_db()


def test_a_central_school_reviews_for_several(
    client: Client, authority: Organization, authority_reviewer: User
) -> None:
    """One person of the 中心校 reviews first for each of its schools; a clerk of one school sees its own alone."""
    rule_set()
    central = make.employer("城关镇中心校", supervisor=authority)
    clerk = make.give(make.user("中心校干事"), central, Duty.REVIEW_HOURS)
    rows = []
    for name in ("城关镇一小", "城关镇二小"):
        school = make.employer(name, supervisor=authority)
        make.give(clerk, school, Duty.REVIEW_HOURS)
        rows.append(submitted(make.professional(f"{name}教师", works_at=school), title=f"{name}的培训"))
    client.force_login(clerk)
    page = client.get(INBOX).content.decode()
    assert all(text in page for text in ("由谁审核", "城关镇一小", "城关镇二小"))
    client.force_login(make.give(make.user("一小干事"), rows[0].organization, Duty.REVIEW_HOURS))
    assert [row.pk for row in client.get(INBOX).context["page"].items] == [rows[0].pk]
    for row in rows:
        approve(client, row, clerk)
        assert row.waiting_on == authority
        approve(client, row, authority_reviewer)
    assert Claim.objects.filter(hours=Decimal(24)).count() == 2


def test_an_accountant_goes_to_finance_where_somebody_reviews_there(
    client: Client, employer: Organization, employer_reviewer: User, authority: Organization, authority_reviewer: User,
    declarant: Professional,
) -> None:  # fmt: skip
    rule_set()
    rule_set("henan-accounting", trade="会计", figures={"total": "90", "unit": "学分"})
    series = make.title_series("17", "会计人员")
    finance = make.authority("开封市财政局", "410200", series)
    make.authority("河南省财政厅", "410000", series)
    accountant = make.professional("单位会计", works_at=employer, title_series=series)
    first = submitted(accountant)
    approve(client, first, employer_reviewer)
    assert first.waiting_on == authority, "nobody reviews at finance: nothing waits where nobody is"
    official = make.give(make.user("财政局干事"), finance, Duty.REVIEW_HOURS)
    second, teachers = submitted(accountant), submitted(declarant)
    client.force_login(employer_reviewer)
    assert "交开封市财政局复审" in client.get(reverse("reviews:review", args=[second.ref])).content.decode()
    for row in (second, teachers):
        approve(client, row, employer_reviewer)
    assert [second.waiting_on, teachers.waiting_on] == [finance, authority]
    client.force_login(authority_reviewer)
    assert second.title not in client.get(INBOX).content.decode()
    approve(client, second, official)
    assert Claim.objects.get(declaration=second).professional == accountant
