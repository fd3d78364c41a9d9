"""The filing desk and the registers in the admin site."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.sheets_out import plain_cell
from ceportal.kernel.web.desks import Register
from reviews.models import CreditedHours, Decision, Filing, RecordedHours, Signal
from reviews.services.filing import file_month, work_on_filings
from tests import factories as make
from tests.credits.factories import credit
from tests.reviews.factories import approved, submitted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
OCTOBER = date(2026, 10, 1)
DESK = "/admin/reviews/filing/"
CONFIRM = f"{DESK}410200/2026/10/"
REGISTERS = ("/admin/reviews/decision/", "/admin/reviews/recordedhours/", DESK)
TRAIL = "/admin/kernel/auditevent/"


@pytest.fixture(autouse=True)
def second_of_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def october(declarant: Professional) -> None:
    credit(declarant, "8", now=NOW.replace(month=10, day=12), title="=HYPERLINK(1)")


@pytest.fixture
def filing(october: None, city_officer: User) -> Filing:
    return file_month(make.area("410200"), OCTOBER, by=city_officer, now=NOW)


def test_every_desk_of_ours_is_a_register_without_forms() -> None:
    for model in (Decision, Filing, RecordedHours, CreditedHours, Signal, AuditEvent):
        desk = admin.site._registry[model]
        assert isinstance(desk, Register)
        names = {pattern.name for pattern in desk.get_urls()}
        assert not {name for name in names if name and name.endswith(("_add", "_change", "_delete"))}


def test_doors(
    client: Client,
    declarant: Professional,
    employer_reviewer: User,
    county_officer: User,
    city_officer: User,
    operator: User,
    province_officer: User,
) -> None:
    for address in (*REGISTERS, TRAIL):
        assert client.get(address).status_code == 302
    expected = {
        declarant.user: ({302, 403}, {302, 403}),
        employer_reviewer: ({302, 403}, {302, 403}),
        county_officer: ({200}, {403}),
        city_officer: ({200}, {403}),
        province_officer: ({200}, {200}),
        operator: ({302, 403}, {302, 403}),
    }
    for user, (registers, trail) in expected.items():
        client.force_login(user)
        for address in REGISTERS:
            assert client.get(address).status_code in registers, (user, address)
        assert client.get(TRAIL).status_code in trail, user


def test_the_index_shows_the_desks_of_ones_duties(client: Client, city_officer: User, authority_reviewer: User) -> None:
    client.force_login(city_officer)
    text = client.get("/admin/").content.decode()
    for word in ("每月备案", "学时撤销", "审核记录", "学时明细"):
        assert word in text
    client.force_login(authority_reviewer)
    text = client.get("/admin/").content.decode()
    assert "审核记录" in text
    assert "每月备案" not in text


def test_forged_admin_posts_change_nothing(client: Client, city_officer: User, filing: Filing) -> None:
    client.force_login(city_officer)
    for address in (*REGISTERS, TRAIL):
        client.post(address, {"action": "delete_selected", "_selected_action": "1", "form-TOTAL_FORMS": "1"})
    for tail in ("add/", "1/change/", "1/delete/", "1/"):
        assert client.post(DESK + tail).status_code in (301, 404)
    assert Filing.objects.count() == 1


def test_filed_by_the_page(client: Client, october: None, city_officer: User) -> None:
    client.force_login(city_officer)
    desk = client.get(DESK).content.decode()
    assert "2026年10月" in desk
    assert "从当月最后一个工作日（11月30日）起办理" in desk
    assert "将备案的内容" in client.get(CONFIRM).content.decode()
    answer = client.post(CONFIRM)
    filing = Filing.objects.get()
    assert answer["Location"] == reverse("admin:reviews_filing_list", args=[filing.ref])
    assert "正在固定名单" in client.get(answer["Location"]).content.decode()
    assert work_on_filings(now=NOW) == 1
    filing.refresh_from_db()
    page = client.get(answer["Location"]).content.decode()
    assert "=HYPERLINK(1)" in page
    assert "名单中的学时至今未变" in page
    assert filing.digest in page
    again = client.post(CONFIRM)
    assert again.status_code == 409
    assert "已由市人社经办人于2026年11月2日备案" in again.content.decode()
    assert "已由市人社经办人" in client.get(CONFIRM).content.decode()
    assert Filing.objects.count() == 1


def test_not_before_the_month_ends(client: Client, city_officer: User) -> None:
    client.force_login(city_officer)
    assert client.post(f"{DESK}410200/2026/11/").status_code == 409
    assert client.get(f"{DESK}410200/2026/13/").status_code == 404
    for year in (0, 1, 1989, 2101, 9999, 99999):
        assert client.post(f"{DESK}410200/{year}/12/").status_code == 404
        assert client.get(f"{DESK}410200/{year}/12/").status_code == 404
    for address in (f"{DESK}410200/2100/12/", f"{DESK}410200/1990/1/", f"{DESK}410200/2027/1/"):
        assert "没有办成" in client.post(address).content.decode()
        assert client.get(address).status_code == 200
    assert not Filing.objects.exists()


def test_the_months_before_come_first(client: Client, october: None, city_officer: User) -> None:
    """The desk says so of a later month; a forged address is told the same."""
    with time_machine.travel(datetime(2026, 12, 31, 10, tzinfo=NOW.tzinfo)):
        client.force_login(city_officer)
        assert "请先备案前面的月份" in client.get(DESK).content.decode()
        answer = client.post(f"{DESK}410200/2026/12/")
        assert answer.status_code == 409
        assert "请先备案前面的月份：2026年10月还没有备案" in answer.content.decode()
        assert "2026年10月还没有备案" in client.get(f"{DESK}410200/2026/12/").content.decode()
    assert not Filing.objects.exists()


def test_not_for_another_city_nor_by_a_county(
    client: Client, county_bureau: Organization, city_officer: User, county_officer: User
) -> None:
    make.bureau("410400")
    client.force_login(city_officer)
    assert client.post(f"{DESK}410400/2026/10/").status_code == 404
    make.give(county_officer, county_bureau, Duty.FILE_MONTHS)
    client.force_login(county_officer)
    assert client.post(f"{DESK}410203/2026/10/").status_code == 404
    assert client.post(CONFIRM).status_code == 404
    assert not Filing.objects.exists()


def test_the_frozen_list_is_read_checked_and_downloaded(
    client: Client, filing: Filing, city_officer: User, province_officer: User, county_officer: User
) -> None:
    page, sheet = reverse("admin:reviews_filing_list", args=[filing.ref]), f"{DESK}{filing.ref}/csv/"
    client.force_login(province_officer)
    assert client.get(page).status_code == 200
    assert "核对一致" in client.get(page, {"check": "1"}).content.decode()
    client.force_login(county_officer)
    assert client.get(page).status_code == 404
    assert client.get(sheet).status_code == 404
    client.force_login(city_officer)
    answer = client.get(sheet)
    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"].startswith("text/csv")
    assert "filing-410200-202610.csv" in answer["Content-Disposition"]
    assert text.startswith("\ufeff序号,姓名")
    assert "'=HYPERLINK(1)" in text
    filing.items.update(line=filing.items.get().line | {"name": "别人"})
    assert "核对不一致" in client.get(page, {"check": "1"}).content.decode()


@pytest.mark.parametrize(
    "value",
    ["=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "=cmd|'/C calc'!A0", "　=1", "\n=1"],
)
def test_no_cell_is_a_formula(value: str) -> None:
    assert plain_cell(value) == f"'{value}"


@pytest.mark.parametrize("value", ["郑州市第一中学", "1-2", "a=b", -8.0, 3, ""])
def test_other_cells_stay(value: object) -> None:
    assert plain_cell(value) == value


def test_registers_show_ones_own_places_only(
    client: Client,
    declarant: Professional,
    employer_reviewer: User,
    authority_reviewer: User,
    city_officer: User,
    django_assert_max_num_queries: object,
) -> None:
    declaration = approved(submitted(declarant), employer_reviewer, authority_reviewer)
    elsewhere = make.give(make.user("平顶山监督员"), make.bureau("410400"), Duty.OVERSEE)
    for address in REGISTERS[:2]:
        client.force_login(elsewhere)
        assert declaration.title not in client.get(address).content.decode()
        for overseer in (city_officer, authority_reviewer):
            client.force_login(overseer)
            with django_assert_max_num_queries(10):
                page = client.get(address)
            assert declaration.title in page.content.decode()


def test_letters_that_no_database_keeps_find_the_rest(client: Client, city_officer: User) -> None:
    client.force_login(city_officer)
    assert (
        client.get("/admin/reviews/creditedhours/", {"name": "\0张", "title": "\0", "person": "\0"}).status_code == 200
    )
    assert client.get(f"{DESK}%00/2026/9/").status_code == 404
