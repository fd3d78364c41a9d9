"""My year: what it tells in each situation, to whom, and in how many queries."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from credits.enums import DeclarationState, Subject
from credits.services.ledger import reverse_claim
from tests.office import factories as make

pytestmark = pytest.mark.django_db
PAGE = "/my-year/"


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(make.NOW, tick=False):
        yield


def read(client: Client, person: Professional, path: str = PAGE) -> str:
    client.force_login(person.user)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return str(answer.content.decode())


def test_who_has_nothing_is_told_what_is_missing_and_what_to_do(
    client: Client, regulation: None, lone_declarant: Professional
) -> None:
    page = read(client, lone_declarant)
    assert "还差 90 学时" in page
    assert "截止2026年12月31日，还有 29 个工作日" in page
    assert "今年还没有计入学时" in page
    assert page.count(reverse("credits:declare")) == 2
    assert "暂按" in page


def test_the_bars_show_each_threshold_by_itself(client: Client, regulation: None, lone_declarant: Professional) -> None:
    make.entry(lone_declarant, "40", subject=Subject.PUBLIC)
    make.entry(lone_declarant, "48.5")
    page = read(client, lone_declarant)
    assert "还差 11.5 学时" in page
    assert '<progress class="met"' in page
    assert 'value="80"' in page


def test_a_met_year_says_so(client: Client, regulation: None, lone_declarant: Professional) -> None:
    make.entry(lone_declarant, "30", subject=Subject.PUBLIC)
    make.entry(lone_declarant, "60")
    page = read(client, lone_declarant)
    assert "2026 年度已达标" in page
    assert "证书正在准备" in page


def test_what_waits_is_shown_with_whom_and_until_when(
    client: Client, regulation: None, declarant: Professional
) -> None:
    make.declaration(declarant, DeclarationState.AT_EMPLOYER)
    make.declaration(declarant, DeclarationState.RETURNED, state_reason="缺少结业证书")
    make.declaration(declarant, DeclarationState.DRAFT, year=None, ended_on=None, started_on=None)
    page = read(client, declarant)
    assert "开封市第一实验中学审核中，还剩" in page
    assert "另有 8 学时正在审核" in page
    assert "缺少结业证书" in page
    assert "继续填写" in page


def test_a_reversal_is_shown_with_its_reason(client: Client, regulation: None, lone_declarant: Professional) -> None:
    entry = make.entry(lone_declarant, "8")
    reverse_claim(entry.claim, reason="签到表与照片日期不符", by=None, now=make.NOW)
    page = read(client, lone_declarant)
    assert "撤销：签到表与照片日期不符" in page
    assert ">-8<" in page


def test_a_former_year_offers_no_declaring(client: Client, regulation: None, lone_declarant: Professional) -> None:
    make.entry(lone_declarant, "30", day=date(2025, 5, 11))
    page = read(client, lone_declarant, "/my-year/2025/")
    assert "2025 年度未达标，差 60 学时" in page
    assert reverse("credits:declare") not in page
    assert 'href="/my-year/2026/"' in page


def test_a_year_before_the_rules_says_so(client: Client, regulation: None, lone_declarant: Professional) -> None:
    assert "2010 年度没有学时要求" in read(client, lone_declarant, "/my-year/2010/")


@pytest.mark.parametrize("year", [1999, 2027, 9999999])
def test_there_is_no_year_to_come_and_none_long_gone(client: Client, lone_declarant: Professional, year: int) -> None:
    client.force_login(lone_declarant.user)
    assert client.get(f"/my-year/{year}/").status_code == 404


def test_others_have_no_such_page(client: Client, employer_reviewer: User) -> None:
    client.force_login(employer_reviewer)
    answer = client.get(PAGE)
    assert answer.status_code == 403
    assert "本人使用" in answer.content.decode()


def test_a_stranger_is_sent_to_the_door(client: Client) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign_in"))


def test_nobody_else_s_hours_are_on_it(
    client: Client, regulation: None, lone_declarant: Professional, declarant: Professional
) -> None:
    make.entry(declarant, "30")
    theirs = make.declaration(declarant, DeclarationState.AT_EMPLOYER)
    page = read(client, lone_declarant)
    assert "还差 90 学时" in page
    assert theirs.title not in page


def test_it_takes_as_many_queries_for_much_as_for_little(
    client: Client, regulation: None, declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 21):
        make.entry(declarant, "1", day=date(2026, 5, day))
    for _ in range(6):
        make.declaration(declarant, DeclarationState.AT_EMPLOYER)
        make.declaration(declarant, DeclarationState.RETURNED, state_reason="看不清")
    client.force_login(declarant.user)
    with django_assert_max_num_queries(20):
        page = client.get(PAGE).content.decode()
    assert "查看全部学时明细" in page
