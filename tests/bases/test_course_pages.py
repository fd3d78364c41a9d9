"""The bureau's desk of courses: one by one, as a table, tried first; what is wrong is said row by row."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.enums import Duty
from accounts.models import Organization
from bases.models import Course
from bases.rules.courses import COLUMNS
from ceportal.kernel.models import AuditEvent
from tests import factories as make
from tests.bases.test_course_rules import GOOD
from tests.credits.platforms import platform

pytestmark = pytest.mark.django_db
DESK = "/admin/bases/course/"
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
    assert "已登记 1 门新课程，更新 1 门。" in told.content.decode()
    assert Course.objects.get(code="GX-1").hours == 9.5
    assert AuditEvent.objects.filter(action="course.file").latest("id").after["anew"] == 1


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
