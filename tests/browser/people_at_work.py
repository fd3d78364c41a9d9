"""What people do in a browser, each act one function: the journeys are told in these words."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.enums import Duty
from accounts.models import Organization
from accounts.services.accounts import make_user
from accounts.services.memberships import grant
from tests import factories as make

PASSWORD = make.PASSWORD


@dataclass(frozen=True)
class Training:
    title: str
    subject: str
    started_on: date
    ended_on: date
    hours: str


def appoint(name: str, phone: str, organization: str, *duties: Duty) -> None:
    """A clerk of a unit of the reference data (bureaus and authorities are appointed, they do not register)."""
    unit, now = Organization.objects.get(name=organization), timezone.now()
    user = make_user(name=name, phone=phone, password=PASSWORD, now=now)
    grant(user, unit, duties, by=None, now=now)


def sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("证件号码或手机号码").fill(login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page).not_to_have_url(re.compile("/sign-in/"))


def choose_place(page: Page, city: str, county: str) -> None:
    page.wait_for_load_state()  # before that nobody listens to a choice
    page.get_by_label("市（或省直）").select_option(label=city)
    expect(page.get_by_label("县（市、区）").locator("option", has_text=county)).to_have_count(1)
    page.get_by_label("县（市、区）").select_option(label=county)


def register_unit(page: Page, *, name: str, uscc: str, city: str, county: str, supervisor: str, phone: str) -> None:
    page.goto("/register/unit/")
    choose_place(page, city, county)
    page.get_by_role("button", name="确定地区").click()
    page.get_by_role("main").get_by_text("下一步：填写单位信息").click()
    page.get_by_label("单位名称").fill(name)
    page.get_by_label("统一社会信用代码").fill(uscc)
    page.get_by_label("主管部门").select_option(label=supervisor)
    page.get_by_label("联系人或科室").fill("人事科")
    page.get_by_label("联系电话").fill("0371-23456789")
    page.get_by_label("管理员姓名").fill("林甲")
    page.get_by_label("管理员手机号码").fill(phone)
    _type_password(page)
    page.get_by_role("main").locator("form button[type=submit]").last.click()


def register_person(page: Page, *, name: str, id_number: str, phone: str, unit: str, city: str, county: str) -> None:
    page.goto("/register/")
    choose_place(page, city, county)
    page.get_by_label("单位名称或统一社会信用代码").fill(unit)
    page.get_by_role("button", name="查找单位").click()
    page.get_by_role("link", name=re.compile(rf"选择\s*{unit}")).click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("证件号码").fill(id_number)
    page.get_by_label("手机号码").fill(phone)
    page.get_by_label("职称系列").select_option(label="中小学教师")
    page.get_by_label("职称级别").select_option(label="中级")
    _type_password(page)
    page.get_by_role("button", name=f"提交给{unit}核准").click()


def approve_registration(page: Page, inbox: str, name: str) -> None:
    page.goto(inbox)
    page.get_by_role("main").get_by_role("link", name=re.compile(name)).first.click()
    page.get_by_role("button", name=re.compile("^核准")).click()
    expect(page.locator(".messages, .alert, [role=status]").first).to_contain_text("核准")


def declare(page: Page, training: Training, *, notice: Path, proof: Path, employer: str) -> None:
    """Choose, fill in, attach, hand in. The draft keeps itself meanwhile."""
    page.goto("/declare/")
    page.get_by_role("radio", name=re.compile("培训班、研修班")).check()
    page.get_by_role("button", name="开始填写").click()
    page.get_by_label("学习内容或名称").fill(training.title)
    page.get_by_label("主办单位").fill("开封大学")
    page.get_by_label(training.subject, exact=True).check()
    page.get_by_label("开始日期").fill(training.started_on.isoformat())
    page.get_by_label("结束日期").fill(training.ended_on.isoformat())
    page.get_by_label("学时", exact=True).fill(training.hours)
    page.get_by_role("group", name="考核结果").get_by_role("radio").first.check()
    page.get_by_role("group", name="费用由谁承担").get_by_label("单位承担").check()
    expect(page.get_by_role("status").filter(has_text="已自动保存")).to_be_visible()
    page.locator("#files-1").set_input_files(notice)
    expect(page.get_by_role("link", name=re.compile(re.escape(notice.name)))).to_be_visible()
    page.locator("#files-2").set_input_files(proof)
    expect(page.get_by_role("link", name=re.compile(re.escape(proof.name)))).to_be_visible()
    page.get_by_label(re.compile("我承诺")).check()
    page.get_by_role("button", name=f"提交给{employer}审核").click()
    expect(page.get_by_role("main")).to_contain_text("审核中")


def review_everything(page: Page) -> int:
    """Work the inbox off: open the page, look at every file, approve; the next comes by itself. Gives how many."""
    page.goto("/reviews/")
    if not page.get_by_role("link", name="审核下一项").count():
        return 0
    with page.expect_navigation():
        page.get_by_role("link", name="审核下一项").click()
    done = 0
    while page.locator("#act-approve").count():
        look_at_evidence(page)
        with page.expect_navigation():
            page.locator("#act-approve button[type=submit]").click()
        done += 1
    return done


def look_at_evidence(page: Page) -> None:
    """Open every file that was not opened yet; the list of what is unseen empties by itself."""
    for file in page.locator(".viewer-file").all():
        file.click()
        expect(file).to_have_attribute("data-opened", "yes")
    expect(page.locator("#unseen a")).to_have_count(0)


def written(folder: Path, paper: SimpleUploadedFile) -> Path:
    """A sheet of paper as a file to choose."""
    path = folder / (paper.name or "")
    path.write_bytes(paper.read())
    return path


def run_the_clock() -> None:
    """All its jobs once, as `manage.py tick` does, beside the browser's event loop and on a connection of its own."""

    def tick() -> None:
        try:
            call_command("tick", stdout=io.StringIO())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as clock:
        clock.submit(tick).result()


def _type_password(page: Page) -> None:
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输入一次密码").fill(PASSWORD)
