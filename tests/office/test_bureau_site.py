"""The admin site has no door of its own and no staff: duties open it."""

from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from ceportal.office.selectors.desks import SECTIONS
from tests.credits import asking
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db
SITE = "/admin/"


@pytest.mark.parametrize("who", ["county_officer", "city_officer", "province_officer", "authority_reviewer"])
def test_who_has_a_desk_may_enter(client: Client, request: Any, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    answer = client.get(SITE)
    assert answer.status_code == 200
    assert "我的工作台" in answer.content.decode()


@pytest.mark.parametrize("who", ["employer_reviewer", "operator", "platform_manager", "base_teacher"])
def test_others_are_told_that_it_is_not_for_them(client: Client, request: Any, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    for address in (SITE, "/admin/reviews/filing/", "/admin/no-such-desk/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "您不能进入这一页" in answer.content.decode()
    assert client.get(reverse("admin:login"))["Location"] == reverse("office:home")


def test_strangers_come_through_the_portal_s_door_and_back(client: Client) -> None:
    answer = client.get(SITE, follow=False)
    assert answer.status_code == 302
    answer = client.get(reverse("admin:login"), {"next": SITE})
    assert answer["Location"] == f"{reverse('accounts:sign_in')}?next=%2Fadmin%2F"


def test_leaving_is_an_act(client: Client, city_officer: User) -> None:
    client.force_login(city_officer)
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.post(reverse("admin:logout"))["Location"] == reverse("office:front")
    assert client.get(SITE).status_code == 302


def test_the_password_is_changed_in_one_place(client: Client, city_officer: User) -> None:
    client.force_login(city_officer)
    assert client.get(reverse("admin:password_change"))["Location"] == reverse("accounts:change_password")


def test_no_code_stands_in_the_page(client: Client, city_officer: User) -> None:
    client.force_login(city_officer)
    page = client.get(SITE).content.decode()
    assert " style=" not in page
    assert "<script>" not in page


@pytest.mark.usefixtures("regulation")
def test_each_desk_says_how_much_waits_and_until_when(
    client: Client, declarant: Professional, granter: User, county_officer: User
) -> None:
    def index(user: User) -> str:
        client.force_login(user)
        return " ".join(client.get(SITE).content.decode().split())

    assert "没有待办" in index(granter)
    with time_machine.travel(NOW, tick=False):
        asking.easing(declarant, now=NOW)
        text = index(granter)
        assert "1 项待办，最早" in text
        assert "1 项待办" not in index(county_officer)


def test_every_register_stands_under_a_title() -> None:
    named = {name for _, names in SECTIONS for name in names if "." in name}
    assert named == {model._meta.label_lower for model in admin.site._registry}
