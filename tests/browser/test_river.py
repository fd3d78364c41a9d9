"""The whole river, as people live it: from registering to a certificate that a stranger checks, and its end.

One browser, six people, real files, the reference data and the regulation as they are loaded in production. The
clock's jobs run by `tick` as they do without a broker. The moment is fixed, so that the filing has its working day.
"""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import cv2
import numpy
import pypdfium2
import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.enums import Duty
from ceportal.office.demo import papers
from certificates.models import Certificate
from credits.models import YearAccount
from tests import factories as make
from tests.browser.people_at_work import (
    Training,
    appoint,
    approve_registration,
    declare,
    register_person,
    register_unit,
    review_everything,
    run_the_clock,
    sign_in,
    written,
)

pytestmark = pytest.mark.django_db(transaction=True)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2025, 11, 20, 9, 0, tzinfo=SHANGHAI)
FILING_DAY = datetime(2025, 11, 28, 15, 0, tzinfo=SHANGHAI)
SCHOOL, AUTHORITY, BUREAU = "兰考县河畔中学", "兰考县教育局", "开封市人力资源和社会保障局"
NAME, NUMBER = "张小河", make.id_number("410225", serial=417)
PHONES = {"person": "13700000001", "school": "13700000002", "authority": "13700000003", "city": "13700000004"}
TRAININGS = (
    Training("网络安全与绿色低碳", "公需科目", date(2025, 9, 1), date(2025, 9, 4), "32"),
    Training("新课程教学能力提升", "专业科目", date(2025, 10, 13), date(2025, 10, 17), "40"),
    Training("实验教学研究", "专业科目", date(2025, 11, 3), date(2025, 11, 5), "24"),
)


@pytest.fixture(autouse=True)
def the_portal_as_it_is_loaded(settings: Settings, live_server: LiveServer) -> Iterator[None]:
    settings.PUBLIC_URL = live_server.url
    with time_machine.travel(MORNING, tick=True):
        call_command("load_reference", verbosity=0)
        call_command("load_regulation", verbosity=0)
        appoint("陈甲", PHONES["authority"], AUTHORITY, Duty.REVIEW_HOURS, Duty.APPROVE_UNITS)
        appoint("陈丙", PHONES["city"], BUREAU, Duty.FILE_MONTHS, Duty.REVERSE_HOURS, Duty.OVERSEE)
        yield


@pytest.fixture
def evidence(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path, papers.document("培训通知", "主办：开封大学")), written(
        tmp_path, papers.picture("结业证书")
    )


def test_from_declared_hours_to_a_certificate_that_a_stranger_checks(
    open_window: Callable[..., Page], evidence: tuple[Path, Path]
) -> None:
    school, authority, person, city, stranger = (open_window() for _ in range(5))
    phone = open_window(width=390, height=844, has_touch=True, is_mobile=True)

    # The unit registers, its authority approves; the person registers, the unit approves.
    place = {"city": "开封市", "county": "兰考县"}
    register_unit(school, name=SCHOOL, uscc=make.uscc(), supervisor=AUTHORITY, phone=PHONES["school"], **place)
    sign_in(authority, PHONES["authority"])
    approve_registration(authority, "/units/registrations/", SCHOOL)
    # With the new duties the session of before has ended.
    sign_in(school, PHONES["school"])
    register_person(person, name=NAME, id_number=NUMBER, phone=PHONES["person"], unit=SCHOOL, **place)
    expect(person.get_by_role("main")).to_contain_text(SCHOOL)
    approve_registration(school, "/people/registrations/", NAME)

    # Declared at the desk and on a phone, reviewed by the unit and then by the authority.
    sign_in(phone, NUMBER)
    for window, training in zip((person, phone, phone), TRAININGS, strict=True):
        declare(window, training, notice=evidence[0], proof=evidence[1], employer=SCHOOL)
    phone.goto("/my-year/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("还差 90 学时")
    assert review_everything(school) == len(TRAININGS)
    assert review_everything(authority) == len(TRAININGS)
    phone.goto("/my-year/")
    expect(phone.get_by_role("main")).to_contain_text("96")
    account = YearAccount.objects.get()
    assert (account.public, account.professional_hours, account.is_met) == (32, 64, True)

    # The certificate comes by itself; its QR code leads a stranger to the page that vouches for it.
    run_the_clock()
    person.goto("/certificates/")
    with person.expect_download() as download:
        person.get_by_role("link", name="下载 PDF").click()
    address = _address_in(Path(download.value.path()))
    assert urlsplit(address).path == f"/v/{Certificate.objects.get().token}/"
    stranger.goto(address)
    main = stranger.get_by_role("main")
    expect(main).to_contain_text("有效")
    expect(main).to_contain_text("张*")
    assert NAME not in stranger.content()
    assert NUMBER not in stranger.content()

    # The city files the month, then takes hours back; the stranger's page says so.
    sign_in(city, PHONES["city"])
    with time_machine.travel(FILING_DAY, tick=True):
        sign_in(city, PHONES["city"])
        _file_the_month(city)
        _take_back(city, TRAININGS[2].title)
        stranger.reload()
        expect(main).to_contain_text("复核")
        run_the_clock()
        stranger.reload()
        expect(main).to_contain_text("已撤销")
    call_command("reconcile", verbosity=0, stdout=io.StringIO())


def _file_the_month(city: Page) -> None:
    city.goto("/admin/")
    city.get_by_role("main").get_by_role("link", name="每月备案").first.click()
    city.get_by_role("link", name="核对并备案").last.click()
    city.get_by_role("button", name="备案").click()
    expect(city.get_by_role("main")).to_contain_text("正在固定名单")
    run_the_clock()
    city.get_by_role("link", name="刷新进度").click()
    expect(city.get_by_role("main")).to_contain_text(TRAININGS[0].title)


def _take_back(city: Page, title: str) -> None:
    city.goto("/admin/")
    city.get_by_role("main").get_by_role("link", name="学时撤销").first.click()
    city.get_by_role("main").locator("tr", has_text=title).get_by_role("link").first.click()
    city.get_by_label("撤销原因").select_option(index=1)
    city.get_by_label("查实的情况").fill("抽查时主办单位证实本人没有参加。")
    city.get_by_role("button", name="撤销这").click()
    expect(city.get_by_role("main")).to_contain_text("已撤销")


def _address_in(pdf: Path) -> str:
    """What a phone's camera reads from the first page as it is printed."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = numpy.asarray(page.render(scale=3).to_pil().convert("L"))
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    return text
