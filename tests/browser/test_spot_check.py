"""Oversight in a browser: a spot check from its publication to the revoked hours; a filing and its check."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Professional, User
from credits.enums import ClaimState
from credits.models import Claim
from reviews.models import Inspection
from reviews.services.filing import work_on_filings
from tests.browser.test_legibility import assert_legible, enter
from tests.reviews.factories import approved, submitted

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_spot_check_to_the_revoked_hours(
    open_window: Callable[..., Page], phone: Page, declarant: Professional, employer_reviewer: User,
    authority_reviewer: User, city_officer: User,
) -> None:  # fmt: skip
    now = timezone.now() - timedelta(days=1)
    approved(submitted(declarant, now=now), employer_reviewer, authority_reviewer, now=now)
    desk = open_window()
    enter(desk, city_officer)
    desk.goto("/admin/reviews/campaign/")
    desk.get_by_role("link", name="组织抽查").click()
    desk.get_by_label("名称").fill("十一月学时抽查")
    desk.get_by_label("审核日期从").fill(timezone.localdate(now).isoformat())
    desk.get_by_label("抽取比例").fill("100")
    desk.get_by_role("button", name="公布").click()
    expect(desk.get_by_text("名册 1 件")).to_be_visible()
    desk.get_by_role("button", name="抽取，并公开种子").click()
    expect(desk.get_by_text("已抽取 1 件")).to_be_visible()
    item = Inspection.objects.get()
    desk.get_by_role("link", name=f"1. {item.declaration.title}").click()
    desk.get_by_text("有问题，先听取本人意见").click()
    desk.get_by_label("拟作的结论").select_option(label="弄虚作假")
    desk.get_by_label("撤销原因").select_option(label="提交虚假申报资料")
    desk.locator("#intend_text").fill("发证单位称没有办过这一期。")
    desk.get_by_role("button", name="告知本人").click()
    expect(desk.get_by_text("等对方答复")).to_be_visible()

    enter(phone, declarant.user)
    phone.goto(f"/spot-checks/asked/{item.ref}/")
    phone.get_by_label("说明").fill("培训确实没有参加，愿意接受处理。")
    phone.get_by_role("button", name="提交意见").click()
    expect(phone.get_by_text("已提交")).to_be_visible()

    desk.reload()
    desk.locator("#find_text").fill("本人承认没有参加培训。")
    desk.get_by_role("button", name="作出结论").click()
    expect(desk.get_by_text("弄虚作假").first).to_be_visible()
    assert Claim.objects.get().state == ClaimState.WITHDRAWN
    phone.reload()
    expect(phone.get_by_text("这项学时已撤销")).to_be_visible()
    page = f"/admin/reviews/campaign/{item.campaign.ref}/"
    pages = ("/admin/reviews/campaign/", "/admin/reviews/campaign/plan/", page, f"{page}1/", "/spot-checks/", "/trail/",
             f"/campaigns/{item.campaign.ref}/")  # fmt: skip
    assert_legible(open_window, pages, city_officer)


def test_a_filing_and_its_check(
    open_window: Callable[..., Page], declarant: Professional, employer_reviewer: User, authority_reviewer: User,
    city_officer: User,
) -> None:  # fmt: skip
    before = timezone.now().replace(day=1) - timedelta(days=2)
    approved(submitted(declarant, now=before), employer_reviewer, authority_reviewer, now=before)
    desk = open_window()
    enter(desk, city_officer)
    desk.goto("/admin/reviews/filing/")
    desk.get_by_role("link", name="核对并备案").first.click()
    desk.get_by_role("button", name="备案").click()
    expect(desk.get_by_text("正在固定名单：0 / 1 条")).to_be_visible()
    work_on_filings(now=timezone.now())
    desk.get_by_role("link", name="刷新进度").click()
    expect(desk.get_by_text("名单已固定")).to_be_visible()
    desk.get_by_role("link", name="核对封存值").click()
    expect(desk.get_by_text("核对一致")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="下载备案表").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert_legible(open_window, (urlsplit(desk.url).path,), city_officer)
