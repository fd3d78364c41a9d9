"""The second factor as people meet it: set up at the first sign-in, asked for at the next, and before an export."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.enums import Duty
from accounts.models import Organization
from tests import factories as make
from tests.accounts.factors import App

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "13812340014"


@pytest.fixture
def asked_for(settings: Any) -> None:
    settings.SECOND_FACTOR = "required"


def gives_password(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("证件号码或手机号码").fill(PHONE)
    page.get_by_label("密码", exact=True).fill(make.PASSWORD)
    page.keyboard.press("Enter")


def assert_legible(page: Page) -> None:
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_from_the_first_sign_in_to_an_act_that_asks_again(
    open_window: Callable[..., Page], employer: Organization, asked_for: None, width: int
) -> None:
    make.give(make.user("审核员", number=PHONE), employer, Duty.REVIEW_HOURS)
    page = open_window(width=width, bypass_csp=True)
    gives_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("先开启动态口令")
    assert_legible(page)
    app = App(page.locator(".set-up-secret").inner_text().replace(" ", ""))
    page.get_by_label("手机上显示的 6 位数字").fill(app.code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("请抄下这些备用码")
    assert_legible(page)
    recovery = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("link", name="我已抄好，继续").click()
    expect(page).to_have_url(re.compile("/today/$"))
    if width < 1000:
        page.locator("#menu-toggle").click()
    page.get_by_role("button", name="退出").click()

    gives_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("输入动态口令")
    assert_legible(page)
    page.get_by_label("动态口令或备用码").fill("123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("动态口令不对")
    page.get_by_label("动态口令或备用码").fill(recovery)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/today/$"))

    with time_machine.travel(timezone.now() + timedelta(minutes=12)):
        page.goto("/profile/mail/")
        expect(page.get_by_role("heading", level=1)).to_have_text("再确认一次是您本人")
        assert_legible(page)
        page.get_by_label("动态口令或备用码").fill(app.code())
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("登记邮箱")
