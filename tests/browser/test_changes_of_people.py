"""A transfer, a wrong name, a duplicate account in a browser, from every side: asked on a phone, decided at desks."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import Organization, Professional, User
from accounts.selectors.people import employer_of
from tests import factories as people
from tests.browser.test_legibility import assert_legible, enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "证明.png"
    Image.new("RGB", (300, 400), (240, 240, 235)).save(path)
    return path


def agree(desk: Page, kind: str, link: str) -> None:
    desk.goto(f"/matters/?kind={kind}")
    desk.get_by_role("rowheader").get_by_role("link", name=link).click()
    desk.get_by_label("处理意见").fill("材料齐全，同意。")
    desk.get_by_role("button", name="同意", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("人员变动")


def test_a_transfer_and_a_wrong_name(
    open_window: Callable[..., Page], phone: Page, declarant: Professional, employer_reviewer: User,
    other_employer: Organization, stranger: User, county_officer: User, paper: Path,
) -> None:  # fmt: skip
    enter(phone, declarant.user)
    phone.goto("/profile/")
    phone.get_by_role("link", name="单位调转").click()
    phone.get_by_label("市（或省直）").select_option(label="开封市")
    phone.get_by_label("单位名称或统一社会信用代码").fill("第二实验")
    phone.get_by_role("button", name="查找单位").click()
    phone.get_by_role("link", name=re.compile(r"选择\s*开封市第二实验中学")).click()
    phone.get_by_role("button", name="提交申请").click()
    for words in ("请填写情况说明。", "请上传证明材料"):
        expect(phone.get_by_text(words).first).to_be_visible()
    phone.get_by_label("情况说明").fill("已调入第二实验中学工作。")
    phone.get_by_label("证明文件").set_input_files(paper)
    phone.get_by_role("button", name="提交申请").click()
    for words in ("0371-22000000", "今天刚送到"):
        expect(phone.get_by_text(words).first).to_be_visible()
    page = phone.url.split("/", 3)[3]

    desk = open_window()
    enter(desk, stranger)
    agree(desk, "transfer", "调入：开封市第二实验中学")
    assert employer_of(declarant) == other_employer
    old = open_window()
    enter(old, employer_reviewer)
    old.goto("/people/hours/?view=former")
    old.get_by_role("link", name="看学时").click()
    expect(old.get_by_text("这里只列出在本单位期间计入的学时")).to_be_visible()
    assert_legible(open_window, ("/people/hours/", "/people/leaving/", f"/{page}"), employer_reviewer)

    phone.goto("/corrections/new/name/")
    phone.get_by_label("正确的姓名").fill("申报教师甲")
    phone.get_by_label("情况说明").fill("登记时写错一个字。")
    phone.get_by_label("证明文件").set_input_files(paper)
    phone.get_by_role("button", name="提交申请").click()
    agree(desk, "correction", "更正姓名")
    bureau = open_window()
    enter(bureau, county_officer)
    agree(bureau, "correction", "更正姓名")
    declarant.refresh_from_db()
    assert declarant.name == "申报教师甲"
    phone.goto("/profile/")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("登录")
    assert_legible(
        open_window,
        ("/matters/", f"/{page}", "/transfers/new/", "/titles/new/", "/corrections/new/id-number/", "/profile/"),
        User.objects.get(pk=declarant.user_id),
    )


def test_a_duplicate_account(
    open_window: Callable[..., Page], phone: Page, declarant: Professional, employer: Organization,
    employer_reviewer: User, county_officer: User, paper: Path,
) -> None:  # fmt: skip
    number = people.phone()
    other = people.professional(declarant.name, works_at=employer, account=people.user(declarant.name, number=number))
    enter(phone, declarant.user)
    phone.goto("/profile/")
    phone.get_by_role("link", name="合并账号").click()
    phone.get_by_label("要停用的账号").fill("13900000000")
    phone.get_by_label("情况说明").fill("换手机后又注册了一次。")
    phone.get_by_label("证明文件").set_input_files(paper)
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_text("没有找到姓名相同").first).to_be_visible()
    phone.get_by_label("要停用的账号").fill(number)
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_text("今天刚送到").first).to_be_visible()
    page = phone.url.split("/", 3)[3]
    old = open_window()
    enter(old, other.user)
    for who in (employer_reviewer, county_officer):
        desk = open_window()
        enter(desk, who)
        agree(desk, "merge", "合并账号：")
    old.goto("/profile/")
    expect(old.get_by_role("heading", level=1)).to_contain_text("登录")
    phone.goto(f"/{page}")
    expect(phone.get_by_text("另一个账号已停用").first).to_be_visible()
    assert_legible(open_window, (f"/{page}", "/merges/new/", "/matters/?kind=merge"), declarant.user)
    assert_legible(open_window, ("/merges/propose/",), county_officer)
