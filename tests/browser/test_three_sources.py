"""The river with three springs: a declaration, a platform's batch and a base's roster fill one year together.

The same training told by two doors counts once. The hours a roster brought are taken back as a whole, and the
certificate follows by itself.
"""

import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.enums import Duty
from accounts.models import Area, Organization, Professional
from ceportal.office.demo import papers
from certificates.models import Certificate
from credits.models import YearAccount
from tests import factories as make
from tests.browser.people_at_work import (
    Training,
    appoint,
    declare,
    review_everything,
    run_the_clock,
    sign_in,
    written,
)
from tests.credits import rosters as make_roster
from tests.credits.machines import SECRET, api_client
from tests.credits.platforms import platform, recognise

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = datetime(2025, 11, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SCHOOL, AUTHORITY, BASE = "兰考县河畔中学", "兰考县教育局", "开封大学"
NAME, NUMBER = "张小河", make.id_number("410225", serial=418)
PHONES = {"school": "13700000012", "authority": "13700000013", "base": "13700000014"}
DECLARED = Training("实验教学研究", "专业科目", date(2025, 11, 3), date(2025, 11, 5), "24")
ROSTER_TITLE = "新课程教学能力提升面授班"


@pytest.fixture(autouse=True)
def the_portal_and_its_people(settings: Settings, live_server: LiveServer) -> Iterator[None]:
    settings.PUBLIC_URL = live_server.url
    with time_machine.travel(MORNING, tick=True):
        call_command("load_reference", verbosity=0)
        call_command("load_regulation", verbosity=0)
        appoint("陈甲", PHONES["authority"], AUTHORITY, Duty.REVIEW_HOURS)
        appoint("陈己", PHONES["base"], BASE, Duty.TEACH)
        school = make.employer(
            SCHOOL, at=Area.objects.get(pk="410225"), supervisor=Organization.objects.get(name=AUTHORITY)
        )
        make.give(make.user("林甲", number=PHONES["school"]), school, Duty.REVIEW_HOURS)
        make.professional(NAME, works_at=school, number=NUMBER)
        yield


def test_a_year_filled_by_declaration_platform_and_roster(
    open_window: Callable[..., Page], live_server: LiveServer, tmp_path: Path
) -> None:
    person, school, authority, base = (open_window() for _ in range(4))

    # A platform posts public hours, and what the person will also declare.
    said = post_batch(
        live_server.url,
        record("p-1", subject="public", title="网络安全与绿色低碳", hours="32.0"),
        record("p-2", title=DECLARED.title, hours="24.0", started_on="2025-11-03", completed_on="2025-11-05"),
    )
    assert [item["outcome"] for item in said["items"]] == ["accepted", "accepted"]

    # The person declares the same training: both reviewers look, it counts once.
    sign_in(person, NUMBER)
    notice, proof = written(tmp_path, papers.document("培训通知")), written(tmp_path, papers.picture("结业证书"))
    declare(person, DECLARED, notice=notice, proof=proof, employer=SCHOOL)
    sign_in(school, PHONES["school"])
    sign_in(authority, PHONES["authority"])
    assert (review_everything(school), review_everything(authority)) == (1, 1)
    account = YearAccount.objects.get()
    assert (account.public, account.professional_hours, account.is_met) == (32, 24, False)

    # A base uploads its roster: the year is met and the certificate comes.
    sign_in(base, PHONES["base"])
    upload_roster(base, tmp_path / "名单.xlsx")
    run_the_clock()
    # Until then the page asks by itself, and comes anew when it is done.
    expect(base.get_by_text("登记完毕")).to_be_visible()
    account.refresh_from_db()
    assert (account.professional_hours, account.is_met) == (64, True)
    run_the_clock()
    assert Certificate.objects.get().state == "issued"
    person.goto("/my-year/")
    main = person.get_by_role("main")
    for source in ("学习平台", "基地名单"):
        expect(main).to_contain_text(source)
    expect(main).to_contain_text("96")

    # The base takes the whole roster back: hours, year and certificate follow.
    undo_roster(base)
    run_the_clock()
    run_the_clock()
    account.refresh_from_db()
    assert (account.professional_hours, account.is_met) == (24, False)
    assert Certificate.objects.get().state == "revoked"
    call_command("reconcile", verbosity=0)


def record(record_id: str, **changes: str) -> dict[str, str]:
    return {
        "record_id": record_id,
        "id_number": NUMBER,
        "name": NAME,
        "subject": "professional",
        "started_on": "2025-09-01",
        "completed_on": "2025-09-05",
    } | changes


def post_batch(url: str, *records: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """As a platform's own program would, over HTTP."""
    organization = platform(is_recognised=False)
    recognise(organization, at=Area.objects.get(pk="410000"), year=2025)
    client = api_client(organization)
    form = f"grant_type=client_credentials&client_id={client.client_id}&client_secret={SECRET}"
    token = _send(f"{url}/api/oauth/token", form.encode(), "application/x-www-form-urlencoded")["access_token"]
    body = json.dumps({"records": records}).encode()
    return _send(f"{url}/api/v1/hour-batches", body, "application/json", Authorization=f"Bearer {token}")


def _send(url: str, body: bytes, content_type: str, **headers: str) -> dict:
    request = urllib.request.Request(url, body, {"Content-Type": content_type} | headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def upload_roster(page: Page, path: Path) -> None:
    page.goto("/rosters/")
    page.get_by_role("link", name="新建").first.click()
    page.get_by_label("培训班名称").fill(ROSTER_TITLE)
    page.get_by_label("专业科目", exact=True).check()
    page.get_by_label("开始日期").fill("2025-10-13")
    page.get_by_label("结束日期").fill("2025-10-17")
    page.get_by_label("每人学时").fill("40")
    page.get_by_label("培训地点").fill("201 教室")
    page.get_by_role("button", name="下一步：上传名单").click()
    person = Professional.objects.get()
    path.write_bytes(make_roster.saved(make_roster.workbook([make_roster.row(person, id_number=NUMBER)])).read())
    page.get_by_label("填好的名单").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="确认登记 1 人的学时").click()
    expect(page.get_by_text("正在登记：0 / 1 人")).to_be_visible()


def undo_roster(page: Page) -> None:
    page.goto("/rosters/")
    page.get_by_role("link", name=ROSTER_TITLE).click()
    undo = page.get_by_role("button", name="撤销整份名单")
    if not undo.is_visible():
        page.locator("summary", has_text="撤销").click()
    page.get_by_label("撤销的原因").fill("这一班的考勤与名单不符。")
    undo.click()
