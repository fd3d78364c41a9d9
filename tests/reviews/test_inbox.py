"""The page 待办审核."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from tests import factories as make
from tests.reviews.factories import MONDAY, submitted

pytestmark = pytest.mark.django_db
INBOX = reverse("reviews:inbox")


@pytest.fixture(autouse=True)
def monday_morning() -> object:
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        yield


def test_anonymous_is_led_to_sign_in(client: Client) -> None:
    answer = client.get(INBOX)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign_in"))


def test_who_does_not_review_is_kept_out(client: Client, declarant: Professional) -> None:
    client.force_login(declarant.user)
    assert client.get(INBOX).status_code == 403


def test_an_empty_desk_says_so(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    assert "没有等您审核的申报" in client.get(INBOX).content.decode()


def test_a_stranger_sees_nothing_of_it(client: Client, declarant: Professional, stranger: User) -> None:
    declaration = submitted(declarant)
    client.force_login(stranger)
    assert declaration.title not in client.get(INBOX).content.decode()


def test_the_most_pressing_first_with_counts(client: Client, declarant: Professional, employer_reviewer: User) -> None:
    late = submitted(declarant, now=MONDAY - timedelta(days=10), title="迟到的")
    today = submitted(declarant, now=MONDAY - timedelta(days=7), title="今天的")
    new = submitted(declarant, title="新来的")
    client.force_login(employer_reviewer)
    page = client.get(INBOX)
    assert [row.pk for row in page.context["page"].items] == [late.pk, today.pk, new.pk]
    text = page.content.decode()
    assert "已超期 1 个工作日" in text
    assert "今天到期" in text
    assert "还剩 5 个工作日" in text
    assert [(c.group, c.count) for c in page.context["counts"]] == [("overdue", 1), ("today", 1), ("later", 1)]
    only = client.get(INBOX, {"due": "overdue"})
    assert [row.pk for row in only.context["page"].items] == [late.pk]
    assert "这一组没有待办" in client.get(INBOX, {"due": "soon"}).content.decode()


def test_who_reviews_for_several_units_sees_which(
    client: Client,
    declarant: Professional,
    other_declarant: Professional,
    employer_reviewer: User,
    other_employer: Organization,
) -> None:
    make.give(employer_reviewer, other_employer, Duty.REVIEW_HOURS)
    submitted(declarant)
    theirs = submitted(other_declarant)
    client.force_login(employer_reviewer)
    assert "由谁审核" in client.get(INBOX).content.decode()
    narrowed = client.get(INBOX, {"desk": str(other_employer.ref)})
    assert [row.pk for row in narrowed.context["page"].items] == [theirs.pk]


def test_a_long_desk_pages_by_its_last_row_and_costs_no_more(
    client: Client, declarant: Professional, employer_reviewer: User, django_assert_max_num_queries: object
) -> None:
    for _ in range(27):
        submitted(declarant, files=0)
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(16):
        first = client.get(INBOX)
    assert len(first.context["page"].items) == 25
    second = client.get(INBOX, {"after": first.context["page"].next_cursor})
    assert len(second.context["page"].items) == 2
    assert client.get(INBOX, {"after": "garbage"}).status_code == 200
    assert client.post(INBOX).status_code == 405
