"""Taking over what another system held: looked at row by row, confirmed by two, taken over by the clock, undone."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from accounts.enums import CodeChannel, Duty, UnitState
from accounts.models import Employment, Organization, Professional, User
from accounts.services.resetting import ask_for_reset
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.sheets import workbook_bytes
from ceportal.office.enums import TakenKind, TakenState, TakeOverState
from ceportal.office.models import TakenRow, TakeOver
from ceportal.office.resources import TakeOverResource
from ceportal.office.rules import taking_over as rules
from ceportal.office.services import taking_over as service
from ceportal.office.services.taking_over_jobs import work_on_take_overs
from certificates.models import Certificate, EarlierCertificate
from certificates.services.issuing import settle_changed_accounts
from credits.enums import Door
from credits.models import Claim, HourEntry, YearAccount
from tests import factories as make
from tests.credits.factories import NOW, rule_set

SOURCE = "开封市老平台 2026 年 11 月导出"
NEW = "/taking-over/new/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def second(county_bureau: Organization) -> User:
    return make.give(make.user("另一位经办人"), county_bureau, Duty.GRANT_EXCEPTIONS)


@pytest.fixture
def clerk(client: Client, granter: User) -> Any:
    with time_machine.travel(NOW, tick=False):
        client.force_login(granter)
        yield client


def book(kind: TakenKind, *rows: Sequence[str]) -> SimpleUploadedFile:
    content = workbook_bytes([("数据", [rules.COLUMNS[kind], *rows], ())])
    return SimpleUploadedFile("数据.xlsx", content)


def upload(clerk: Client, kind: TakenKind, *rows: Sequence[str]) -> TakeOver:
    said = {"kind": kind, "source": SOURCE, "file": book(kind, *rows), "bureau": _bureau().pk}
    answer = clerk.post(NEW, said)
    assert answer.status_code == 302, answer.content.decode()
    return TakeOver.objects.latest("pk")


def take(clerk: Client, second: User, kind: TakenKind, *rows: Sequence[str], skip: bool = False) -> TakeOver:
    """Uploaded and submitted by the clerk, confirmed by the second, taken over by the clock."""
    made = upload(clerk, kind, *rows)
    act = f"/taking-over/{made.ref}/act/"
    assert clerk.post(act, {"act": "submit", "skip": "yes" if skip else ""}).status_code == 302
    made.refresh_from_db()
    service.confirm(made, by=second, now=NOW)
    work_on_take_overs(now=NOW)
    made.refresh_from_db()
    assert made.state == TakeOverState.DONE
    return made


def undo(made: TakeOver, by: User) -> dict[str, int]:
    service.undo(made, reason="导出时选错了年度", by=by, now=NOW)
    work_on_take_overs(now=NOW + timedelta(hours=1))
    made.refresh_from_db()
    assert made.state == TakeOverState.UNDONE
    return dict(made.counts)


def _bureau() -> Organization:
    return Organization.objects.get(is_bureau=True, area="410203")


def states(made: TakeOver) -> list[str]:
    return list(TakenRow.objects.filter(take_over=made).order_by("number").values_list("state", flat=True))


def test_units_then_people_then_hours_then_certificates_and_all_of_it_undone(
    clerk: Client, granter: User, second: User
) -> None:
    rule_set(year_from=2025)
    code, number, phone = make.uscc(), make.id_number(), make.phone()
    make.title_series()
    unit_row = (code, "开封市第九中学", "事业单位", "410203", "", "张三", "0371-23456789")
    units = take(clerk, second, TakenKind.UNITS, unit_row)
    unit = Organization.objects.get(uscc=code)
    assert (unit.state, unit.taken_from, unit.area_id) == (UnitState.ACTIVE, SOURCE, "410203")
    person_row = (number, "李四", phone, code, "教务处", "中小学教师", "中级", "2019-12-01")
    people = take(clerk, second, TakenKind.PEOPLE, person_row)
    person = Professional.objects.get(name="李四")
    job = Employment.objects.get(professional=person)
    assert (job.organization, job.department, person.taken_from) == (unit, "教务处", SOURCE)
    assert person.approved_at is not None
    assert not person.user.has_usable_password()
    assert ask_for_reset(number, CodeChannel.PHONE, now=NOW).user == person.user
    hours = take(
        clerk, second, TakenKind.HOURS,
        (number, "李四", "公需科目", "", "2025 年度公需合计", "2025-01-01", "2025-12-31", "30"),
        (number, "李四", "专业科目", "", "2025 年度专业合计", "2025-01-01", "2025-12-31", "60"),
    )  # fmt: skip
    account = YearAccount.objects.get(professional=person, year=2025)
    assert (account.public + account.professional_hours, account.is_met) == (Decimal(90), True)
    assert {claim.door for claim in Claim.objects.all()} == {Door.IMPORTED}
    assert all(SOURCE in entry.reason for entry in HourEntry.objects.all())
    settle_changed_accounts(now=NOW)
    assert not Certificate.objects.exists()
    held = take(
        clerk, second, TakenKind.CERTIFICATES,
        (number, "李四", "2025", "豫继教2025-00001", "2026-01-10", "河南省人力资源和社会保障厅", "90"),
    )  # fmt: skip
    look_up = {"number": "豫继教2025-00001", "name": "李四"}
    assert "由原系统发放" in clerk.post("/verify/", look_up).content.decode()
    clerk.force_login(person.user)
    assert "豫继教2025-00001" in clerk.get("/certificates/").content.decode()
    assert "接收历史数据" in clerk.get("/hours/?year=2025").content.decode()
    assert states(people) == ["taken"]
    User.objects.filter(pk=person.user_id).update(last_login=None)
    assert undo(held, granter) == {"undone": 1}
    assert not EarlierCertificate.objects.filter(undone_at__isnull=True).exists()
    assert clerk.post("/verify/", look_up).status_code == 400
    assert undo(hours, granter) == {"undone": 2}
    account.refresh_from_db()
    assert not account.is_met
    assert undo(people, granter) == {"undone": 1}
    assert not Professional.objects.filter(name="李四").exists()
    assert undo(units, granter) == {"undone": 1}
    assert not Organization.objects.filter(uscc=code).exists()
    again = take(clerk_again(clerk, granter), second, TakenKind.UNITS, unit_row)
    assert states(again) == ["taken"]
    assert not TakenRow.objects.filter(said_sealed__isnull=False).exists()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"take_over.read", "take_over.confirm", "unit.take_over", "person.give_up", "take_over.undone"} <= actions


def clerk_again(client: Client, who: User) -> Client:
    client.force_login(who)
    return client


def test_every_row_says_whether_it_is_new_known_or_wrong_and_why(
    clerk: Client, second: User, employer: Organization, declarant: Professional, other_declarant: Professional
) -> None:
    elsewhere = make.employer("平顶山市第九中学", at=make.area("410402"))
    rows = (
        (make.uscc(), "新单位", "机关", "龙亭区不存在", "", "张三", "0371-23456789"),
        (str(employer.uscc), employer.name, "事业单位", "410203", "", "张三", "0371-23456789"),
        (str(elsewhere.uscc), "另一个名称", "事业单位", "410203", "", "张三", "0371-23456789"),
        (make.uscc(), employer.name, "事业单位", "410203", "没有这个局", "张三", "0371-23456789"),
        (make.uscc(), "只有主管部门不对", "事业单位", "410203", "没有这个局", "张三", "0371-23456789"),
        (make.uscc(), "好单位", "事业单位", "410203", "开封市教育体育局", "张三", "0371-23456789"),
    )
    made = upload(clerk, TakenKind.UNITS, *rows)
    assert states(made) == ["wrong", "known", "wrong", "wrong", "wrong", "new"]
    text = clerk.get(f"/taking-over/{made.ref}/").content.decode()
    assert "所在地区</b>：" in text
    assert "没有登记这个主管部门" in text
    assert "好单位" in clerk.get(f"/taking-over/{made.ref}/?show=new").content.decode()
    problems = b"".join(clerk.get(f"/taking-over/{made.ref}/problems/")).decode()  # type: ignore[arg-type]
    assert len(problems.strip().splitlines()) == 5
    act = f"/taking-over/{made.ref}/act/"
    assert "还有 4 行有错误" in clerk.post(act, {"act": "submit"}).content.decode()
    assert clerk.post(act, {"act": "submit", "skip": "yes"}).status_code == 302
    assert "不能自己确认" in clerk.post(act, {"act": "confirm"}).content.decode()
    clerk.force_login(second)
    assert "确认接收 1 行" in clerk.get(f"/taking-over/{made.ref}/").content.decode()
    assert clerk.post(act, {"act": "confirm"}).status_code == 302
    assert clerk.post(act, {"act": "confirm"}).status_code == 409
    assert "data-roster-progress" in clerk.get(f"/taking-over/{made.ref}/").content.decode()
    work_on_take_overs(now=NOW)
    unit = Organization.objects.get(name="好单位")
    assert unit.supervisor == employer.supervisor
    assert "处理完毕" in clerk.get(f"/taking-over/{made.ref}/progress/").content.decode()


def test_of_people_hours_and_certificates_nothing_is_told_of_who_is_not_here(
    clerk: Client, second: User, declarant: Professional, employer: Organization
) -> None:
    rule_set(year_from=2025)
    known, taken = make.id_number(), make.phone()
    here = make.professional("王五", works_at=employer, number=known)
    make.user("有这个手机的人", number=taken)
    people = upload(
        clerk, TakenKind.PEOPLE,
        (known, "王五", make.phone(), employer.name, "", "", "", ""),
        (known, "王六", make.phone(), employer.name, "", "", "", ""),
        (make.id_number(), "赵六", taken, employer.name, "", "", "", ""),
        (make.id_number(), "孙七", make.phone(), "没有这个单位", "", "", "", ""),
        (make.id_number(), "周八", make.phone(), employer.name, "", "", "", ""),
    )  # fmt: skip
    assert states(people) == ["known", "wrong", "wrong", "wrong", "new"]
    stranger = make.id_number()
    row = ("专业科目", "", "技能研修", "2025-03-01", "2025-03-02", "12")
    hours = upload(
        clerk, TakenKind.HOURS, (known, "王五", *row), (known, "王六", *row), (stranger, "王五", *row),
        (known, "王五", *row),
    )  # fmt: skip
    assert states(hours) == ["new", "wrong", "wrong", "known"]
    wrong = TakenRow.objects.filter(take_over=hours, state=TakenState.WRONG).values_list("reason", flat=True)
    assert len(set(wrong)) == 1
    row = ("2025", "A-1", "2026-01-10", "省厅", "")
    papers = upload(clerk, TakenKind.CERTIFICATES, (known, "王五", *row), (stranger, "王五", *row[:1], "A-2", *row[2:]))
    assert states(papers) == ["new", "wrong"]
    assert here.pk


def test_an_account_in_use_stays_and_so_does_its_unit(clerk: Client, granter: User, second: User) -> None:
    code = make.uscc()
    units = take(clerk, second, TakenKind.UNITS, (code, "九中", "事业单位", "410203", "", "张三", "0371-23456789"))
    people = take(clerk, second, TakenKind.PEOPLE, (make.id_number(), "李四", make.phone(), code, "", "", "", ""))
    person = Professional.objects.get(name="李四")
    User.objects.filter(pk=person.user_id).update(last_login=NOW)
    assert undo(people, granter) == {"kept": 1}
    assert "本人已经登录使用" in clerk.get(f"/taking-over/{people.ref}/").content.decode()
    assert undo(units, granter) == {"kept": 1}
    assert Organization.objects.filter(uscc=code, state=UnitState.ACTIVE).exists()


def test_the_template_comes_with_its_guide_and_the_filled_one_goes_in(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = clerk.get("/taking-over/template/people/")
    path = SimpleUploadedFile("人员.xlsx", answer.content)
    sheets = load_workbook(path)
    assert sheets.sheetnames == ["数据", "填写说明"]
    assert [cell.value for cell in sheets["数据"][1]] == list(rules.COLUMNS[TakenKind.PEOPLE])
    guide = [row[0].value for row in sheets["填写说明"].iter_rows()]
    assert len(guide) > 20
    assert any("忘记密码" in (line or "") for line in guide)
    assert clerk.get("/taking-over/template/nothing/").status_code == 404
    empty = {"kind": "people", "source": SOURCE, "file": SimpleUploadedFile("人员.xlsx", answer.content)}
    answer = clerk.post(NEW, empty | {"bureau": _bureau().pk})
    assert answer.status_code == 422
    assert "表头下面没有内容" in answer.content.decode()
    monkeypatch.setattr(TakeOverResource, "most_lines", 1)
    row = (make.uscc(), "九中", "事业单位", "410203", "", "张三", "0371-23456789")
    long = {"kind": "units", "source": SOURCE, "file": book(TakenKind.UNITS, row, row), "bureau": _bureau().pk}
    assert "一份文件最多 20,000 行" in clerk.post(NEW, long).content.decode()
    assert not TakeOver.objects.exists()


def test_what_nobody_confirms_is_forgotten_and_what_is_dropped_leaves_no_rows(clerk: Client, granter: User) -> None:
    row = (make.uscc(), "九中", "事业单位", "410203", "", "张三", "0371-23456789")
    dropped, old = upload(clerk, TakenKind.UNITS, row), upload(clerk, TakenKind.UNITS, row)
    assert clerk.post(f"/taking-over/{dropped.ref}/act/", {"act": "drop"}).status_code == 302
    with pytest.raises(MovedOn):
        service.drop(dropped, by=granter, now=NOW)
    service.submit(old, skips_wrong=False, by=granter, now=NOW)
    service.send_back(old, by=granter, now=NOW)
    work_on_take_overs(now=NOW + timedelta(days=31))
    assert set(TakeOver.objects.values_list("state", flat=True)) == {TakeOverState.DROPPED}
    assert not TakenRow.objects.exists()
    assert clerk.get(f"/taking-over/{dropped.ref}/").status_code == 200
    assert "已作废" in clerk.get("/taking-over/").content.decode()


def test_a_file_is_confirmed_by_another_and_says_where_it_is_from(granter: User, county_bureau: Organization) -> None:
    def made(**changes: Any) -> TakeOver:
        said = {"kind": "units", "bureau": county_bureau, "source": SOURCE, "made_by": granter, "made_at": NOW}
        return TakeOver.objects.create(**(said | changes))

    for changes, name in (
        ({"confirmed_by": granter, "confirmed_at": NOW}, "what_is_taken_over_two_people_saw"),
        ({"state": "taking"}, "what_is_taken_over_was_confirmed"),
        ({"source": ""}, "a_take_over_says_where_from"),
    ):
        with pytest.raises(IntegrityError, match=name):
            _made_apart(made, changes)
    with pytest.raises(Refused):
        service.confirm(made(state="asked"), by=granter, now=NOW)


def _made_apart(made: Any, changes: dict[str, Any]) -> None:
    with transaction.atomic():
        made(**changes)
