"""Teachers shared over the province and picked for a class; a seminar from the plan of the year to its report."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from bases.models import ClassTeacher, Seminar, Teacher, TrainingClass
from bases.services.enrolling import enrol
from bases.services.teachers import keep_teacher
from tests import factories as make
from tests.bases import teaching
from tests.bases.recognising import TEACHER
from tests.bases.teaching import NOW
from tests.credits import rosters as make_roster
from tests.credits.drafts import photo

pytestmark = pytest.mark.django_db
LIST = "/teachers/"


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.mark.clause("S0-16", "S1-09", "S1-18")
def test_a_base_shares_its_teachers_and_another_picks_them_for_a_class(
    client: Client, base: Organization, base_teacher: User, django_assert_max_num_queries: Any
) -> None:
    there = make.organization("平顶山学院", at=make.area("410400"), is_base=True)
    elsewhere = make.give(make.user("外地办班人员"), there, Duty.TEACH)
    own = keep_teacher(there, TEACHER | {"name": "只供本基地", "is_shared": False}, by=elsewhere, now=NOW)
    client.force_login(elsewhere)
    said = {
        "organization": there.pk, "name": "李老师", "institution": "河南大学", "title": "教授",
        "fields": "课程标准、课堂评价", "trade": "", "is_full_time": "0", "is_shared": "on",
    }  # fmt: skip
    refused = client.post(f"{LIST}new/", said)
    assert (refused.status_code, "请先取得教师本人同意" in refused.content.decode()) == (422, True)
    assert client.post(f"{LIST}new/", said | {"has_agreed": "on"}).status_code == 302
    shared = Teacher.objects.get(name="李老师")
    assert client.post(f"{LIST}new/", said | {"has_agreed": "on"}).status_code == 422
    client.force_login(base_teacher)
    with django_assert_max_num_queries(14):
        page = client.get(f"{LIST}?q=课堂评价&area=410400&form=part").content.decode()
    assert ("李老师" in page, "只供本基地" in page) == (True, False)
    assert "没有找到教师" in client.get(f"{LIST}?form=full").content.decode()
    assert client.get(f"{LIST}{own.ref}/").status_code == 404
    assert client.get(f"{LIST}{shared.ref}/edit/").status_code == 404
    assert client.post(f"{LIST}{shared.ref}/").status_code == 403
    make_roster.recognise(base)
    held = teaching.opened(base, base_teacher)
    picking = reverse("bases:class_teachers", args=[held.ref])
    assert "还没有选用" in client.get(picking).content.decode()
    assert "请填写讲授内容" in client.post(picking, {"teacher": shared.ref, "teaches": ""}).content.decode()
    assert client.post(picking, {"teacher": own.ref, "teaches": "课标"}).status_code == 404
    assert client.post(picking, {"teacher": shared.ref, "teaches": "新课标解读"}).status_code == 302
    assert client.post(picking, {"teacher": shared.ref, "teaches": "新课标解读"}).status_code == 422
    assert "新课标解读" in client.get(f"{LIST}{shared.ref}/").content.decode()
    client.logout()
    public = client.get(reverse("bases:class", args=[held.ref])).content.decode()
    assert "河南大学，教授；讲授：新课标解读" in public
    client.force_login(base_teacher)
    assert client.post(picking, {"drop": str(shared.ref)}).status_code == 302
    assert not ClassTeacher.objects.exists()
    client.force_login(elsewhere)
    edited = said | {"has_agreed": "on", "title": "二级教授"}
    assert client.post(f"{LIST}{shared.ref}/edit/", edited).status_code == 302
    assert client.post(f"{LIST}{shared.ref}/").status_code == 302
    assert client.post(f"{LIST}{shared.ref}/edit/", edited).status_code == 409
    shared.refresh_from_db()
    assert (shared.title, shared.ended_on) == ("二级教授", NOW.date())


@pytest.mark.clause("S0-15", "S4-13")
def test_a_seminar_is_planned_held_as_a_class_and_closed_with_a_report(
    client: Client, base: Organization, base_teacher: User, province_bureau: Organization, declarant: Professional,
    city_bureau: Organization,
) -> None:  # fmt: skip
    planner = make.give(make.user("省厅经办人"), province_bureau, Duty.REGULATE)
    city = make.give(make.user("市局经办人"), city_bureau, Duty.REGULATE)
    client.force_login(city)
    assert client.get("/seminars/new/").status_code == 404
    client.force_login(planner)
    said = {
        "title": "黄河流域生态保护高级研修班", "level": "provincial", "year": "2026", "host": base.name, "trade": "",
        "funding": "shared", "quota": "60", "hours": "12", "months": "11 月，2 天", "document": "豫人社函〔2026〕66号",
    }  # fmt: skip
    assert "人数请填写 1 到" in client.post("/seminars/new/", said | {"quota": "2000"}).content.decode()
    assert "没有找到这个承办单位" in client.post("/seminars/new/", said | {"host": "分校"}).content.decode()
    twin = make.employer(base.name, at=make.area("410402"))
    assert "同名的单位" in client.post("/seminars/new/", said).content.decode()
    Organization.objects.filter(pk=twin.pk).delete()
    assert client.post("/seminars/new/", said | {"host": f" {base.uscc or base.name} "}).status_code == 302
    assert "已经有这个项目" in client.post("/seminars/new/", said).content.decode()
    seminar = Seminar.objects.get()
    assert Notice.objects.filter(to=base_teacher, text__contains="高级研修项目").exists()
    make_roster.recognise(base)
    held = teaching.opened(base, base_teacher, title="高级研修班", capacity=60)
    client.force_login(base_teacher)
    desk = reverse("bases:seminar_desk", args=[seminar.ref])
    assert "请从列表中选择" in client.post(desk, {"hold": "1", "training_class": held.pk}).content.decode()
    TrainingClass.objects.update(kind="advanced", hours=Decimal(8))
    assert "项目计划每人 12 学时" in client.post(desk, {"hold": "1", "training_class": held.pk}).content.decode()
    TrainingClass.objects.update(hours=Decimal(12))
    assert client.post(desk, {"hold": "1", "training_class": held.pk}).status_code == 302
    enrol(held, [declarant], by=base_teacher, now=NOW)
    held.enrolments.update(result="passed")
    assert "请上传结项报告" in client.post(desk, {"summary": "专家 6 人授课"}).content.decode()
    assert client.post(desk, {"summary": "专家 6 人授课", "document": photo()}).status_code == 302
    assert client.post(desk, {"summary": "再来一次", "document": photo()}).status_code == 422
    report = reverse("bases:seminar_paper", args=[seminar.ref])
    answer = client.get(report)
    assert b"".join(answer.streaming_content)
    assert answer.status_code == 200
    client.logout()
    public = client.get(reverse("bases:seminar", args=[seminar.ref])).content.decode()
    assert all(words in public for words in ("1 人（计划 60 人）", "财政资助和单位自筹", "专家 6 人授课"))
    assert "结项报告" not in public
    assert "已结项，结业 1 人" in client.get("/seminars/").content.decode()
    assert "还没有下达项目" in client.get("/seminars/?year=2025").content.decode()
    assert "省级" in client.get(reverse("bases:class", args=[held.ref])).content.decode()
