"""A class from the yearly plan to the roster: disclosed, agreed to, entered, attended, moved, assessed, credited."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Notice, Organization, Professional, User
from bases.enums import ClassState
from bases.models import Attendance, ClassConsent, Enrolment, PlanItem, TrainingClass
from bases.selectors.credit_record import facts_of
from bases.services.classes import cancel_class, move_class
from bases.services.enrolling import assess, code_of_the_day, enrol
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.services.clock import run_all
from credits.models import Roster
from credits.selectors.accounts import account_of
from credits.services.rosters import confirm_roster, roster_of
from tests import factories as make
from tests.bases import teaching
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.credits.drafts import photo
from tests.credits.platforms import number_of

pytestmark = pytest.mark.django_db
NOW = teaching.NOW


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def listed(base: Organization) -> Organization:
    make_roster.recognise(base)
    return base


@pytest.fixture
def teacher(client: Client, base_teacher: User) -> Client:
    client.force_login(base_teacher)
    return client


@pytest.mark.clause("S0-16", "S1-14")
def test_a_class_is_planned_written_down_and_opened_with_everything_disclosed(
    teacher: Client, listed: Organization, base_teacher: User
) -> None:
    assert "还没有年度计划" in teacher.get(reverse("bases:new_class")).content.decode()
    line = {
        "organization": listed.pk,
        "title": "公需",
        "subject": "public",
        "months": "11 月",
        "hours": "12",
        "people": "90",
    }
    refused = teacher.post(reverse("bases:plan"), line | {"hours": "12.3", "people": "0"})
    assert (refused.status_code, "以 0.5 为一档" in refused.content.decode()) == (422, True)
    assert teacher.post(reverse("bases:plan"), line).status_code == 302
    item = PlanItem.objects.get()
    said = teaching.typed(item)
    holes = teacher.post(reverse("bases:new_class"), said | {"fees": " ", "started_on": "2026-11-31"})
    assert (holes.status_code, TrainingClass.objects.count()) == (422, 0)
    assert "请填写收费项目和标准" in holes.content.decode()
    assert "请填写正确的日期" in holes.content.decode()
    assert teacher.post(reverse("bases:new_class"), said).status_code == 302
    made = TrainingClass.objects.get()
    twice = teacher.post(reverse("bases:new_class"), said)
    assert (twice.status_code, "已经用过" in twice.content.decode()) == (422, True)
    desk = reverse("bases:class_desk", args=[made.ref])
    assert "还没有公开培训范围" in teacher.get(desk).content.decode()
    assert teacher.post(desk, {"act": "open"}).status_code == 422
    assert teacher.get(reverse("bases:class", args=[made.ref])).status_code == 404
    assert teacher.post(reverse("bases:edit_class", args=[made.ref]), said | {"place": "二号楼"}).status_code == 302
    teaching.disclose(listed, dict.fromkeys(teaching.DISCLOSED, "有"), by=base_teacher, now=NOW)
    assert teacher.post(desk, {"act": "open"}).status_code == 302
    assert teacher.post(desk, {"act": "open"}).status_code == 422
    drop = teacher.post(reverse("bases:plan"), {"drop": str(item.ref)})
    assert "已经开班" in drop.content.decode()
    teacher.logout()
    public = teacher.get(reverse("bases:class", args=[made.ref])).content.decode()
    assert "二号楼" in public
    assert "收费项目和标准写在这里" in public
    found = teacher.get(reverse("bases:classes"), {"free": "1", "area": "410200", "subject": "public"})
    assert made.title in found.content.decode()
    assert made.title not in teacher.get(reverse("bases:classes"), {"urgent": "1"}).content.decode()
    assert made.title in teacher.get(reverse("bases:institution", args=[listed.ref])).content.decode()
    series = make.title_series()
    TrainingClass.objects.update(trade=series, is_urgent=True)
    directory = reverse("bases:directory")
    for query, count in (("free=1&urgent=1", 1), ("benefit=1", 0), (f"trade={series.name}", 1), ("trade=会计", 1)):
        assert teacher.get(f"{directory}?{query}").context["page"].total == count, query


@pytest.mark.clause("S4-05", "S1-02")
def test_a_professional_class_waits_for_the_word_of_the_authority(
    teacher: Client, listed: Organization, base_teacher: User, authority: Organization, authority_reviewer: User,
    stranger: User,
) -> None:  # fmt: skip
    made = teaching.on_paper(listed, base_teacher, subject="professional")
    teaching.disclose(listed, dict.fromkeys(teaching.DISCLOSED, "有"), by=base_teacher, now=NOW)
    desk = reverse("bases:class_desk", args=[made.ref])
    assert "须经行业主管部门同意" in teacher.get(desk).content.decode()
    assert teacher.post(desk, {"act": "open"}).status_code == 422
    page = reverse("bases:ask_consent", args=[made.ref])
    said = {"authority": authority.pk, "reason": "本年度教师专业培训"}
    assert "请上传证明材料" in teacher.post(page, said).content.decode()
    assert teacher.post(page, said | {"document": photo()}).status_code == 302
    asked = ClassConsent.objects.get()
    assert (asked.waiting_on, TrainingClass.objects.get().state) == (authority, ClassState.ASKED)
    assert teacher.post(page, said | {"document": photo()}).status_code == 409
    teacher.force_login(stranger)
    assert teacher.get(reverse("bases:consent", args=[asked.ref])).status_code == 404
    teacher.force_login(authority_reviewer)
    consent = reverse("bases:consent", args=[asked.ref])
    assert made.title in teacher.get(reverse("bases:consents")).content.decode()
    returned = {"move": "return", "reason": "请补充授课教师的职称", "round": asked.round}
    assert teacher.post(consent, returned | {"reason": " "}).status_code == 422
    assert teacher.post(consent, returned).status_code == 302
    teacher.force_login(base_teacher)
    assert teacher.post(page, {"reason": "已补充"}).status_code == 302
    asked.refresh_from_db()
    teacher.force_login(authority_reviewer)
    assert teacher.post(consent, {"move": "approve", "reason": "同意", "round": asked.round}).status_code == 302
    assert TrainingClass.objects.get().state == ClassState.OPEN
    assert Notice.objects.filter(to=base_teacher, text__contains="已批准").exists()


def test_places_are_given_once_and_moves_and_cancellations_are_told(
    client: Client, listed: Organization, base_teacher: User, declarant: Professional, other_declarant: Professional
) -> None:
    made = teaching.opened(listed, base_teacher, capacity=1)
    client.force_login(declarant.user)
    page = reverse("bases:class", args=[made.ref])
    assert "报名参加" in client.get(page).content.decode()
    for _ in range(2):
        assert client.post(reverse("bases:enrol", args=[made.ref])).status_code == 302
    made.refresh_from_db()
    assert (made.taken, Enrolment.objects.count()) == (1, 1)
    with pytest.raises(Refused, match="报满"):
        enrol(made, [other_declarant], by=other_declarant.user, now=NOW)
    assert client.post(reverse("bases:leave", args=[made.ref])).status_code == 302
    enrol(made, [other_declarant], by=other_declarant.user, now=NOW)
    made.refresh_from_db()
    with pytest.raises(Refused, match="另一年度"):
        move_class(made, started_on=date(2027, 1, 4), ended_on=date(2027, 1, 5), place="三号楼", reason="停电",
                   by=base_teacher, now=NOW)  # fmt: skip
    client.force_login(base_teacher)
    desk = reverse("bases:class_desk", args=[made.ref])
    said = {"act": "move", "started_on": "2026-11-28", "ended_on": "2026-11-29", "place": "三号楼", "reason": "停电"}
    assert client.post(desk, said | {"reason": ""}).status_code == 422
    assert client.post(desk, said).status_code == 302
    assert client.post(desk, {"act": "cancel", "reason": "人数不足"}).status_code == 302
    told = list(Notice.objects.filter(to=other_declarant.user).order_by("id").values_list("text", flat=True))
    assert ["改在2026年11月28日至2026年11月29日，地点：三号楼" in told[0], "取消了。原因：人数不足" in told[1]] == [
        True,
        True,
    ]
    assert not Notice.objects.filter(to=declarant.user).exists()
    assert "人数不足" in client.get(page).content.decode()
    made.refresh_from_db()
    with pytest.raises(Refused, match="已取消"):
        cancel_class(made, reason="再取消", by=base_teacher, now=NOW)


@pytest.mark.clause("S2-13", "S3-07", "S2-04")
def test_who_signs_in_and_passes_has_a_number_and_gets_hours_by_the_roster(
    client: Client, november: Any, listed: Organization, base_teacher: User, declarant: Professional,
    other_declarant: Professional,
) -> None:  # fmt: skip
    make_credits.rule_set()
    made = teaching.opened(listed, base_teacher)
    enrol(made, [declarant, other_declarant], by=base_teacher, now=NOW)
    november.move_to(NOW + timedelta(days=1))
    today = date(2026, 11, 21)
    client.force_login(declarant.user)
    yesterdays = reverse("bases:sign_in_class", args=[made.ref, code_of_the_day(made, today - timedelta(days=1))])
    assert "不是今天的" in client.post(yesterdays).content.decode()
    todays = reverse("bases:sign_in_class", args=[made.ref, code_of_the_day(made, today)])
    assert "我到了" in client.get(todays).content.decode()
    for _ in range(2):
        assert "签到成功" in client.post(todays).content.decode()
    client.force_login(base_teacher)
    sheet = reverse("bases:attendance", args=[made.ref])
    assert "签到二维码" in client.get(sheet).content.decode()
    by_hand = Enrolment.objects.get(professional=other_declarant)
    assert client.post(sheet, {"there": [str(by_hand.pk), "x"]}).status_code == 302
    assert sorted(Attendance.objects.values_list("by_code", flat=True)) == [False, True]
    results = reverse("bases:class_results", args=[made.ref])
    first = Enrolment.objects.get(professional=declarant)
    said = {f"result-{first.pk}": "passed", f"result-{by_hand.pk}": "failed"}
    assert "还没有结束" in client.post(results, said).content.decode()
    november.move_to(NOW + timedelta(days=3))
    client.force_login(base_teacher)
    assert client.post(results, said).status_code == 302
    first.refresh_from_db()
    assert first.certificate_no.startswith("2026-000001-")
    number = first.certificate_no
    assert client.post(results, said).status_code == 302
    first.refresh_from_db()
    assert first.certificate_no == number
    made.refresh_from_db()
    with pytest.raises(Refused, match="考核结果已经登记"):
        move_class(made, started_on=today, ended_on=today, place="甲", reason="乙", by=base_teacher, now=NOW)
    roster_page = reverse("credits:roster_of_class", args=[made.ref])
    assert made.title in client.get(roster_page).content.decode()
    assert [client.post(roster_page).status_code for _ in range(2)] == [302, 302]
    roster = Roster.objects.get()
    assert (roster.training_class, roster.hours, roster.class_code) == (made, Decimal(12), "GX-01")
    assert client.post(reverse("credits:edit_roster", args=[roster.ref]), _class_typed(listed)).status_code == 422
    lines = [
        make_roster.row(declarant, id_number=number_of(declarant)),
        make_roster.row(declarant, id_number="4", hours="13"),
    ]
    file = make_roster.saved(make_roster.workbook(lines))
    client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": file})
    roster.refresh_from_db()
    problems = client.get(reverse("credits:roster", args=[roster.ref])).content.decode()
    assert "超过这个班的 12 学时" in problems
    file = make_roster.saved(make_roster.workbook(lines[:1]))
    client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": file})
    roster.refresh_from_db()
    client.post(reverse("credits:confirm_roster", args=[roster.ref]), {"version": roster.version})
    for _ in run_all(now=NOW + timedelta(days=3)):
        pass
    assert account_of(declarant, 2026).public == Decimal(12)
    client.force_login(declarant.user)
    assert number in client.get(reverse("bases:my_classes")).content.decode()
    client.logout()
    public = client.get(reverse("credits:completion"), {"number": number.lower()}).content.decode()
    assert made.title in public
    assert declarant.name not in public
    assert ("办完的培训班", f"1 期，结业 {Enrolment.objects.filter(result='passed').count()} 人") in facts_of(listed)
    assert (
        "没有登记这个编号" in client.get(reverse("credits:completion"), {"number": "2026-000001-0000"}).content.decode()
    )


@pytest.mark.clause("S2-13")
def test_a_roster_is_of_the_class_as_it_stands_and_what_is_credited_is_not_called_off(
    listed: Organization, base_teacher: User, declarant: Professional
) -> None:
    make_credits.rule_set()
    days = {"started_on": NOW.date(), "ended_on": NOW.date(), "hours": Decimal(8)}
    made = [teaching.opened(listed, base_teacher, code=code, **days) for code in ("GX-01", "GX-02", "GX-03")]
    line = make_roster.row(declarant, id_number=number_of(declarant))
    rosters = [roster_of(each, by=base_teacher, now=NOW) for each in made]
    for roster in rosters:
        make_roster.read(roster, make_roster.saved(make_roster.workbook([line])), by=base_teacher)
    later = {"started_on": date(2026, 11, 28), "ended_on": date(2026, 11, 28), "place": "三号楼"}
    move_class(made[0], **later, reason="停电", by=base_teacher, now=NOW)
    cancel_class(made[1], reason="人数不足", by=base_teacher, now=NOW)
    for roster in rosters[:2]:
        with pytest.raises(Refused, match="已经改期或取消"):
            confirm_roster(roster, version=roster.version, by=base_teacher, now=NOW)
    confirm_roster(rosters[2], version=rosters[2].version, by=base_teacher, now=NOW)
    for held in (made[2], TrainingClass.objects.get(pk=made[2].pk)):
        with pytest.raises(Refused, match=r"刚刚有变动|考核结果已经登记"):
            cancel_class(held, reason="人数不足", by=base_teacher, now=NOW)
    assert Roster.objects.filter(state="crediting").count() == 1


def _class_typed(base: Organization) -> dict[str, Any]:
    return {
        "organization": base.pk, "title": "别的班", "subject": "public", "started_on": "2026-11-21",
        "ended_on": "2026-11-22", "hours": "12",
    }  # fmt: skip


def test_pages_of_classes_ask_the_database_little(
    client: Client, listed: Organization, base_teacher: User, declarant: Professional,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    made = [teaching.opened(listed, base_teacher, code=f"GX-{number}") for number in range(5)]
    with django_assert_max_num_queries(4):
        client.get(reverse("bases:classes"))
    with django_assert_max_num_queries(15):
        client.get(reverse("bases:institution", args=[listed.ref]))
    enrol(made[0], [make.professional(f"学员{number}") for number in range(5)], by=base_teacher, now=NOW)
    client.force_login(base_teacher)
    for page, most in (("bases:own_classes", 8), ("bases:plan", 9)):
        with django_assert_max_num_queries(most):
            client.get(reverse(page))
    for page in ("bases:class_desk", "bases:attendance", "bases:class_results"):
        with django_assert_max_num_queries(12):
            client.get(reverse(page, args=[made[0].ref]))


def test_a_class_of_many_is_assessed_page_by_page(
    client: Client, november: Any, listed: Organization, base_teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands on one page is written down; who is on another keeps what was said of them."""
    monkeypatch.setattr("bases.views.present._A_PAGE", 2)
    made = teaching.opened(listed, base_teacher)
    enrol(made, [make.professional(f"学员{number}") for number in range(3)], by=base_teacher, now=NOW)
    november.move_to(NOW + timedelta(days=3))
    client.force_login(base_teacher)
    first, second, third = Enrolment.objects.order_by("id").values_list("pk", flat=True)
    page = reverse("bases:class_results", args=[made.ref])
    shown = client.get(page).content.decode()
    assert [f"result-{key}" in shown for key in (first, second, third)] == [True, True, False]
    onward = page + "?" + shown.split("pager-next")[1].split('href="?')[1].split('"')[0]
    shown = client.get(onward).content.decode()
    assert [f"result-{key}" in shown for key in (first, second, third)] == [False, False, True]
    together = {f"result-{first}": "", f"result-{second}": "failed", "rest": "passed"}
    assert client.post(page, together).status_code == 302
    assert list(Enrolment.objects.order_by("id").values_list("result", flat=True)) == ["passed", "failed", ""]
    said = {f"result-{third}": "passed", "result-x": "passed", f"result-{first}": "", "rest": "x"}
    assert client.post(onward, said)["Location"] == onward
    assert list(Enrolment.objects.order_by("id").values_list("result", flat=True)) == ["passed", "failed", "passed"]


