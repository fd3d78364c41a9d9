"""The bureau's desk of courses: one by one, as a table, tried first; what is wrong is said row by row."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Organization, User
from bases.models import Absence, Course, Recognition, Textbook
from bases.rules.courses import COLUMNS
from bases.services.textbooks import drop_textbook
from ceportal.kernel.models import AuditEvent
from tests import factories as make
from tests.bases.test_course_rules import GOOD
from tests.credits.platforms import platform

pytestmark = pytest.mark.django_db
DESK, BOOKS = "/admin/bases/course/", "/admin/bases/textbook/"
HEADING = tuple(COLUMNS.values())


@pytest.fixture
def here(client: Client) -> tuple[Client, Organization, dict[str, str]]:
    """A clerk of Kaifeng, a platform, and for whom a course is filed."""
    clerk = make.give(make.user("管名单的人"), make.bureau("410200"), Duty.REGULATE)
    unit = platform()
    client.force_login(clerk)
    return client, unit, {"organization": str(unit.pk), "year": str(timezone.localdate().year), "area": "410200"}


def table(*rows: dict[str, Any], heading: Any = HEADING) -> SimpleUploadedFile:
    book, content = Workbook(), BytesIO()
    book.active.append(list(heading))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(content)
    return SimpleUploadedFile("课程.xlsx", content.getvalue())


@pytest.mark.clause("S4-06")
def test_one_by_one_filed_shown_and_ended(here: tuple[Client, Organization, dict[str, str]]) -> None:
    client, unit, where = here
    assert "请填写授课人简介" in client.post(f"{DESK}new/", where | GOOD | {"lecturer": " "}).content.decode()
    assert not Course.objects.exists()
    assert client.post(f"{DESK}new/", where | GOOD).status_code == 302
    filed = Course.objects.get()
    assert (filed.organization, filed.area_id, filed.subject, filed.hours) == (unit, "410200", "public", 1.5)
    assert "GX-2026-01" in client.get(DESK).content.decode()
    page = f"{DESK}{filed.ref}/"
    assert "省级出版行政部门审核同意" in client.get(page).content.decode()
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "审核被撤回"}).status_code == 302
    assert Course.objects.get().ended_on == timezone.localdate()
    assert client.post(page, {"reason": "再来一次"}).status_code == 409
    told = AuditEvent.objects.filter(action__startswith="course.").order_by("pk")
    assert [event.action for event in told] == ["course.file", "course.end"]


@pytest.mark.clause("S4-06")
def test_a_table_is_tried_first_and_then_filed_whole(here: tuple[Client, Organization, dict[str, str]]) -> None:
    client, _, where = here
    rows = [GOOD | {"code": f"GX-{n}", "hours": n} for n in range(1, 4)]
    tried = client.post(f"{DESK}import/", where | {"act": "check", "file": table(*rows)})
    assert (tried.status_code, Course.objects.count()) == (200, 0)
    assert "检查通过：3 门课程，还没有登记" in tried.content.decode()
    assert client.post(f"{DESK}import/", where | {"act": "file", "file": table(*rows)}).status_code == 302
    assert Course.objects.count() == 3
    again = [rows[0] | {"hours": "9.5"}, GOOD]
    told = client.post(f"{DESK}import/", where | {"act": "file", "file": table(*again)}, follow=True)
    assert "已登记 1 门新课程，1 门有变动，成为新版本。" in told.content.decode()
    first, second = Course.objects.filter(code="GX-1").order_by("version")
    assert (first.hours, second.hours, second.version, second.from_on) == (1, 9.5, 2, timezone.localdate())
    assert (first.ended_on, first.note) == (timezone.localdate() - timedelta(days=1), "换为新版本")
    assert AuditEvent.objects.filter(action="course.file").latest("id").after["changed"] == 1
    same = client.post(f"{DESK}import/", where | {"act": "file", "file": table(*again)}, follow=True)
    assert "已登记 0 门新课程，2 门与已登记的相同。" in same.content.decode()
    assert Course.objects.count() == 5
    gone = where | GOOD | {"year": str(timezone.localdate().year - 1)}
    assert client.post(f"{DESK}new/", gone).status_code == 302
    assert "年度已经结束，已登记的课程不能再改" in client.post(f"{DESK}new/", gone | {"hours": "9"}).content.decode()
    out_of_year = client.post(f"{DESK}new/", where | GOOD | {"valid_until": f"{timezone.localdate().year + 1}-01-01"})
    assert "有效期请填写" in out_of_year.content.decode()


@pytest.mark.clause("S4-04", "S4-06", "S1-09", "S1-18")
def test_everybody_reads_who_teaches_what_is_shared_and_which_textbooks_there_are(
    here: tuple[Client, Organization, dict[str, str]], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, _, where = here
    assert "还没有教材" in client.get(BOOKS).content.decode()
    for code, title in (("GX-1", "数字技术"), ("GX-2", "应急管理")):
        client.post(f"{DESK}new/", where | GOOD | {"code": code, "title": title})
    first = Course.objects.get(code="GX-1")
    assert client.post(f"{DESK}{first.ref}/", {"mark": "1", "is_selected": "on", "is_shared": "on"}).status_code == 302
    client.post(f"{DESK}new/", where | GOOD | {"code": "GX-1", "title": "数字技术", "hours": "2"})
    book = {"title": "知识产权读本", "author": "编写组", "publisher": "示例出版社", "subject": "public",
            "audience": "全体专业技术人员", "area": "410200"}  # fmt: skip
    assert "请填写编者" in client.post(f"{BOOKS}new/", book | {"author": " "}).content.decode()
    assert client.post(f"{BOOKS}new/", book).status_code == 302
    assert client.post(f"{BOOKS}new/", book).status_code == 422
    client.logout()
    with django_assert_max_num_queries(6):
        page = client.get("/courses/").content.decode()
    assert page.index("应急管理") < page.index("数字技术")
    assert (page.count("数字技术"), "国家遴选" in page, "授课人：李老师，教授" in page) == (1, True, True)
    assert [row.version for row in client.get("/courses/?selected=1&shared=1").context["page"].items] == [2]
    assert "没有找到" in client.get("/courses/?q=没有这一门&subject=professional&year=1999").content.decode()
    old = client.get(f"/courses/{first.ref}/").content.decode()
    assert ("这一版只适用到" in old, "第 2 版" in old, "豫新广审〔2026〕1号" in old) == (True, True, True)
    assert "知识产权读本" in client.get("/courses/?list=textbooks&q=读本").content.decode()
    drop_textbook(Textbook.objects.get(), reason="再版", by=User.objects.get(), now=timezone.now())
    assert "知识产权读本" not in client.get("/courses/?list=textbooks").content.decode()
    Recognition.objects.update(year=timezone.localdate().year)
    assert "应急管理" in client.get("/courses/").content.decode()
    line = Recognition.objects.get()
    Absence.objects.create(
        organization=line.organization, list_kind=line.kind, area=line.area, site_name=line.site_name, kind="exited",
        grounds=["other"], reason="停办", from_on=timezone.localdate(), made_at=timezone.now(),
    )  # fmt: skip
    assert "应急管理" not in client.get("/courses/").content.decode()


@pytest.mark.parametrize(
    ("file", "status", "told"),
    [
        (table(GOOD, GOOD | {"hours": 0}, GOOD | {"code": "x", "approval": "无"}), 422,
         ("第 3 行：学时请填写大于 0", "第 3 行：与第 2 行是同一门课程", "第 4 行：审核方式请填写以下之一")),
        (table(GOOD | {"title": "=1+1"}), 422, ("第 2 行：“课程名称”是公式",)),
        (table(), 422, ("表头下面没有课程",)),
        (table(GOOD, heading=["课程编号", "备注"]), 422, ("第一行缺少这些列：课程名称、科目",)),
        (SimpleUploadedFile("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0"), 415, ("请上传用模板填写的表格",)),
        (SimpleUploadedFile("a.xlsx", b""), 400, ("0 字节",)),
        (None, 422, ("请选择课程表",)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_row_and_nothing_is_filed(here: Any, file: Any, status: int, told: Any) -> None:
    client, _, where = here
    if file is not None:
        file.seek(0)
    answer = client.post(f"{DESK}import/", where | {"act": "file"} | ({"file": file} if file is not None else {}))
    page = answer.content.decode()
    assert (answer.status_code, Course.objects.count()) == (status, 0)
    assert all(words in page for words in told), page
    assert "没有登记任何课程" in page or file is None


def test_the_template_is_what_is_read(here: tuple[Client, Organization, dict[str, str]]) -> None:
    client, _, where = here
    book = load_workbook(BytesIO(client.get(f"{DESK}template.xlsx").content))
    book["课程"].append(list(GOOD.values()))
    content = BytesIO()
    book.save(content)
    file = SimpleUploadedFile("课程.xlsx", content.getvalue())
    assert client.post(f"{DESK}import/", where | {"act": "file", "file": file}).status_code == 302
    assert Course.objects.get().title == GOOD["title"]


def test_another_place_is_not_this_bureau_s(here: tuple[Client, Organization, dict[str, str]]) -> None:
    client, _, where = here
    assert client.post(f"{DESK}new/", where | GOOD | {"area": "410400"}).status_code == 422
    assert not Course.objects.exists()
