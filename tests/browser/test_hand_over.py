"""A lost administrator in a browser from both sides: a new clerk asks, the authority appoints, the old one is out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from tests.accounts.test_desk_pages import apply
from tests.browser.people_at_work import PASSWORD, approve_registration, choose_place
from tests.browser.test_legibility import assert_legible, enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("S1-16")
def test_a_lost_administrator_from_both_sides(
    open_window: Callable[..., Page], phone: Page, employer: Organization, employer_reviewer: User,
    authority_reviewer: User, tmp_path: Path,
) -> None:  # fmt: skip
    apply(employer, 963)
    left = open_window()
    enter(left, employer_reviewer)
    left.goto("/people/registrations/")
    expect(left.get_by_role("heading", level=1)).to_have_text("等待核准的人员")

    paper = tmp_path / "任职证明.png"
    Image.new("RGB", (300, 400), (240, 240, 235)).save(paper)
    phone.goto("/sign-in/")
    phone.get_by_role("link", name="接手单位管理").click()
    phone.get_by_label("姓名").fill("新干事")
    phone.get_by_label("手机号码").fill("13912345678")
    phone.get_by_label("密码", exact=True).fill(PASSWORD)
    phone.get_by_label("再输入一次密码").fill(PASSWORD)
    phone.get_by_role("button", name="建立账号并继续").click()
    choose_place(phone, "开封市", "顺河回族区")
    phone.get_by_label("单位名称或统一社会信用代码").fill("第一实验")
    phone.get_by_role("button", name="查找单位").click()
    phone.get_by_role("link", name=re.compile(rf"选择\s*{employer.name}")).click()
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("alert")).to_contain_text("请上传证明材料")
    phone.get_by_label("情况说明").fill("原管理员已调走，由本人接任。")
    phone.get_by_label("证明文件").set_input_files(paper)
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_text("正在处理，还剩 5 个工作日")).to_be_visible()

    desk = open_window()
    enter(desk, authority_reviewer)
    desk.goto("/units/hand-over/")
    desk.get_by_role("link", name=employer.name).click()
    expect(desk.get_by_label("单位审核员")).to_be_checked()
    desk.get_by_label("处理意见").fill("已与学校核实。")
    desk.get_by_role("button", name="指定新干事为管理员").click()
    expect(desk.get_by_text("已生效：由新干事管理。")).to_be_visible()

    left.reload()
    expect(left.get_by_role("heading", level=1)).to_contain_text("登录")
    phone.goto("/sign-in/")
    phone.get_by_label("证件号码或手机号码").fill("13912345678")
    phone.get_by_label("密码", exact=True).fill(PASSWORD)
    phone.get_by_role("main").get_by_role("button", name="登录").click()
    expect(phone.locator("#menu-toggle")).to_be_visible()
    approve_registration(phone, "/people/registrations/", "申请人963")
    address = desk.url.split("/", 3)[3]
    assert_legible(open_window, ("/units/hand-over/", f"/{address}", "/units/hand-over/ask/"), authority_reviewer)
    ask = f"/units/hand-over/ask/?unit={employer.ref}"
    assert_legible(open_window, (ask,), employer_reviewer)
    assert_legible(open_window, ("/register/account/",))
