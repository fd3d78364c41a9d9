"""The pages on which a person follows what they declared: the list, one of them, the hours of a year."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Professional, User
from credits.enums import DeclarationState, Subject
from credits.models import Declaration, RuleSet
from credits.services.declaring import submit_declaration
from credits.services.ledger import reverse_claim
from credits.services.ruling import approve, pass_on, reject, send_back
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.usefixtures("henan_2026")
LIST = "credits:declarations"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(client: Client, declarant: Professional) -> Client:
    client.force_login(declarant.user)
    return client


def get(page: Client, name: str, *args: Any, **query: Any) -> str:
    answer = page.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def approved(person: Professional, first: User, second: User, hours: str = "24", **changes: Any) -> Declaration:
    made = drafts.handed_in(person, **changes)
    pass_on(made, version=made.version, hours=made.hours_claimed, by=first, now=NOW)
    return approve(made, version=made.version, hours=Decimal(hours), by=second, now=NOW, reason="按实际课时")


def test_an_empty_list_says_what_to_do_next(page: Client) -> None:
    shown = get(page, LIST)
    assert "您还没有申报过学时" in shown
    assert reverse("credits:declare") in shown
    assert "筛选" not in shown


def test_each_row_says_who_has_it_until_when(page: Client, declarant: Professional, employer_reviewer: User) -> None:
    drafts.handed_in(declarant, title="审核中的一项")
    back = drafts.handed_in(declarant, title="退回的一项")
    send_back(back, version=back.version, by=employer_reviewer, now=NOW, reason="缺少培训通知")
    drafts.draft(declarant, title="草稿一项")
    shown = get(page, LIST)
    assert "开封市第一实验中学审核中，还剩 5 个工作日（11月27日" in shown
    assert "缺少培训通知" in shown
    assert shown.index("草稿一项") < shown.index("退回的一项") < shown.index("审核中的一项")


@pytest.mark.parametrize(
    ("started", "since"), [("unit_decision", "单位通过后 7 个工作日内"), ("declaration", "提交后 7 个工作日内")]
)
def test_how_long_the_next_office_has_is_what_the_rule_of_the_year_says(
    page: Client, declarant: Professional, henan_2026: RuleSet, started: str, since: str
) -> None:
    for field, value in (
        ("review_days_employer", "3"), ("review_days_authority", "7"), ("authority_clock_start", started),
    ):  # fmt: skip
        henan_2026.values.create(field=field, value=value, clause="S4-17", status="verified")
    shown = get(page, "credits:declaration", drafts.handed_in(declarant).ref)
    assert since in shown
    assert "/policy/#S4-17" in shown
    offered = get(page, "credits:declare")
    assert "单位在 3 个工作日内审核，主管部门再在 7 个工作日内审核" in offered


def test_a_draft_thrown_away_is_gone_and_a_withdrawn_declaration_stays(page: Client, declarant: Professional) -> None:
    thrown = drafts.draft(declarant, title="扔掉的草稿")
    answer = page.post(reverse("credits:withdraw", args=[thrown.ref]), follow=True)
    assert "草稿已删除" in answer.content.decode()
    assert "扔掉的草稿" not in get(page, LIST)
    assert page.get(reverse("credits:declaration", args=[thrown.ref])).status_code == 404
    kept = drafts.handed_in(declarant, title="撤回的申报")
    answer = page.post(reverse("credits:withdraw", args=[kept.ref]), follow=True)
    assert "重新填写" in answer.content.decode()
    assert "撤回的申报" in get(page, LIST)


def test_the_list_is_filtered_by_year_and_state(page: Client, declarant: Professional) -> None:
    drafts.handed_in(declarant, title="今年的")
    drafts.draft(declarant, title="去年的", started_on=drafts.CONTENT["started_on"].replace(year=2025),
                 ended_on=drafts.CONTENT["ended_on"].replace(year=2025))  # fmt: skip
    assert "去年的" not in get(page, LIST, year="2026")
    assert "今年的" not in get(page, LIST, state="draft")
    assert "没有符合条件的申报" in get(page, LIST, state="approved")
    for strange in ({"year": "２０２６"}, {"year": "1e3"}, {"state": "\u0000"}, {"after": "x" * 500}):
        assert "今年的" in get(page, LIST, **strange)


def test_a_long_list_goes_on_and_keeps_its_filter(
    page: Client, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    drafts.handed_in(declarant)
    Declaration.objects.bulk_create(
        Declaration(
            professional=declarant, declarant=declarant.user, title=f"第 {n} 项", created_at=NOW, changed_at=NOW
        )
        for n in range(30)
    )
    with django_assert_max_num_queries(12):
        first = page.get(reverse(LIST), {"state": "draft"})
    assert len(first.context["page"].items) == 25
    cursor = first.context["page"].next_cursor
    assert f"after={cursor}" in first.content.decode()
    assert "state=draft" in first.content.decode()
    with django_assert_max_num_queries(12):
        second = page.get(reverse(LIST), {"state": "draft", "after": cursor})
    assert [row.title for row in second.context["page"].items] == [f"第 {n} 项" for n in (4, 3, 2, 1, 0)]


def test_the_page_of_one_tells_its_way(
    page: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    made = approved(declarant, employer_reviewer, authority_reviewer, "20.5")
    shown = get(page, "credits:declaration", made.ref)
    for words in ("您开始填写", "您提交", "开封市第一实验中学审核通过，认定 24 学时",
                  "开封市教育体育局审核通过，认定 20.5 学时", "按实际课时", "计入 2026 年度"):  # fmt: skip
        assert words in shown
    assert employer_reviewer.name not in shown
    assert "撤回申报" not in shown


def test_while_it_waits_one_sees_with_whom_until_when_and_may_take_it_back(
    page: Client, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = drafts.handed_in(declarant)
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        page.force_login(declarant.user)
        with django_assert_max_num_queries(19):
            shown = get(page, "credits:declaration", made.ref)
    assert "还剩 3 个工作日（11月27日" in shown
    assert "首次提交至今 2 个工作日" in shown
    assert "撤回申报" in shown
    assert "主管部门或人社部门审核" in shown


def test_it_cannot_be_taken_back_after_the_first_decision(
    page: Client, declarant: Professional, employer_reviewer: User
) -> None:
    made = drafts.handed_in(declarant)
    pass_on(made, version=made.version, hours=Decimal(24), by=employer_reviewer, now=NOW + timedelta(hours=1))
    assert "撤回申报" not in get(page, "credits:declaration", made.ref)
    answer = page.post(reverse("credits:withdraw", args=[made.ref]))
    assert answer.status_code == 409
    made.refresh_from_db()
    assert made.state == DeclarationState.AT_AUTHORITY


def test_a_returned_one_says_why_and_leads_to_its_mending(
    page: Client, declarant: Professional, employer_reviewer: User
) -> None:
    made = drafts.handed_in(declarant)
    send_back(made, version=made.version, by=employer_reviewer, now=NOW, reason="<b>缺少</b>培训通知")
    shown = get(page, "credits:declaration", made.ref)
    assert "退回原因" in shown
    assert "&lt;b&gt;缺少&lt;/b&gt;培训通知" in shown
    assert reverse("credits:edit_declaration", args=[made.ref]) in shown
    assert "缺少" in get(page, "credits:edit_declaration", made.ref)
    submit_declaration(made, by=declarant.user, now=NOW)
    assert "（第 2 次）" in get(page, "credits:declaration", made.ref)


def test_a_rejected_one_can_be_filled_in_anew(page: Client, declarant: Professional, employer_reviewer: User) -> None:
    made = drafts.handed_in(declarant)
    reject(made, version=made.version, by=employer_reviewer, now=NOW, reason="不属于继续教育")
    assert "重新填写" in get(page, "credits:declaration", made.ref)
    answer = page.post(reverse("credits:declare_again", args=[made.ref]))
    new = Declaration.objects.get(previous=made)
    assert answer["Location"] == reverse("credits:edit_declaration", args=[new.ref])
    assert page.post(reverse("credits:declare_again", args=[new.ref])).status_code == 409


def test_withdrawing_twice_is_answered_409(page: Client, declarant: Professional) -> None:
    made = drafts.handed_in(declarant)
    address = reverse("credits:withdraw", args=[made.ref])
    assert page.post(address).status_code == 302
    assert page.post(address).status_code == 409


def test_the_hours_of_a_year_show_source_reason_and_clause(
    page: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    made = approved(declarant, employer_reviewer, authority_reviewer, "20.5")
    make.credit(declarant, "8", subject=Subject.PUBLIC, title="平台学习")
    reverse_claim(made.claim, reason="抽查发现未参加", clause="S3-10", by=authority_reviewer, now=NOW)
    shown = get(page, "credits:hours")
    for words in ("平台学习", "学习平台", "个人申报", "抽查发现未参加", "-20.5", "还差 60 学时", "8 学时", "撤销"):
        assert words in shown
    assert reverse("credits:declaration", args=[made.ref]) in shown


def test_a_year_that_cannot_be_read_is_the_present_one(page: Client, declarant: Professional) -> None:
    for year in ("", "2025", "abc", "２０２６", "9" * 400, "9" * 5000, "99999", "0", "-1"):
        assert "2026 年度学时明细" in get(page, "credits:hours", year=year)


def test_a_long_account_does_not_ask_more(
    page: Client, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make.credit(declarant, "0.5")
    with django_assert_max_num_queries(16):
        first = page.get(reverse("credits:hours"))
    assert len(first.context["page"].items) == 25
    second = page.get(reverse("credits:hours"), {"after": first.context["page"].next_cursor})
    assert len(second.context["page"].items) == 5
