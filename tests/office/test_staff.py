"""The roster of a unit with its people's year, reminders, departments, the register, and lists that leave in a file."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty, NoticeEvent
from accounts.models import Employment, Notice, Organization, Professional, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.services.jobs import hold_on
from ceportal.office.enums import ExportKind, ExportState
from ceportal.office.models import Export, Reminder
from ceportal.office.rules.staff import Asked, State
from ceportal.office.selectors.staff import own_staff_of, staff_of, staff_years
from ceportal.office.services import exports as service
from ceportal.office.services.staff_reminding import ask_to_remind, work_on_reminders
from credits.enums import Subject
from tests import factories as make
from tests.credits.factories import NOW, credit, rule_set
from tests.reviews.factories import approved, submitted

LIST = "/staff/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def met(employer: Organization) -> Professional:
    rule_set()
    person = make.professional("达标教师", works_at=employer)
    credit(person, "30", subject=Subject.PUBLIC)
    credit(person, "60", title="=1+1")
    return person


@pytest.fixture
def behind(declarant: Professional, met: Professional) -> Professional:
    credit(declarant, "48")
    return declarant


@pytest.fixture
def manager(client: Client, employer_reviewer: User) -> Any:
    with time_machine.travel(NOW, tick=False):
        client.force_login(employer_reviewer)
        yield client


@pytest.mark.clause("S3-09", "S3-07", "S4-15")
def test_the_roster_says_who_is_behind_by_what_and_until_when(
    manager: Client, met: Professional, behind: Professional, other_declarant: Professional, employer_reviewer: User
) -> None:
    text = manager.get(LIST).content.decode()
    assert "公需科目差 30 学时；专业科目差 12 学时" in text
    assert "2026-12-31" in text
    assert other_declarant.name not in text
    found = [name in manager.get(LIST, {"show": "behind"}).content.decode() for name in (met.name, behind.name)]
    assert found == [False, True]
    assert behind.name not in manager.get(LIST, {"show": "met", "level": "中级"}).content.decode()
    appraisal = manager.get(f"{LIST}appraisal/").content.decode()
    assert "不能评聘专业技术职务；年度考核不得确定为优秀等次" in appraisal
    assert "可以评聘、评优" in appraisal
    register = manager.get(f"{LIST}register/").content.decode()
    assert all(said in register for said in ("=1+1", "平台记录完成", "2026-10-12 至 2026-10-13", "学习平台"))
    assert "2025 年度还没有计入的学时" in manager.get(f"{LIST}register/", {"year": "2025"}).content.decode()
    states = {
        one.person.name: one.state for one in staff_years(staff_of(employer_reviewer, Asked(2026)), 2026, now=NOW)
    }
    assert states == {met.name: State.MET, behind.name: State.BEHIND}


@pytest.mark.clause("A23")
def test_a_second_employer_and_a_stranger_read_nothing_of_the_year(
    behind: Professional, other_employer: Organization, stranger: User, authority_reviewer: User, city_officer: User
) -> None:
    Employment.objects.create(
        professional=behind, organization=other_employer, started_on=make.JOINED_ON, is_principal=False
    )
    assert behind not in staff_of(stranger, Asked(2026))
    assert behind in staff_of(authority_reviewer, Asked(2026, unit="开封市第一"))
    assert behind in staff_of(city_officer, Asked(2026, name="申报"))
    assert not own_staff_of(authority_reviewer, Asked(2026)).exists()
    elsewhere = make.give(make.user(), make.bureau("410402"), Duty.OVERSEE, Duty.APPROVE_PEOPLE)
    assert not staff_of(elsewhere, Asked(2026)).exists()


def test_a_long_roster_takes_as_many_queries_as_a_short_one(
    manager: Client, behind: Professional, employer: Organization, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(24):
        make.professional(works_at=employer)
    manager.get(LIST)
    with django_assert_max_num_queries(30):
        assert "下一页" in manager.get(LIST).content.decode()
    with django_assert_max_num_queries(16):
        manager.get(f"{LIST}register/")


def test_those_behind_are_reminded_once_in_a_week_whoever_asks(
    manager: Client, met: Professional, behind: Professional, employer: Organization, employer_reviewer: User
) -> None:
    colleague = make.give(make.user("另一位经办人"), employer, Duty.MANAGE_UNIT)
    place = manager.post(f"{LIST}remind/", {"year": "2026"})["Location"]
    other = ask_to_remind(Asked(2026), by=colleague, now=NOW)
    assert manager.get(place)["Refresh"] == "3"
    work_on_reminders(now=NOW)
    other.refresh_from_db()
    assert (other.state, other.result) == (JobState.DONE, {"told": 0, "rested": 1})
    told = Notice.objects.get(event=NoticeEvent.YEAR_BEHIND)
    assert (told.to_id, "专业科目差 12 学时" in told.text) == (behind.user_id, True)
    text = manager.get(place).content.decode()
    assert "已提醒 1 人" in text
    for days in (timedelta(days=6, hours=23), timedelta(days=7, minutes=1)):
        ask_to_remind(Asked(2026), by=colleague, now=NOW + days)
        work_on_reminders(now=NOW + days)
    assert Notice.objects.filter(event=NoticeEvent.YEAR_BEHIND).count() == 2
    assert Reminder.objects.get().by_job.owner_id == colleague.pk
    assert AuditEvent.objects.filter(action="staff.remind").count() == 4
    answer = manager.post(f"{LIST}remind/", {"year": "2026", "name": met.name})
    assert (answer.status_code, "没有未达标" in answer.content.decode()) == (409, True)


def test_departments_are_set_for_ones_own_people_alone(
    manager: Client, behind: Professional, other_declarant: Professional
) -> None:
    sent = {"person": [behind.ref, other_declarant.ref, "x"], "to": "语文组"}
    assert manager.post(f"{LIST}department/", sent).status_code == 302
    assert Employment.objects.get(department="语文组").professional == behind
    assert behind.name in manager.get(LIST, {"department": "语文组"}).content.decode()
    assert AuditEvent.objects.get(action="person.department").after == {"department": "语文组"}
    assert manager.post(f"{LIST}department/", {"to": "语文组"}).status_code == 409


def test_what_lies_with_the_authority_says_for_how_long(
    manager: Client, declarant: Professional, stranger: User, employer_reviewer: User
) -> None:
    declaration = approved(submitted(declarant), employer_reviewer)
    text = manager.get(f"{LIST}waiting/").content.decode()
    assert declaration.title in text
    assert "4 个工作日" in text
    assert "审核 <b>1</b> 次，其中超期 <b>0</b> 次" in text
    manager.force_login(stranger)
    assert declaration.title not in manager.get(f"{LIST}waiting/").content.decode()


@pytest.fixture
def own_data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_a_list_is_exported_in_the_background_with_its_purpose(
    manager: Client, behind: Professional, met: Professional, own_data: Path, stranger: User
) -> None:
    asked = {"kind": "register", "year": "2026"}
    assert "请填写导出用途" in manager.post("/exports/ask/", asked).content.decode()
    assert "共 3 行" in manager.get("/exports/ask/", asked).content.decode()
    place = manager.post("/exports/ask/", {**asked, "purpose": "年度考核"})["Location"]
    export = Export.objects.get()
    assert (manager.get(place)["Refresh"], manager.get(f"{place}file/").status_code) == ("3", 409)
    service.work_on_exports(now=NOW)
    page = load_workbook(io.BytesIO(b"".join(manager.get(f"{place}file/").streaming_content))).active
    rows = [[cell.value for cell in row] for row in page]
    assert "用途：年度考核" in rows[0][0]
    assert rows[1][:4] == ["姓名", "种类", "科目", "内容"]
    formula = next(cell for row in page for cell in row if cell.value == "=1+1")
    assert formula.data_type == "s", "a text, no formula"
    actions = AuditEvent.objects.filter(action__startswith="export.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["export.ask", "export.download"]
    assert actions[0].after["purpose"] == "年度考核"
    assert place in manager.get("/exports/").content.decode()
    manager.force_login(stranger)
    assert [manager.get(f"{place}{end}").status_code for end in ("", "file/")] == [404, 404]
    service.work_on_exports(now=NOW + timedelta(days=8))
    assert not service.place_of(export.job).exists()


def test_a_long_list_leaves_with_a_second_person_alone(
    manager: Client, behind: Professional, employer: Organization, employer_reviewer: User,
    monkeypatch: pytest.MonkeyPatch, own_data: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr("ceportal.office.rules.exporting.ROWS_FOR_TWO", 1)
    second = make.give(make.user("第二位经办人"), employer, Duty.APPROVE_PEOPLE)
    one, two, three = (
        service.ask_to_export(ExportKind.STAFF, Asked(2026), purpose="核对", by=employer_reviewer, now=NOW)
        for _ in range(3)
    )
    assert (one.state, Job.objects.exists()) == (ExportState.ASKED, False)
    assert Notice.objects.filter(to=second, event=NoticeEvent.REQUEST_WAITING).count() == 3
    with pytest.raises(Refused, match="另一人"):
        service.decide_on_export(one, grants=True, reason="", by=employer_reviewer, now=NOW)
    service.cancel_export(three, by=employer_reviewer, now=NOW)
    with pytest.raises(MovedOn):
        service.decide_on_export(three, grants=True, reason="", by=second, now=NOW)
    manager.force_login(second)
    decide = f"/exports/{one.ref}/decide/"
    page = manager.get(f"/exports/{one.ref}/").content.decode()
    assert "全部人员" in page
    assert "姓名、单位、部门、职称系列、级别、年度情况" in page
    assert manager.post(decide, {"move": "refuse"}).status_code == 422
    assert manager.post(decide, {"move": "grant"}).status_code == 302
    assert manager.post(f"/exports/{two.ref}/decide/", {"move": "refuse", "reason": "用途不明"}).status_code == 302
    service.work_on_exports(now=NOW)
    one.refresh_from_db()
    assert (one.state, one.job.state) == (ExportState.GRANTED, JobState.DONE)
    assert manager.get(f"/exports/{one.ref}/file/").status_code == 404, "to who asked alone"
    assert "用途不明" in Notice.objects.get(event=NoticeEvent.REQUEST_DECIDED, key__endswith=str(two.ref)).text


def test_a_cancelled_export_leaves_nothing(
    behind: Professional, employer_reviewer: User, own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = service.ask_to_export(ExportKind.APPRAISAL, Asked(2026), purpose="核对", by=employer_reviewer, now=NOW)

    def cancelled_meanwhile(job: Job, *, now: Any) -> bool:
        Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
        return hold_on(job, now=now)

    monkeypatch.setattr("ceportal.office.services.exports.hold_on", cancelled_meanwhile)
    service.work_on_exports(now=NOW)
    assert list((own_data / service.FOLDER).iterdir()) == []
    with pytest.raises(MovedOn):
        service.cancel_export(export, by=employer_reviewer, now=NOW)


@pytest.mark.clause("S2-15")
def test_the_county_tells_those_behind_in_its_place_to_finish_and_declare(
    client: Client, behind: Professional, met: Professional, county_officer: User, county_bureau: Organization
) -> None:
    """Into departments it puts its own people alone: no box stands beside others."""
    make.give(county_officer, county_bureau, Duty.MANAGE_UNIT)
    with time_machine.travel(NOW, tick=False):
        client.force_login(county_officer)
        page = client.get(LIST).content.decode()
        assert (behind.name in page, "设置部门" in page, 'type="checkbox"' in page) == (True, False, False)
        assert client.post(f"{LIST}remind/", {"year": "2026"}).status_code == 302
        work_on_reminders(now=NOW)
    told = Notice.objects.get(event=NoticeEvent.YEAR_BEHIND)
    assert (told.to_id, "专业科目差 12 学时" in told.text) == (behind.user_id, True)
