"""The desk of the working calendar: a notice is looked at month by month, confirmed, and moves what is open."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from accounts.selectors.dues import routed_models
from ceportal.kernel.models import AuditEvent, CalendarDay, CalendarNotice
from ceportal.kernel.selectors.calendar import calendar_version, due_after
from ceportal.kernel.services.calendar import import_notice
from ceportal.office.services.clock import run_all
from credits.selectors.calendar_desk import notice_preview
from tests import factories as make
from tests.credits import drafts
from tests.credits.factories import SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regulation")]
NOW = datetime(2026, 12, 28, 10, tzinfo=SHANGHAI)
DESK, IMPORT = "/admin/kernel/calendarnotice/", "/admin/kernel/calendarnotice/import/"
# Made up for the test: whatever the State Council decides for 2027, these sentences have the shape of its notices.
SENTENCES = """一、元旦：2026年12月31日至2027年1月3日放假调休，共4天。2026年12月26日（周六）上班。
二、春节：2月5日至11日放假调休，共7天。1月30日（周六）、2月20日（周六）上班。
三、劳动节：5月1日至5日放假调休，共5天。
四、国庆节：10月1日至7日放假调休，共7天。"""
TYPED = {"year": "2027", "document": "放假安排（测试）", "source_url": "https://www.gov.cn/x.htm", "text": SENTENCES,
         "rest": "", "worked": ""}  # fmt: skip


@pytest.fixture(autouse=True)
def end_of_december() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper(province_bureau: Organization) -> User:
    return make.give(make.user("省厅规则员"), province_bureau, Duty.REGULATE)


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def confirmed(desk: Client, **changes: str) -> Any:
    return desk.post(IMPORT, TYPED | {"seen_version": str(calendar_version()), "confirm": "on"} | changes)


@pytest.mark.clause("A4")
def test_a_notice_is_looked_at_confirmed_and_counted_by(desk: Client) -> None:
    assert "2027 年的放假安排还没有导入" in text_of(desk.get(DESK))
    page = text_of(desk.post(IMPORT, TYPED))
    for words in (
        "2026年12月31日",
        "2026年12月26日",
        "放假 23 天，调休上班 3 天",
        "2026年12月",
        "2027年12月",
        "还没有导入",
    ):
        assert words in page
    assert CalendarNotice.objects.get(year=2027).status == "provisional"
    answer = confirmed(desk)
    assert answer["Location"] == f"{DESK}2027/"
    assert CalendarNotice.objects.get(year=2027).status == "published"
    assert "放假安排（测试）" in text_of(desk.get(answer["Location"]))
    assert "还没有导入" not in text_of(desk.get(DESK))
    event = AuditEvent.objects.get(action="calendar.import", actor_label="省厅规则员")
    assert "2026-12-31" in event.after["rest"]
    assert event.before["status"] == "provisional"


def test_next_years_notice_changes_this_years_last_days(desk: Client) -> None:
    monday = datetime(2026, 12, 28, 9, tzinfo=SHANGHAI)
    assert due_after(monday, 5)[1].day == date(2027, 1, 5)
    confirmed(desk)
    due = due_after(monday, 5)[1]
    assert (due.day, due.is_provisional) == (date(2027, 1, 6), False)
    assert "2026年12月" in text_of(desk.get(f"{DESK}2027/"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rest": "1月1日"}, "2027年1月1日出现了两次"),
        ({"worked": "1月2日"}, "2027年1月2日既写成放假又写成上班"),
        ({"worked": "3月1日"}, "2027年3月1日写成了调休上班日，但这天不是周末"),
        ({"rest": "2026年11月30日"}, "只能有 2027 年的日期"),
        ({"rest": "2028-01-01"}, "只能有 2027 年的日期"),
        ({"rest": "2月30日"}, "没有“2月30日”这一天"),
        ({"rest": "元旦"}, "没有读懂“元旦”"),
        ({"text": "元旦：1月1日至3日放假，共4天。"}, "按起止日期却是 3 天"),
        ({"text": "元旦：1月1日（周六）放假。"}, "2027年1月1日不是周六，是周五"),
        ({"text": ""}, "放假日期中没有1月1日、5月1日、10月1日"),
        ({"text": "字" * 5001}, "最多 5000 个字"),
        ({"document": ""}, "请填写文件名称"),
        ({"source_url": "javascript:alert(1)"}, "网址应以 https:// 或 http:// 开头"),
        ({"year": "1900"}, "请从列表中选择年度"),
        ({"year": "2027年"}, "请从列表中选择年度"),
        ({"seen_version": "x"}, "页面内容不完整"),
    ],
)
def test_what_is_no_notice_is_refused_with_nothing_changed(desk: Client, changes: dict[str, str], words: str) -> None:
    before = (calendar_version(), CalendarDay.objects.count())
    answer = confirmed(desk, **changes)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert (calendar_version(), CalendarDay.objects.count()) == before


def test_it_is_not_imported_without_the_second_confirmation(desk: Client) -> None:
    answer = confirmed(desk, confirm="")
    assert answer.status_code == 422
    assert "勾选确认后再导入" in text_of(answer)
    assert CalendarNotice.objects.get(year=2027).status == "provisional"


def test_a_calendar_that_changed_meanwhile_is_looked_at_anew(desk: Client) -> None:
    seen = str(calendar_version())
    import_notice(2027, rest=[date(2027, 1, 1)], document="他人导入", now=NOW)
    answer = confirmed(desk, seen_version=seen)
    assert answer.status_code == 409
    assert "刚刚由他人更新过" in text_of(answer)
    assert CalendarNotice.objects.get(year=2027).document == "他人导入"


def test_what_was_typed_comes_back_to_be_mended(desk: Client) -> None:
    page = text_of(desk.post(IMPORT, TYPED | {"edit": "1", "seen_version": "3"}))
    assert "2026年12月31日至2027年1月3日放假调休" in page
    assert "下一步：核对全年" in page


def test_how_many_open_dues_move_is_told_before_and_done_after(
    desk: Client, declarant: Professional, employer_reviewer: User
) -> None:
    made = drafts.handed_in(declarant, now=NOW)
    assert made.due_is_provisional
    assert "学时申报：1 项中有 <b>1</b> 项的到期日会变" in text_of(desk.post(IMPORT, TYPED))
    confirmed(desk)
    list(run_all(now=NOW))
    made.refresh_from_db()
    assert made.due_at == datetime(2027, 1, 7, tzinfo=SHANGHAI)
    assert not made.due_is_provisional
    event = AuditEvent.objects.get(action="declaration.redated")
    assert event.before == {"due_at": "2027-01-06T00:00:00+08:00", "is_provisional": True}
    assert event.after["due_at"] == "2027-01-07T00:00:00+08:00"
    list(run_all(now=NOW))
    assert AuditEvent.objects.filter(action="declaration.redated").count() == 1


def test_the_preview_says_what_the_import_will_do() -> None:
    preview = notice_preview(2027, rest=[date(2027, 1, 1)], worked=[date(2027, 1, 2)])
    assert date(2027, 1, 2) in preview.now_worked
    assert date(2027, 2, 5) in preview.now_worked  # a provisional day off that this notice does not give
    assert preview.now_off == []


def test_the_desk_is_for_who_regulates_at_the_province_alone(
    client: Client, city_bureau: Organization, province_officer: User
) -> None:
    regulates_in_a_city = make.give(make.user("市局规则员"), city_bureau, Duty.REGULATE)
    for user in (regulates_in_a_city, province_officer):
        client.force_login(user)
        for address in (DESK, IMPORT, f"{DESK}2027/"):
            assert client.get(address).status_code == 403
        assert client.post(IMPORT, TYPED).status_code == 403


@pytest.mark.parametrize("year", ["1989", "2101", "99999999999999999999"])
def test_a_year_without_a_calendar_is_not_found(desk: Client, year: str) -> None:
    assert desk.get(f"{DESK}{year}/").status_code == 404


def test_the_pages_cost_the_same_however_much_there_is(
    desk: Client, declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        drafts.handed_in(declarant, title=f"研修班第 {number} 期", now=NOW)
    with django_assert_max_num_queries(16):
        desk.get(DESK)
    with django_assert_max_num_queries(14):
        desk.get(f"{DESK}2026/")
    with django_assert_max_num_queries(13 + len(routed_models())):  # how many of each kind would move
        desk.post(IMPORT, TYPED)


def test_bureaus_are_told_from_december_on_that_next_year_is_not_known(
    client: Client, keeper: User, city_officer: User
) -> None:
    client.force_login(city_officer)
    assert "由省人社厅在通知公布后导入" in text_of(client.get("/admin/"))
    client.force_login(keeper)
    assert IMPORT in text_of(client.get("/admin/"))
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI), tick=False):
        assert "还没有导入" not in text_of(client.get("/admin/"))
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=SHANGHAI), tick=False):
        assert "还没有导入" in text_of(client.get("/admin/"))
    with time_machine.travel(datetime(2027, 2, 1, tzinfo=SHANGHAI), tick=False):
        client.force_login(keeper)
        assert "2027 年的放假安排还没有导入" in text_of(client.get("/admin/"))
