"""A unit's yearly plan from the first line to its filing, its amendment, its inspection; and who names it (S3-04)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Move
from accounts.models import Notice, Organization, Professional, UnitChange, User
from accounts.services.merging_units import merge_units
from bases.models import PlanInspection, TrainingPlan, TrainingPlanItem
from bases.selectors.credit_record import credit_record
from bases.selectors.plans import plan_in_force
from bases.services.plans import amend_plan, approve_plan, file_plan, list_training, turn_down_plan
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.office.services.clock import run_all
from tests import factories as make
from tests.bases import planning
from tests.credits import drafts
from tests.credits import factories as make_credits
from tests.credits import rosters as make_rosters
from tests.credits.drafts import photo
from tests.people import BUREAU_DUTIES

pytestmark = pytest.mark.django_db
NOW = planning.NOW


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def page_of(plan: TrainingPlan, name: str = "training_plan") -> str:
    return reverse(f"bases:{name}", args=[plan.ref])


@pytest.mark.clause("S3-04", "S2-05")
def test_an_employer_files_its_plan_through_its_authority(
    client: Client, employer: Organization, employer_reviewer: User, authority: Organization, authority_reviewer: User,
    city_bureau: Organization, city_officer: User, county_bureau: Organization, stranger: User,
) -> None:  # fmt: skip
    client.force_login(employer_reviewer)
    empty = client.get(reverse("bases:training_plans"), {"view": "own"}).content.decode()
    assert "这一年度还没有填报计划" in empty
    said = {"organization": employer.pk, "year": "2026"}
    assert client.post(reverse("bases:new_training_plan"), said | {"year": "2030"}).status_code == 422
    assert client.post(reverse("bases:new_training_plan"), said).status_code == 302
    plan = TrainingPlan.objects.get()
    assert client.post(reverse("bases:new_training_plan"), said)["Location"] == page_of(plan)
    send = page_of(plan, "send_training_plan")
    assert "计划里还没有培训项目" in client.post(send, {"reason": "计划"}).content.decode()
    line = page_of(plan, "new_planned_training")
    wrong = client.post(line, planning.TYPED | {"started_on": "2026-11-20", "people": "０", "budget": "1.5"})
    text = wrong.content.decode()
    assert (wrong.status_code, "人数请填写" in text, "经费预算请填写" in text) == (422, True, True)
    late = client.post(line, planning.TYPED | {"started_on": "2026-11-20"}).content.decode()
    assert "计划须在培训开始前报送" in late
    assert client.post(line, planning.TYPED).status_code == 302
    assert client.post(line, planning.TYPED | {"title": "又一项"}).status_code == 302
    second = plan.items.get(title="又一项")
    own_line = reverse("bases:planned_training", args=[plan.ref, second.ref])
    assert client.post(own_line, planning.TYPED | {"title": "第二项", "hours": "7.5"}).status_code == 302
    assert client.post(own_line, {"act": "drop"}).status_code == 302
    assert [item.title for item in plan.items.all()] == ["新课标教学研修"]
    papers = page_of(plan, "attach_to_plan")
    assert "请选择要上传的文件" in client.post(papers, {"label": "课程表"}).content.decode()
    assert client.post(papers, {"label": "课程表", "document": photo()}).status_code == 302
    assert "请上传盖章的计划文件" in client.post(send, {"reason": "本年度计划"}).content.decode()
    assert client.post(send, {"reason": "本年度计划", "document": photo()}).status_code == 302
    plan.refresh_from_db()
    assert (plan.waiting_on, plan.limit_days, plan.due_at is not None) == (authority, 5, True)
    assert client.post(line, planning.TYPED).status_code == 409
    assert client.post(page_of(plan), {"move": "approve", "reason": "好", "round": 1}).status_code == 422
    client.force_login(stranger)
    assert client.get(page_of(plan)).status_code == 404
    client.force_login(authority_reviewer)
    assert plan.whose.split()[0] in client.get(reverse("bases:training_plans")).content.decode()
    silent = client.post(page_of(plan), {"move": "approve", "reason": " ", "round": plan.round})
    assert (silent.status_code, "请填写意见" in silent.content.decode()) == (422, True)
    assert client.post(page_of(plan), {"move": "approve", "reason": "同意", "round": plan.round}).status_code == 302
    plan.refresh_from_db()
    assert (plan.state, plan.waiting_on) == ("waiting", city_bureau)
    paper = reverse("bases:plan_paper", args=[plan.ref, plan.papers.get().ref])
    client.force_login(city_officer)
    for address in (paper, page_of(plan, "training_plan_document")):
        assert b"".join(client.get(address).streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert client.post(page_of(plan), {"move": "approve", "reason": "准予备案", "round": plan.round}).status_code == 302
    plan.refresh_from_db()
    assert (plan.state_words, plan_in_force(employer, 2026)) == ("已备案", plan)
    shown = client.get(reverse("bases:training_plans"), {"view": "filed", "year": "2026", "look": "new"})
    assert f"{employer}：{plan}" in shown.content.decode()
    assert Notice.objects.filter(to=employer_reviewer, text__contains="已批准").exists()


@pytest.mark.clause("S3-04")
def test_authorities_and_units_without_one_file_with_the_bureau(
    authority: Organization, authority_reviewer: User, city_bureau: Organization, city_officer: User,
    lone_employer: Organization, lone_reviewer: User, county_bureau: Organization,
    base: Organization, base_teacher: User, client: Client,
) -> None:  # fmt: skip
    make.give(make.user("县人社经办人"), county_bureau, *BUREAU_DUTIES)
    assert planning.sent(authority, authority_reviewer).waiting_on == city_bureau
    assert planning.sent(lone_employer, lone_reviewer).waiting_on == county_bureau
    plan = planning.sent(base, base_teacher)
    assert (plan.waiting_on, plan.stage) == (city_bureau, 1)
    client.force_login(city_officer)
    missing = client.get(reverse("bases:training_plans"), {"view": "missing", "year": "2026"}).content.decode()
    assert ("所属单位都已报送" in missing, str(lone_employer) in missing) == (True, False)
    missing = client.get(reverse("bases:training_plans"), {"view": "missing", "year": "2025"}).content.decode()
    assert str(lone_employer) in missing
    client.force_login(base_teacher)
    assert client.post(page_of(plan), {"act": "withdraw"}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "withdrawn"
    assert client.post(page_of(plan), {"act": "amend"}).status_code == 422
    again = planning.begun(base, base_teacher)
    assert client.post(page_of(again), {"act": "drop"}).status_code == 302
    assert not TrainingPlan.objects.filter(pk=again.pk).exists()


@pytest.mark.clause("S3-04")
def test_an_amendment_goes_the_same_way_and_what_was_filed_stays_readable(
    client: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User, city_officer: User,
    november: Any,
) -> None:  # fmt: skip
    first = planning.filed(employer, employer_reviewer, started_on=date(2026, 11, 25), ended_on=date(2026, 11, 26))
    november.move_to(NOW.replace(day=25))
    client.force_login(employer_reviewer)
    assert client.post(page_of(first), {"act": "amend"}).status_code == 302
    second = TrainingPlan.objects.get(version=2)
    item = second.items.get()
    begun = reverse("bases:planned_training", args=[second.ref, item.ref])
    dropped = client.post(begun, {"act": "drop"})
    assert (dropped.status_code, "已经开始" in dropped.content.decode()) == (422, True)
    assert (
        client.post(page_of(second, "send_training_plan"), {"reason": "调整", "document": photo()}).status_code == 422
    )
    assert client.post(page_of(second, "new_planned_training"), planning.TYPED).status_code == 302
    assert "（新增）" in client.get(page_of(second)).content.decode()
    assert (
        client.post(page_of(second, "send_training_plan"), {"reason": "加一项", "document": photo()}).status_code == 302
    )
    second.refresh_from_db()
    turn_down_plan(second, Move.RETURN, seen_round=1, reason="请补课程表", by=authority_reviewer, now=NOW)
    assert "请补课程表" in client.get(page_of(second)).content.decode()
    assert plan_in_force(employer, 2026) == first
    second.refresh_from_db()
    file_plan(second, reason="已补", document=None, by=employer_reviewer, now=NOW.replace(day=25))
    for by in (authority_reviewer, city_officer):
        second.refresh_from_db()
        approve_plan(second, seen_round=2, reason="同意", by=by, now=NOW.replace(day=25))
    assert plan_in_force(employer, 2026) == second
    old = client.get(page_of(first)).content.decode()
    assert "后来又作了调整" in old
    assert "备案过的各版" in old
    with pytest.raises(Refused, match="只能调整现行的"):
        amend_plan(first, by=employer_reviewer, now=NOW)
    with pytest.raises(MovedOn):
        list_training(first, planning.TRAINING, by=employer_reviewer, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingPlan.objects.filter(pk=second.pk).update(version=1)


@pytest.mark.clause("S3-04")
def test_a_plan_that_waits_too_long_is_pressed_by_working_days(
    employer: Organization, employer_reviewer: User, authority_reviewer: User, november: Any
) -> None:
    plan = planning.sent(employer, employer_reviewer)
    assert plan.due_at is not None
    november.move_to(plan.due_at)
    for _ in run_all(now=plan.due_at):
        pass
    plan.refresh_from_db()
    assert plan.overdue_at is not None
    assert Notice.objects.filter(to=authority_reviewer, text__contains="已超过 5 个工作日").exists()
    assert plan.state == "waiting"


@pytest.mark.clause("S3-04", "S1-15")
def test_the_bureau_looks_into_filed_plans_and_the_unit_answers(
    client: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User, city_officer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    plan = planning.filed(employer, employer_reviewer)
    client.force_login(authority_reviewer)
    assert client.get(page_of(plan, "inspect_training_plan")).status_code == 403
    client.force_login(city_officer)
    look = page_of(plan, "inspect_training_plan")
    refused = client.post(look, {"finding": "mend", "words": "缺签到表", "mend_by": ""})
    assert (refused.status_code, "请填写今天以后的整改期限" in refused.content.decode()) == (422, True)
    assert client.post(look, {"finding": "mend", "words": "缺签到表", "mend_by": "2026-12-20"}).status_code == 302
    made = PlanInspection.objects.get()
    shown = client.get(reverse("bases:training_plans"), {"view": "filed", "look": "new"}).content.decode()
    assert str(employer) not in shown
    with django_assert_max_num_queries(22):
        assert "已检查" in client.get(reverse("bases:training_plans"), {"view": "filed"}).content.decode()
    with django_assert_max_num_queries(36):
        assert "缺签到表" in client.get(page_of(plan)).content.decode()
    answer = reverse("bases:answer_inspection", args=[made.ref])
    assert client.get(answer).status_code == 404
    client.force_login(employer_reviewer)
    assert Notice.objects.filter(to=employer_reviewer, text__contains="要求整改").exists()
    assert "答复整改情况" in client.get(page_of(plan)).content.decode()
    assert client.post(answer, {"answer": " "}).status_code == 422
    assert client.post(answer, {"answer": "签到表已补齐"}).status_code == 302
    assert client.post(answer, {"answer": "再说一次"}).status_code == 422
    assert "签到表已补齐" in client.get(page_of(plan)).content.decode()
    assert Notice.objects.filter(to=city_officer, text__contains="答复了").exists()
    assert [(each.title, each.words, each.tone) for each in credit_record(employer)] == [
        ("2026 年度培训计划检查：要求整改", "开封市人力资源和社会保障局，已答复", "bad")
    ]
    assert "缺签到表答复：签到表已补齐" in credit_record(employer, everything=True)[0].words
    PlanInspection.objects.update(finding="advice", mend_by=None)
    assert credit_record(employer) == []
    make_rosters.recognise(employer)
    page = reverse("bases:institution", args=[employer.ref])
    for reader, reads in ((employer_reviewer, False), (city_officer, True), (authority_reviewer, True)):
        client.force_login(reader)
        assert ("有改进建议（不公开）" in client.get(page).content.decode()) is reads, reader


@pytest.mark.clause("S3-04", "S2-05")
def test_a_unit_run_training_is_declared_under_a_filed_plan_and_the_reviewer_sees_which(
    client: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User, city_officer: User,
    declarant: Professional, november: Any,
) -> None:  # fmt: skip
    make_credits.rule_set(year_from=2016)
    plan = planning.filed(employer, employer_reviewer, hours=Decimal("8.0"))
    item = TrainingPlanItem.objects.get(plan=plan)
    november.move_to(NOW.replace(month=12, day=10))
    way = drafts.way("employer_training", name="本单位组织的培训")
    client.force_login(declarant.user)
    client.get(reverse("credits:declare"))
    draft = drafts.start_declaration(
        professional=declarant, by=declarant.user, activity=way, now=NOW.replace(month=12, day=10)
    )
    page = reverse("credits:edit_declaration", args=[draft.ref])
    assert f"{plan.organization.name}2026 年度计划：{item.title}" in client.get(page).content.decode()
    said = drafts.TYPED | {
        "activity": way.code, "started_on": "2026-12-01", "ended_on": "2026-12-02", "hours_claimed": "16",
    }  # fmt: skip
    client.post(page, said)
    assert "请选择这次培训是已备案计划中的哪一项" in client.get(page).content.decode()
    client.post(page, said | {"unplanned": "临时通知的培训"})
    draft.refresh_from_db()
    assert (draft.unplanned, draft.plan_item) == ("临时通知的培训", None)
    foreign = client.post(page, said | {"plan_item": "不是计划"})
    assert (foreign.status_code, "请从列表中选择计划中的培训" in foreign.content.decode()) == (422, True)
    client.post(page, said | {"plan_item": str(item.ref), "unplanned": "写了也不要"})
    draft.refresh_from_db()
    assert (draft.unplanned, draft.plan_item) == ("", item)
    sent = client.post(
        reverse("credits:submit", args=[draft.ref]),
        said | {"plan_item": str(item.ref), "promise": "on", "files1": photo(), "label1": "培训通知"},
    )
    assert sent.status_code == 302
    client.force_login(employer_reviewer)
    seen = client.get(reverse("reviews:review", args=[draft.ref])).content.decode()
    assert f"2026 年度计划：{item.title}" in seen
    assert "申报的学时多于计划的每人 8 学时" in seen


def test_a_plan_under_way_ends_with_its_unit(
    employer: Organization, employer_reviewer: User, other_employer: Organization, stranger: User,
    authority_reviewer: User,
) -> None:  # fmt: skip
    old, new = planning.sent(other_employer, stranger), planning.sent(employer, employer_reviewer)
    merge_units(other_employer, employer, but_not=UnitChange(), by=authority_reviewer, now=NOW)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("withdrawn", "waiting")
