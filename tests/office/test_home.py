"""Where each role lands, what stands in its menu, and the plain pages of those without one."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.office.selectors.home import home_of
from ceportal.office.selectors.navigation import Roles, sections_for
from tests import factories as make

pytestmark = pytest.mark.django_db


def lands(client: Client, user: User) -> str:
    client.force_login(user)
    answer = client.get("/home/")
    return str(answer["Location"]) if answer.status_code == 302 else ""


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("employer_reviewer", "office:work"),
        ("authority_reviewer", "office:work"),
        ("county_officer", "office:overview"),
        ("city_officer", "office:overview"),
        ("operator", "office:operation"),
        ("base_teacher", "credits:rosters"),
    ],
)
def test_each_role_lands_on_its_own_page(client: Client, request: Any, who: str, page: str) -> None:
    assert lands(client, request.getfixturevalue(who)) == reverse(page)


def test_a_professional_lands_on_their_year_even_with_other_duties(
    client: Client, declarant: Professional, employer: Organization
) -> None:
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    assert lands(client, declarant.user) == reverse("office:my_year")


def test_who_waits_to_be_approved_lands_on_their_registration(client: Client, employer: Organization) -> None:
    waiting = make.professional("等待核准", works_at=employer, is_approved=False)
    assert lands(client, waiting.user) == reverse("accounts:registration")


def test_who_keeps_keys_lands_on_them(client: Client, platform_manager: User) -> None:
    assert lands(client, platform_manager) == reverse("credits:clients")


@pytest.mark.parametrize("duty", list(Duty))
def test_every_duty_has_a_home(duty: Duty) -> None:
    assert reverse(home_of(Roles(duties=frozenset({duty}))))


def test_who_holds_nothing_is_told_what_to_do(client: Client) -> None:
    client.force_login(make.user("没有职责的人"))
    assert "还没有职责" in client.get("/home/").content.decode()


def test_a_stranger_is_sent_to_the_door(client: Client) -> None:
    assert client.get("/home/")["Location"].startswith(reverse("accounts:sign_in"))


# --- the menu


def labels(*duties: Duty, is_professional: bool = False) -> list[tuple[str, list[str]]]:
    roles = Roles(is_professional, is_professional, 0, frozenset(duties))
    return [(section.title, [entry.label for entry in section.entries]) for section in sections_for(roles)]


def test_one_role_has_a_menu_without_titles() -> None:
    own = [
        "我的学时",
        "我的申报",
        "学习入口",
        "我的培训班",
        "学时明细",
        "申诉",
        "减免和认定",
        "我的证书",
        "学时证明",
        "调转和变更",
        "投诉",
        "我的数据",
    ]
    assert labels(is_professional=True) == [("", own)]


def test_several_roles_stand_beside_each_other() -> None:
    found = labels(Duty.REVIEW_HOURS, Duty.APPROVE_PEOPLE, is_professional=True)
    assert [title for title, _ in found] == ["", "我的", "审核", "人员与单位"]
    assert found[0] == ("", ["今天要办"])


def test_one_human_with_several_roles_goes_from_one_to_the_other(
    client: Client, declarant: Professional, employer: Organization, other_employer: Organization
) -> None:
    """Without signing out, and every page says for whom one acts where there are several."""
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    make.give(declarant.user, other_employer, Duty.MANAGE_UNIT)
    client.force_login(declarant.user)
    for address in ("/my-year/", "/reviews/", "/people/"):
        page = client.get(address).content.decode()
        assert all(f'href="{each}"' in page for each in ("/my-year/", "/reviews/", "/people/"))
    profile = client.get("/profile/").content.decode()
    assert employer.name in profile
    assert other_employer.name in profile


def test_every_duty_leads_somewhere() -> None:
    assert all(labels(duty)[0][1] for duty in Duty)


def test_the_frame_takes_two_queries(client: Client, employer_reviewer: User, django_assert_num_queries: Any) -> None:
    client.force_login(employer_reviewer)
    with django_assert_num_queries(4):  # session and user, then the person and the duties
        page = client.get("/help/").content.decode()
    assert 'href="/reviews/"' in page


def test_the_page_one_is_on_is_marked(client: Client) -> None:
    page = " ".join(client.get("/policy/").content.decode().split())
    assert '<a href="/policy/" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1


# --- the operator


def test_the_operator_sees_numbers_and_nobody(client: Client, operator: User, declarant: Professional) -> None:
    client.force_login(operator)
    page = client.get("/operation/").content.decode()
    assert "待送出的消息" in page
    assert declarant.name not in page


@pytest.mark.parametrize("who", ["employer_reviewer", "city_officer", "platform_manager"])
def test_nobody_else_sees_the_state_of_operation(client: Client, request: Any, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get("/operation/").status_code == 403
