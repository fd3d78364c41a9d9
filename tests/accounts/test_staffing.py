"""邀请人员: a unit's list read, sent, answered; nobody is made an account by it (S4-08)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Duty, IdKind, RegistrationState, StaffState, TitleLevel, TransferKind
from accounts.models import (
    Employment,
    Notice,
    Organization,
    PersonRegistration,
    Professional,
    StaffInvitation,
    StaffList,
    StaffRow,
    User,
)
from accounts.resources import StaffResource
from accounts.rules import staffing as rules
from accounts.services import staffing as acts
from accounts.services.people import register_person
from accounts.services.requests import withdraw
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.sheets import workbook_bytes
from tests import factories as make
from tests.accounts import moving
from tests.credits.drafts import text_of
from tests.credits.factories import NOW
from tests.races import settled

LIST = reverse("accounts:staff_invitations")
NEW = reverse("accounts:new_staff_list")
MINE = reverse("accounts:invitations")
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(employer: Organization) -> User:
    return make.give(make.user("人事处经办人"), employer, Duty.APPROVE_PEOPLE)


@pytest.fixture
def desk(clerk: User) -> Iterator[Client]:
    with time_machine.travel(NOW, tick=False):
        client = Client()
        client.force_login(clerk)
        yield client


def book(*rows: Sequence[str]) -> SimpleUploadedFile:
    return SimpleUploadedFile("名单.xlsx", workbook_bytes([(rules.SHEET, [rules.COLUMNS, *rows], ())]))


def read(desk: Client, unit: Organization, *rows: Sequence[str]) -> StaffList:
    answer = desk.post(NEW, {"unit": unit.pk, "file": book(*rows)})
    assert answer.status_code == 302, text_of(answer)
    return StaffList.objects.latest("pk")


def send(desk: Client, one: StaffList, **said: str) -> Any:
    return desk.post(reverse("accounts:act_on_staff_list", args=[one.ref]), {"act": "send", **said})


def asked(desk: Client, unit: Organization, *rows: Sequence[str]) -> list[StaffInvitation]:
    assert send(desk, read(desk, unit, *rows)).status_code == 302
    return list(StaffInvitation.objects.order_by("pk"))


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answer(person: Professional, one: StaffInvitation, said: str) -> Any:
    return desk_of(person.user).post(reverse("accounts:answer_staff_invitation", args=[one.ref]), {"answer": said})


def works_at(person: Professional) -> list[tuple[str, bool]]:
    jobs = Employment.objects.filter(professional=person, ended_on__isnull=True).order_by("-is_principal")
    return list(jobs.values_list("organization__name", "is_principal"))


def register(unit: Organization, number: str, level: TitleLevel = TitleLevel.MIDDLE) -> PersonRegistration:
    return register_person(
        id_number=number, name="新来的人", phone=make.phone(), password=make.PASSWORD, organization=unit,
        area=unit.area, title_series=make.title_series(), title_level=level, id_kind=IdKind.RESIDENT, now=NOW,
    )  # fmt: skip


def test_every_row_is_looked_at_and_nobody_is_asked_before_the_list_is_sent(
    desk: Client, employer: Organization, declarant: Professional
) -> None:
    series, known, number = make.title_series(), make.id_number(), make.id_number()
    make.professional("在岗的人", works_at=employer, number=known)
    coming = register(employer, make.id_number())
    rows = (
        ("新来的人", number, "教务处", series.name, "中级"),
        ("在岗的人", known),
        ("号码不对", "410203198503121230"),
        ("新来的人", number),
    )
    one = read(desk, employer, *rows)
    assert one.counts == {"new": 1, "here": 1, "wrong": 2}
    page = reverse("accounts:staff_list", args=[one.ref])
    text = text_of(desk.get(page))
    assert "还没有邀请任何人" in text
    assert "与第 2 行相同" in text
    assert "已经是本单位人员" in text_of(desk.get(page + "?show=here"))
    assert "教务处" in text_of(desk.get(page + "?show=new"))
    problems = b"".join(desk.get(reverse("accounts:staff_list_problems", args=[one.ref]))).decode()  # type: ignore[arg-type]
    assert len(problems.strip().splitlines()) == 3
    assert number not in problems + text
    assert "还有 2 行有错误" in text_of(send(desk, one))
    assert not StaffInvitation.objects.exists()
    assert "请选择要做的事" in text_of(desk.post(page + "act/", {}))
    assert send(desk, one, skip="yes").status_code == 302
    assert send(desk, one, skip="yes").status_code == 404
    assert (StaffInvitation.objects.count(), StaffRow.objects.count()) == (1, 0)
    text = text_of(desk.get(LIST))
    assert "等本人答复 1" in text
    assert "还有 30 天" in text
    again = read(desk, employer, rows[0], (coming.professional.name, make.id_number()))
    assert again.counts == {"asked": 1, "new": 1}
    later = read(desk, employer, rows[0])
    assert "没有需要邀请的人" in text_of(send(desk, later)), "who read a list before gives it up by the next"
    assert StaffList.objects.filter(settled_at__isnull=True).get() == later
    assert "继续办理" in text_of(desk.get(LIST))
    assert desk.post(reverse("accounts:act_on_staff_list", args=[later.ref]), {"act": "drop"}).status_code == 302
    assert not StaffRow.objects.exists()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"staff.list_read", "staff.invite", "staff.list_drop"} <= actions


def test_formulas_other_files_and_long_lists_are_refused_by_name(
    desk: Client, employer: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = desk.get(reverse("accounts:staff_template"))
    sheets = load_workbook(SimpleUploadedFile("模板.xlsx", template.content))
    assert sheets.sheetnames == [rules.SHEET, rules.GUIDE]
    assert [cell.value for cell in sheets[rules.SHEET][1]] == list(rules.COLUMNS)
    sheets[rules.SHEET].append(["=1+1", make.id_number()])
    filled = SimpleUploadedFile("名单.xlsx", b"")
    sheets.save(filled)
    filled.seek(0)
    filled.size = len(filled.read())
    filled.seek(0)
    assert desk.post(NEW, {"unit": employer.pk, "file": filled}).status_code == 302
    one = StaffList.objects.get()
    assert "公式不会被计算" in text_of(desk.get(reverse("accounts:staff_list", args=[one.ref])))
    empty = SimpleUploadedFile("名单.xlsx", template.content)
    for said, words, status in (
        ({"unit": employer.pk}, "请选择填好的名单", 422),
        ({"unit": employer.pk, "file": empty}, "表头下面没有内容", 422),
        (
            {"unit": employer.pk, "file": SimpleUploadedFile("名单.xlsx", b"\x00\x01\x02")},
            "请上传用模板填写的表格",
            415,
        ),
    ):
        answer = desk.post(NEW, said)
        assert (answer.status_code, words in text_of(answer)) == (status, True)
    monkeypatch.setattr(StaffResource, "most_lines", 1)
    rows = [("某人", make.id_number()), ("另一人", make.id_number())]
    assert "一份名单最多 3,000 人" in text_of(desk.post(NEW, {"unit": employer.pk, "file": book(*rows)}))
    elsewhere = make.employer("平顶山市第九中学", at=make.area("410402"))
    assert desk.post(NEW, {"unit": elsewhere.pk, "file": book(rows[0])}).status_code == 422


def test_who_has_an_account_comes_over_beside_or_not_at_all(
    desk: Client, county_officer: User, employer: Organization, other_employer: Organization
) -> None:
    numbers = [make.id_number() for _ in range(4)]
    moves, joins, declines, other = (
        make.professional(f"应邀的{n}", works_at=other_employer, number=number)
        for n, number in zip("甲乙丙丁", numbers, strict=True)
    )
    named = [(person.name, number, "教务处") for person, number in zip((moves, joins, declines), numbers, strict=False)]
    one, two, three, four = asked(desk, employer, *named, ("名字不同的人", numbers[3]))
    assert "邀请您加入" in Notice.objects.get(to=moves.user).text
    assert not Notice.objects.filter(to=other.user).exists(), "a number with another name is nobody's"
    assert "没有等您答复的邀请" in text_of(desk_of(other.user).get(MINE))
    assert answer(other, four, "move").status_code == 404
    assert answer(other, one, "move").status_code == 404
    text = text_of(desk_of(moves.user).get(MINE))
    assert f"您现在的主要单位是{other_employer.name}" in text
    assert "查看邀请" in text_of(desk_of(moves.user).get(reverse("accounts:matters")))
    assert "请选择接受或者谢绝" in text_of(_follow(moves, one, "perhaps"))
    waiting = moving.title(moves, now=NOW)
    assert "还有正在审核的事项" in text_of(_follow(moves, one, "move"))
    assert works_at(moves) == [(other_employer.name, True)]
    withdraw(waiting, by=moves.user, now=NOW)
    assert answer(moves, one, "move").status_code == 302
    assert works_at(moves) == [(employer.name, True)]
    assert Employment.objects.get(professional=moves, ended_on__isnull=True).department == "教务处"
    assert answer(joins, two, "join").status_code == 302
    assert works_at(joins) == [(other_employer.name, True), (employer.name, False)]
    assert answer(declines, three, "decline").status_code == 302
    assert works_at(declines) == [(other_employer.name, True)]
    assert answer(declines, three, "move").status_code == 404
    assert {row.name for row in StaffInvitation.objects.filter(state=StaffState.ACCEPTED)} == {moves.name, joins.name}
    assert "已接受 2" in text_of(desk.get(LIST + "?show=accepted"))
    assert declines.name in text_of(desk.get(LIST + "?show=declined"))
    with pytest.raises(MovedOn):
        acts.join(two, TransferKind.MOVE, by=joins.user, now=NOW)


def _follow(person: Professional, one: StaffInvitation, said: str) -> Any:
    address = reverse("accounts:answer_staff_invitation", args=[one.ref])
    return desk_of(person.user).post(address, {"answer": said}, follow=True)


def test_who_registers_as_listed_is_approved_at_once_and_anybody_else_is_looked_at(
    desk: Client, employer: Organization, clerk: User
) -> None:
    series, same, differs = make.title_series(), make.id_number(), make.id_number()
    asked(desk, employer, ("新来的人", same, "教务处", series.name, "中级"), ("新来的人", differs))
    first = register(employer, same)
    assert acts.admit_if_invited(first, now=NOW)
    first.refresh_from_db()
    assert first.state == RegistrationState.APPROVED
    assert first.rulings.get().by == clerk
    assert Employment.objects.get(professional=first.professional).department == "教务处"
    assert not Notice.objects.filter(to=clerk, key__contains=str(first.ref)).exists()
    second = register(employer, differs)
    assert not acts.admit_if_invited(second, now=NOW), "a title the list does not name is looked at"
    second.refresh_from_db()
    assert second.state == RegistrationState.WAITING
    assert Notice.objects.filter(to=clerk, key__contains=str(second.ref)).exists()
    assert set(StaffInvitation.objects.values_list("state", flat=True)) == {StaffState.ACCEPTED}
    third = register(employer, make.id_number())
    assert not acts.admit_if_invited(third, now=NOW)


def test_a_registration_through_the_page_meets_its_invitation(desk: Client, employer: Organization) -> None:
    series, number = make.title_series(), make.id_number()
    asked(desk, employer, ("新来的人", number, "", series.name, "中级"))
    said = {
        "name": "新来的人", "id_kind": "resident", "id_number": number, "area": employer.area_id, "phone": make.phone(),
        "title_series": series.pk, "title_level": "中级", "title_since": "", "password": make.PASSWORD,
        "password_again": make.PASSWORD,
    }  # fmt: skip
    page = f"{reverse('accounts:register')}?organization={employer.ref}"
    answer = Client().post(page, said)
    assert answer.status_code == 302, text_of(answer)
    assert Professional.objects.get(name="新来的人").approved_at is not None


def test_an_invitation_runs_out_is_taken_back_and_goes_out_anew(
    desk: Client, employer: Organization, clerk: User, django_assert_max_num_queries: Any
) -> None:
    number = make.id_number()
    person = make.professional("应邀的人", works_at=None, number=number)
    (one,) = asked(desk, employer, (person.name, number))
    act = reverse("accounts:act_on_staff_invitation", args=[one.ref])
    assert "已收回给应邀的人的邀请" in text_of(desk.post(act, {"act": "withdraw"}, follow=True))
    assert desk.post(act, {"act": "withdraw"}).status_code == 409
    assert "请选择要做的事" in text_of(desk.post(act, {}, follow=True))
    assert "已重新邀请应邀的人" in text_of(desk.post(act, {"act": "again"}, follow=True))
    assert "已经向这个人发出另一份邀请" in text_of(desk.post(act, {"act": "again"}, follow=True))
    two = StaffInvitation.objects.latest("pk")
    late = two.expires_at
    with pytest.raises(Refused, match="已经过期"):
        acts.join(two, TransferKind.MOVE, by=person.user, now=late)
    with time_machine.travel(late, tick=False):
        client = desk_of(clerk)
        assert "已过期 1" in text_of(client.get(LIST))
        assert "重新邀请" in text_of(client.get(LIST + "?show=lapsed"))
        assert acts.forget_invitations(now=late) == 1
        assert "已过期 1" in text_of(client.get(LIST))
        acts.ask_again(two, by=clerk, now=late)
    three = StaffInvitation.objects.latest("pk")
    rows = [(f"某人{'一二三四五六七八九十'[n]}", make.id_number()) for n in range(10)]
    asked(desk, employer, *rows)
    desk.get(LIST)
    with django_assert_max_num_queries(14):
        desk.get(LIST)
    page = reverse("accounts:staff_list", args=[read(desk, employer, *rows).ref])
    with django_assert_max_num_queries(10):
        desk.get(page)
    assert desk_of(person.user).post(
        reverse("accounts:answer_staff_invitation", args=[three.ref]), {"answer": "move"}
    ).status_code in {302, 404}
    acts.forget_invitations(now=late + timedelta(days=800))
    assert not StaffInvitation.objects.exclude(state=StaffState.LAPSED).exists()
    assert not StaffRow.objects.exists()


def test_only_who_approves_people_at_the_unit_invites(desk: Client, employer: Organization, clerk: User) -> None:
    (one,) = asked(desk, employer, ("某人", make.id_number()))
    other = make.employer("另一所学校", at=employer.area)
    stranger = desk_of(make.give(make.user("别的单位的人"), other, Duty.APPROVE_PEOPLE))
    assert "某人" not in text_of(stranger.get(LIST))
    act = reverse("accounts:act_on_staff_invitation", args=[one.ref])
    assert stranger.post(act, {"act": "withdraw"}).status_code == 404
    assert desk_of(make.user("没有职责的人")).get(LIST).status_code == 403


def test_the_database_asks_nobody_twice(desk: Client, employer: Organization, clerk: User) -> None:
    (one,) = asked(desk, employer, ("某人", make.id_number()))
    facts = {
        "organization": employer, "name": "某人", "id_mask": one.id_mask, "id_index": one.id_index, "by": clerk,
        "made_at": NOW, "expires_at": NOW,
    }  # fmt: skip
    for more in ({}, {"state": StaffState.LAPSED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffInvitation.objects.create(**facts, **more)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(employer: Organization, other_employer: Organization) -> None:
    number = make.id_number()
    person = make.professional("应邀的人", works_at=other_employer, number=number)
    clerk = make.give(make.user("人事处经办人"), employer, Duty.APPROVE_PEOPLE)
    line = rules.StaffLine(2, person.name, number)
    acts.send(acts.keep_list(employer, [[line]], remarks=[], by=clerk, now=NOW), skips_wrong=False, by=clerk, now=NOW)
    one = StaffInvitation.objects.get()
    join = partial(acts.join, one, TransferKind.MOVE, by=person.user, now=NOW)
    outcomes = settled([join, partial(acts.decline, one, by=person.user, now=NOW)])
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [MovedOn], outcomes
    assert StaffInvitation.objects.get().state in {StaffState.ACCEPTED, StaffState.DECLINED}
