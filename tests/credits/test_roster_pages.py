"""The pages of a base's rosters: for its own people alone, with every refusal beside the form, in few queries."""

from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from credits.enums import RosterState, RowState
from credits.models import Claim, Roster, RosterRow, RuleSet
from credits.rules.rosters import COLUMNS, UNKNOWN_PERSON
from credits.services.roster_jobs import work_on_rosters
from credits.services.rosters import confirm_roster
from tests import factories as make
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db
CLASS = {
    "title": "2026 年公需科目面授班", "subject": "public", "public_kind": "", "started_on": "2026-10-12",
    "ended_on": "2026-10-13", "hours": "12", "class_code": "GX-01", "place": "201 教室",
}  # fmt: skip


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def listed(base: Organization, henan_2026: RuleSet) -> Organization:
    make_roster.recognise(base)
    return base


@pytest.fixture
def roster(listed: Organization, base_teacher: User) -> Roster:
    return make_roster.roster(listed, base_teacher)


@pytest.fixture
def teacher(client: Client, base_teacher: User) -> Client:
    client.force_login(base_teacher)
    return client


@pytest.fixture
def known(employer: Organization) -> dict[str, Professional]:
    numbers = [make.id_number() for _ in range(3)]
    people = [
        make.professional(f"学员{n}", works_at=employer, number=number)
        for n, number in zip("甲乙丙", numbers, strict=True)
    ]
    return dict(zip(numbers, people, strict=True))


def rows(known: dict[str, Professional], **changes: Any) -> list[list[Any]]:
    return [make_roster.row(person, id_number=number, **changes) for number, person in known.items()]


def upload(client: Client, roster: Roster, lines: list[list[Any]], **kwargs: Any) -> Any:
    file = make_roster.saved(make_roster.workbook(lines, **kwargs))
    return client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": file})


