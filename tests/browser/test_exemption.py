"""An exemption in a browser from both sides: asked on a phone, returned, mended, granted; the year asks nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import Organization, Professional, User
from credits.models import ObligationRequest
from tests.browser.test_legibility import assert_legible, enter
from tests.credits import asking
from tests.credits import factories as make_credits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "诊断证明.png"
    Image.new("RGB", (300, 400), (240, 240, 235)).save(path)
    return path


def test_an_exemption_from_both_sides(
    open_window: Callable[..., Page], phone: Page, declarant: Professional, granter: User,
    county_bureau: Organization, paper: Path,
) -> None:  # fmt: skip
    make_credits.rule_set(year_from=2016)
    enter(phone, declarant.user)
    phone.goto("/requests/")
    phone.get_by_role("link", name="申请免修或减免").click()
    phone.get_by_role("button", name="提交给").click()
    for words in ("请选择免修还是减免。", "请选择原因。", "请写明申请理由。", "请上传证明材料"):
        expect(phone.get_by_text(words).first).to_be_visible()
    phone.get_by_label("免修：").check()
    phone.get_by_label("原因").select_option(label="长期病假")
    phone.get_by_label("情况说明").fill("因病住院，全年未能上班。")
    phone.get_by_label("证明材料").set_input_files(paper)
    phone.get_by_role("button", name="提交给").click()
    expect(phone.get_by_text("正在处理，还剩 5 个工作日")).to_be_visible()
    expect(phone.get_by_text("0371-23000000")).to_be_visible()

    desk = open_window()
    enter(desk, granter)
    desk.goto("/requests/")
    desk.get_by_role("link", name="年度免修").click()
    desk.get_by_label("处理意见").fill("请补诊断证明原件照片。")
    desk.get_by_role("button", name="退回补正").click()
    expect(desk.get_by_text("退回补正").first).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("请补诊断证明原件照片。").first).to_be_visible()
    phone.get_by_role("link", name="补正").click()
    phone.get_by_label("情况说明").fill("因病住院，原件照片见附件。")
    phone.get_by_role("button", name="提交给").click()
    expect(phone.get_by_text("已补正并重新提交")).to_be_visible()

    desk.reload()
    desk.get_by_label("批准文号").fill("顺人社函〔2026〕7号")
    desk.get_by_label("处理意见").fill("材料齐全，同意。")
    desk.get_by_role("button", name="批准免修").click()
    expect(desk.get_by_text("已批准").first).to_be_visible()
    assert ObligationRequest.objects.get().round == 2

    phone.goto("/my-year/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("不要求您完成")
    expect(phone.get_by_text("不算未达标")).to_be_visible()


def test_the_pages_of_requests_are_legible(
    open_window: Callable[..., Page], declarant: Professional, granter: User, employer_reviewer: User
) -> None:
    make_credits.rule_set(year_from=2016)
    asked = asking.easing(declarant, asking.this_year(), now=timezone.now())
    own = ("/requests/", "/exemptions/new/", "/outside/new/", f"/exemptions/{asked.ref}/", "/transcript/")
    assert_legible(open_window, own, declarant.user)
    assert_legible(open_window, ("/requests/", f"/exemptions/{asked.ref}/"), granter)
    assert_legible(
        open_window, ("/exemptions/people/", "/units/stationing/", "/units/stationing/ask/"), employer_reviewer
    )