def test_the_database_holds_what_a_class_is(listed: Organization, base_teacher: User, declarant: Professional) -> None:
    made = teaching.opened(listed, base_teacher, capacity=2)
    enrol(made, [declarant], by=base_teacher, now=NOW)
    first = Enrolment.objects.get()
    rows = TrainingClass.objects.filter(pk=made.pk)
    broken: list[tuple[str, Any]] = [
        ("no_class_takes_more_than_it_holds", lambda: rows.update(taken=3)),
        ("hours_of_a_class_are_in_steps_of_a_half", lambda: rows.update(hours=Decimal("0.3"))),
        ("no_class_ends_before_it_begins", lambda: rows.update(ended_on=date(2026, 1, 1))),
        ("an_open_class_was_opened", lambda: rows.update(opened_at=None)),
        ("no_class_is_cancelled_silently", lambda: rows.update(state=ClassState.CANCELLED)),
        ("only_who_passed_has_a_number", lambda: Enrolment.objects.update(certificate_no="1")),
    ]
    for name, act in broken:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(training_class=made, professional=declarant, enrolled_by=base_teacher, made_at=NOW)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        later = NOW + timedelta(days=3)
        assert assess(made, {first.pk: "passed"}, by=base_teacher, now=later) == 1
        assess(made, {first.pk: "passed"}, by=base_teacher, now=later)
        assess(made, {first.pk: "failed"}, by=base_teacher, now=later)
        told = AuditEvent.objects.filter(action="class.assess").order_by("id").values_list("before", "after__results")
        ref = str(first.ref)
        assert list(told) == [
            ({"results": {ref: ""}}, {ref: "passed"}), ({"results": {}}, {}),
            ({"results": {ref: "passed"}}, {ref: "failed"}),
        ]  # fmt: skip
        assert assess(made, {first.pk: "passed"}, by=base_teacher, now=later) == 1