def page(client: Client, roster: Roster, **query: str) -> str:
    answer = client.get(reverse("credits:roster", args=[roster.ref]), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def of(name: str, roster: Roster) -> str:
    return reverse(f"credits:{name}", args=[roster.ref])


def test_a_class_is_begun_and_led_to_its_file(teacher: Client, listed: Organization) -> None:
    assert teacher.get(reverse("credits:new_roster")).status_code == 200
    answer = teacher.post(reverse("credits:new_roster"), CLASS | {"organization": listed.pk})
    roster = Roster.objects.get()
    assert answer["Location"] == of("roster", roster)
    assert (roster.title, roster.year, str(roster.hours)) == (CLASS["title"], 2026, "12.0")
    assert "下载模板" in page(teacher, roster)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "请填写培训班名称"),
        ({"subject": ""}, "请选择公需科目或专业科目"),
        ({"started_on": "2026-13-01"}, "没有这一天"),
        ({"ended_on": "2026-12-01"}, "培训班还没有结束"),
        ({"ended_on": "2026-10-01"}, "结束日期早于开始日期"),
        ({"hours": "17"}, "每人最多 16 学时"),
        ({"hours": "8.3"}, "以 0.5 为单位"),
        ({"ended_on": "2025-10-13", "started_on": "2025-10-12"}, "2025 年度"),
        ({"organization": "999999"}, "选"),
    ],
)
def test_what_is_wrong_with_a_class_stands_beside_its_field(
    teacher: Client, listed: Organization, changes: dict[str, str], words: str
) -> None:
    answer = teacher.post(reverse("credits:new_roster"), CLASS | {"organization": listed.pk} | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Roster.objects.exists()


def test_nobody_begins_a_roster_for_another_base(teacher: Client, listed: Organization) -> None:
    other = make.organization("平顶山学院", at=make.area("410400"), is_base=True)
    make_roster.recognise(other)
    answer = teacher.post(reverse("credits:new_roster"), CLASS | {"organization": other.pk})
    assert answer.status_code == 422
    assert not Roster.objects.exists()


def test_a_teacher_of_a_unit_that_is_no_base_is_told_so(client: Client, employer: Organization) -> None:
    client.force_login(make.give(make.user("教师"), employer, Duty.TEACH))
    assert "供继续教育基地使用" in client.get(reverse("credits:rosters")).content.decode()
    assert client.get(reverse("credits:new_roster")).status_code == 403


def test_the_template_is_ready_to_be_filled_in(teacher: Client, roster: Roster) -> None:
    answer = teacher.get(of("roster_template", roster))
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["名单", "填写说明"]
    assert [cell.value for cell in book["名单"][1]] == list(COLUMNS)
    assert book["名单"].column_dimensions["A"].number_format == "@"
    assert "每人 12 学时" in book["填写说明"]["A2"].value
    assert answer["Content-Disposition"].endswith('.xlsx"')


def test_the_template_filled_in_can_be_read(teacher: Client, roster: Roster, known: dict[str, Professional]) -> None:
    book = load_workbook(BytesIO(teacher.get(of("roster_template", roster)).content))
    for line in rows(known):
        book["名单"].append(line)
    answer = teacher.post(of("roster_file", roster), {"file": make_roster.saved(book)})
    assert answer.status_code == 302
    roster.refresh_from_db()
    assert roster.counts == {RowState.NEW: 3}


def test_every_wrong_row_is_named_with_column_and_reason(
    teacher: Client, roster: Roster, known: dict[str, Professional]
) -> None:
    lines = [*rows(known), make_roster.row(id_number=410203198503120074), make_roster.row(result="通过", hours="13")]
    assert upload(teacher, roster, lines).status_code == 302
    shown = page(teacher, roster)
    assert "还有 2 行有错误" in shown
    assert "证件号码被存成了数字" in shown
    assert "超过这个班的 12 学时" in shown
    assert "确认登记" not in shown
    assert "学员甲" not in shown
    assert "学员甲" in page(teacher, roster, show="all")
    listing = b"".join(teacher.get(of("roster_problems", roster)).streaming_content).decode()
    assert [line.split(",")[0] for line in listing.splitlines()] == ["\ufeff行号", "5", "6", "6"]
    assert all(number not in shown + listing for number in known)


def test_an_unknown_person_and_a_wrong_name_read_alike(
    teacher: Client, roster: Roster, known: dict[str, Professional]
) -> None:
    upload(teacher, roster, [make_roster.row(id_number=next(iter(known)), name="别人"), make_roster.row(name="别人")])
    assert page(teacher, roster).count(UNKNOWN_PERSON) == 2


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("名单.xlsx", b"", 400, "空的"),
        ("名单.xls", b"\xd0\xcf\x11\xe0" + bytes(900), 415, "另存为"),
        ("名单.pdf", b"%PDF-1.7\n\x00", 415, "请上传用模板填写的表格"),
        ("名单.xlsx", b"PK\x03\x04" + bytes(90), 422, "打不开"),
        ("名单.csv", "姓名\r\n张三\r\n".encode("gbk"), 422, "缺少“证件号码”"),
        ("名单.csv", "证件号码,姓名,考核结果\r\n".encode("gbk"), 422, "没有人员"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_on_the_page(
    teacher: Client, roster: Roster, name: str, data: bytes, status: int, words: str
) -> None:
    file = SimpleUploadedFile(name, data, "application/octet-stream")
    answer = teacher.post(of("roster_file", roster), {"file": file})
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert not RosterRow.objects.exists()


def test_no_file_at_all_is_told(teacher: Client, roster: Roster) -> None:
    answer = teacher.post(of("roster_file", roster))
    assert (answer.status_code, "请先选择" in answer.content.decode()) == (422, True)


def test_a_csv_in_gbk_is_read_like_a_workbook(teacher: Client, roster: Roster, known: dict[str, Professional]) -> None:
    lines = ["证件号码,姓名,考核结果", *(f"{number},{person.name},合格" for number, person in known.items())]
    lines.append("4.10203E+17,学员丁,合格")
    file = SimpleUploadedFile("名单.csv", "\r\n".join(lines).encode("gbk"), "text/csv")
    assert teacher.post(of("roster_file", roster), {"file": file}).status_code == 302
    roster.refresh_from_db()
    assert roster.counts == {RowState.NEW: 3, RowState.WRONG: 1}
    assert "文本" in page(teacher, roster)


def test_confirming_shows_progress_and_then_the_result(
    teacher: Client, roster: Roster, known: dict[str, Professional]
) -> None:
    upload(teacher, roster, rows(known))
    roster.refresh_from_db()
    assert "确认登记 3 人的学时" in page(teacher, roster)
    for _ in range(2):
        answer = teacher.post(of("confirm_roster", roster), {"version": roster.version})
        assert answer["Location"] == of("roster", roster)
    assert "0 / 3 人" in page(teacher, roster)
    assert "<progress" in teacher.get(of("roster_progress", roster)).content.decode()
    work_on_rosters(now=NOW)
    assert "data-roster-finished" in teacher.get(of("roster_progress", roster)).content.decode()
    assert "已计入" in page(teacher, roster)
    assert (
        teacher.post(of("roster_file", roster), {"file": make_roster.saved(make_roster.workbook([]))}).status_code
        == 409
    )


def test_what_was_not_looked_at_is_not_confirmed(
    teacher: Client, roster: Roster, known: dict[str, Professional]
) -> None:
    upload(teacher, roster, rows(known))
    for seen in ("", "abc", "99"):
        answer = teacher.post(of("confirm_roster", roster), {"version": seen})
        assert answer.status_code == 409
        assert "重新上传或修改过" in answer.content.decode()
    assert not Claim.objects.exists()


def test_undoing_asks_for_a_reason(teacher: Client, roster: Roster, known: dict[str, Professional]) -> None:
    upload(teacher, roster, rows(known))
    roster.refresh_from_db()
    confirm_roster(roster, version=roster.version, by=roster.made_by, now=NOW)
    assert teacher.post(of("undo_roster", roster), {"reason": "x"}).status_code == 409
    work_on_rosters(now=NOW)
    assert teacher.post(of("undo_roster", roster), {"reason": " "}).status_code == 422
    assert teacher.post(of("undo_roster", roster), {"reason": "班次填错"}).status_code == 302
    work_on_rosters(now=NOW)
    shown = page(teacher, roster)
    assert "班次填错" in shown
    assert "已撤销" in shown


def test_a_draft_is_changed_and_thrown_away(teacher: Client, roster: Roster, known: dict[str, Professional]) -> None:
    upload(teacher, roster, rows(known))
    assert "班" in teacher.get(of("edit_roster", roster)).content.decode()
    said = CLASS | {"organization": roster.organization_id, "hours": "8"}
    assert teacher.post(of("edit_roster", roster), said | {"hours": "99"}).status_code == 422
    assert teacher.post(of("edit_roster", roster), said)["Location"] == of("roster", roster)
    roster.refresh_from_db()
    assert (roster.state, str(roster.hours)) == (RosterState.DRAFT, "8.0")
    assert teacher.post(of("drop_roster", roster))["Location"] == reverse("credits:rosters")
    assert not Roster.objects.exists()


def test_only_its_own_people_see_a_roster(client: Client, roster: Roster, base_teacher: User) -> None:
    """Somebody who teaches at another base, and somebody who taught here, find nothing."""
    other = make.organization("平顶山学院", at=make.area("410400"), is_base=True)
    client.force_login(make.give(make.user("别处办班人"), other, Duty.TEACH))
    names = ("roster", "edit_roster", "roster_template", "roster_problems", "roster_progress")
    assert {client.get(of(name, roster)).status_code for name in names} == {404}
    acts = ("roster_file", "confirm_roster", "undo_roster", "drop_roster", "edit_roster")
    assert {client.post(of(name, roster)).status_code for name in acts} == {404}
    assert roster.title not in client.get(reverse("credits:rosters")).content.decode()
    base_teacher.memberships.update(ended_at=NOW)
    client.force_login(base_teacher)
    assert client.get(of("roster", roster)).status_code == 403


def test_the_list_is_walked_page_by_page_in_few_queries(
    teacher: Client, listed: Organization, base_teacher: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        make_roster.roster(listed, base_teacher, title=f"班{n:02d}")
    with django_assert_max_num_queries(9):
        first = teacher.get(reverse("credits:rosters")).content.decode()
    assert "班29" in first
    assert "班04" not in first
    assert "下一页" in first


def test_the_rows_are_walked_page_by_page_in_few_queries(
    teacher: Client, roster: Roster, django_assert_max_num_queries: Any
) -> None:
    upload(teacher, roster, [make_roster.row(name=f"陌生{chr(0x4E00 + n)}") for n in range(60)])
    with django_assert_max_num_queries(8):
        first = teacher.get(of("roster", roster)).content.decode()
    assert f"陌生{chr(0x4E00)}" in first
    assert f"陌生{chr(0x4E00 + 30)}" not in first
    cursor = first.split("?after=")[1].split('"')[0]
    assert f"陌生{chr(0x4E00 + 30)}" in page(teacher, roster, after=cursor)
