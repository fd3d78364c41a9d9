"""A reviewer at the desk, by keyboard: refused before looking, then seen, then on to the next."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Professional, User
from reviews.models import Decision, Opening
from tests.browser.busy import busy_once
from tests.reviews.factories import kept_file, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def enter(page: Page, user: User, address: str) -> None:
    """Signed in as `user`, without the door (that has tests of its own)."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])


def test_by_keyboard_from_refusal_to_the_next_item(
    page: Page, live_server: LiveServer, declarant: Professional, employer_reviewer: User
) -> None:
    first, second = submitted(declarant, files=0), submitted(declarant, files=0)
    kept_file(first)
    kept_file(first, "第二份", colour="#a12a25")
    kept_file(second)
    enter(page, employer_reviewer, live_server.url)
    page.goto("/reviews/")
    page.get_by_role("link", name="审核下一项").click()
    expect(page.locator("#unseen")).to_contain_text("第二份")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_contain_text("还不能通过")
    assert not Decision.objects.exists()
    # The first paper is in sight when the page opens, and told to the server a moment later.
    expect(page.locator("#unseen a")).to_have_count(1)
    page.locator("#unseen a").click()
    expect(page.locator("#unseen")).to_contain_text("全部材料您都已查看")
    page.locator('[data-tool="turn"]').click()
    page.locator('[data-tool="larger"]').click()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"已通过：申报教师《{first.title}》。下面是下一项。")
    expect(page.get_by_role("heading", level=1)).to_have_text(second.title)
    assert Decision.objects.get().subject == first
    assert Opening.objects.filter(declaration=first).exclude(file_digest="").count() == 2
    page.keyboard.press("r")
    page.locator("#return_reason").fill("jkarx")
    expect(page.locator("#act-return")).to_have_attribute("open", "")


def test_a_busy_server_keeps_half_a_reason_a_moment_later(
    page: Page, live_server: LiveServer, declarant: Professional, employer_reviewer: User
) -> None:
    kept_file(submitted(declarant, files=0))
    enter(page, employer_reviewer, live_server.url)
    page.goto("/reviews/")
    page.get_by_role("link", name="审核下一项").click()
    with busy_once(page, f"**{page.locator('#acts').get_attribute('data-keep')}", 429) as refused:
        page.keyboard.press("r")
        page.locator("#return_reason").press_sequentially("缺签到")
        expect(page.locator("#kept")).to_have_text("服务器繁忙，3 秒后自动保存。")
        expect(page.locator("#kept")).to_contain_text("已自动保存")
        assert len(refused) == 1
    page.reload()
    expect(page.locator("#return_reason")).to_have_value("缺签到")


def test_twenty_items_by_keyboard_alone(
    page: Page, live_server: LiveServer, declarant: Professional, employer_reviewer: User
) -> None:
    """J, F, A and Enter; the evidence is looked at with F. Half a reason is there again after the page was left."""
    made = [submitted(declarant, files=0) for _ in range(20)]
    for number, declaration in enumerate(made):
        kept_file(declaration, colour=f"#14{number:02x}6a")
    enter(page, employer_reviewer, live_server.url)
    page.goto("/reviews/")
    page.get_by_role("link", name="审核下一项").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#act-approve")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    page.keyboard.press("r")
    page.locator("#return_reason").press_sequentially("缺第二天签到")
    expect(page.locator("#kept")).to_contain_text("已自动保存")
    page.reload()
    expect(page.locator("#return_reason")).to_have_value("缺第二天签到")
    for number, declaration in enumerate(made):
        expect(page.get_by_role("heading", level=1)).to_have_text(declaration.title)
        page.keyboard.press("f")
        expect(page.locator("#unseen")).to_contain_text("全部材料您都已查看")
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("已通过" if number < 19 else "已全部处理完")
    assert Decision.objects.filter(by=employer_reviewer, move="approve").count() == 20


def test_a_phone_shows_no_empty_viewer_and_explains_no_keys(
    phone: Page, live_server: LiveServer, declarant: Professional, employer_reviewer: User
) -> None:
    made = submitted(declarant, files=0)
    kept_file(made)
    enter(phone, employer_reviewer, live_server.url)
    phone.goto(reverse("reviews:review", args=[made.ref]))
    phone.locator("#evidence").scroll_into_view_if_needed()
    expect(phone.get_by_text("点上面的材料查看。")).to_be_visible()
    expect(phone.locator(".viewer-stage")).to_be_hidden()
    expect(phone.locator("kbd:visible")).to_have_count(0)
    phone.locator(".viewer-file").tap()
    expect(phone.locator(".viewer-stage img")).to_be_visible()
    expect(phone.get_by_text("点上面的材料查看。")).to_be_hidden()
    expect(phone.locator("#unseen")).to_contain_text("全部材料您都已查看")
