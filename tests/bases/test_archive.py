"""A unit enrols its people, who may decline; after the class documents, points and words are kept and found."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from bases.models import ClassFeedback, ClassFollowUp, ClassPaper, Enrolment, TrainingClass
from bases.selectors.archive import evidence_of, judged
from bases.services.enrolling import assess, enrol
from tests import factories as make
from tests.bases import teaching
from tests.credits import rosters as make_roster
from tests.credits.drafts import photo

pytestmark = pytest.mark.django_db
NOW = teaching.NOW
POINTS = {"content": "5", "teaching": "4", "service": "3", "words": ""}


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def held(base: Organization, base_teacher: User) -> TrainingClass:
    make_roster.recognise(base)
    return teaching.opened(base, base_teacher, capacity=2)


def test_a_unit_enrols_its_people_who_are_told_and_may_decline(
    client: Client, held: TrainingClass, employer: Organization, declarant: Professional, stranger: User
) -> None:  # fmt: skip
    colleagues = [make.professional(f"同事{name}", works_at=employer) for name in "甲乙"]
    page, public = reverse("bases:enrol_people", args=[held.ref]), reverse("bases:class", args=[held.ref])
    client.force_login(make.give(make.user("人事"), employer, Duty.MANAGE_UNIT))
    assert page in client.get(public).content.decode()
    shown = client.get(page).content.decode()
    assert ("还有 2 个名额" in shown, colleagues[0].name in shown, declarant.id_mask in shown) == (True, True, True)
    assert client.post(page, {"person": ["x", ""]}).status_code == 422
    everybody = [str(person.pk) for person in (declarant, *colleagues)]
    full = client.post(page, {"person": everybody})
    assert (full.status_code, "只剩 2 个名额，您选了 3 人" in full.content.decode()) == (422, True)
    assert not Enrolment.objects.exists()
    foreign = make.professional("别处的人", works_at=make.organization("外单位", at=make.area("410400")))
    for _ in range(2):
        assert client.post(page, {"person": [*everybody[:2], str(foreign.pk)]}).status_code == 302
    assert set(Enrolment.objects.values_list("professional", flat=True)) == {declarant.pk, colleagues[0].pk}
    told = Notice.objects.get(to=declarant.user)
    assert f"{employer.name}为您报名了" in told.text
    assert told.link == public
    client.force_login(declarant.user)
    assert "退出这个班" in client.get(told.link).content.decode()
    assert client.post(reverse("bases:leave", args=[held.ref])).status_code == 302
    held.refresh_from_db()
    assert held.taken == 1
    client.force_login(stranger)
    assert colleagues[0].id_mask not in client.get(page).content.decode()
    assert client.post(page, {"person": everybody}).status_code == 422


@pytest.mark.clause("S2-09", "S0-16")
def test_documents_of_a_class_are_kept_and_found(
    client: Client, held: TrainingClass, base_teacher: User, city_officer: User, stranger: User,
    employer_reviewer: User, django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    page, listing = reverse("bases:class_archive", args=[held.ref]), reverse("bases:class_archives")
    client.force_login(base_teacher)
    assert held.title in client.get(listing, {"state": "bare", "year": "2026"}).content.decode()
    said = {"kind": "attendance", "label": "第一天签到表"}
    assert "请选择要留存的文件" in client.post(page, said).content.decode()
    assert client.post(page, {"kind": "x", "label": ""} | {"document": photo()}).status_code == 422
    assert not ClassPaper.objects.exists()
    assert client.post(page, said | {"document": photo()}).status_code == 302
    kept = ClassPaper.objects.get()
    assert "第一天签到表" in client.get(page).content.decode()
    assert held.title not in client.get(listing, {"state": "bare"}).content.decode()
    for number in range(5):
        teaching.opened(held.organization, base_teacher, code=f"GX-1{number}")
    client.force_login(city_officer)
    for found in ({"name": "开封"}, {"title": held.code}, {"year": "2026"}, {}):
        assert held.title in client.get(listing, found).content.decode()
    assert held.title not in client.get(listing, {"name": "没有这个基地"}).content.decode()
    with django_assert_num_queries(8):
        client.get(listing)
    paper = reverse("bases:class_paper", args=[held.ref, kept.ref])
    assert b"".join(client.get(paper).streaming_content)  # type: ignore[attr-defined]
    assert client.post(page, said | {"document": photo()}).status_code == 403
    client.force_login(employer_reviewer)
    assert client.get(page).status_code == 403


def test_people_judge_a_class_and_nobody_learns_who_said_what(
    client: Client, november: Any, held: TrainingClass, base_teacher: User, employer: Organization
) -> None:
    people = [make.professional(f"学员{name}", works_at=employer) for name in "甲乙丙"]
    TrainingClass.objects.filter(pk=held.pk).update(capacity=9)
    enrol(held, people, by=base_teacher, now=NOW)
    page = reverse("bases:judge_class", args=[held.ref])
    client.force_login(people[0].user)
    assert "登记考核结果后再评价" in client.get(page).content.decode()
    assert client.post(page, POINTS).status_code == 422
    november.move_to(NOW + timedelta(days=3))
    assess(held, {row.pk: "passed" for row in held.enrolments.all()}, by=base_teacher, now=NOW + timedelta(days=3))
    client.force_login(people[0].user)
    assert "评价" in client.get(reverse("bases:my_classes")).content.decode()
    assert client.post(page, POINTS | {"content": "9"}).status_code == 422
    assert client.post(page, POINTS | {"words": "教室太小"}).status_code == 302
    assert client.post(page, POINTS).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        ClassFeedback.objects.create(enrolment=held.enrolments.last(), content=6, teaching=1, service=1, made_at=NOW)
    archive = reverse("bases:class_archive", args=[held.ref])
    client.force_login(base_teacher)
    assert "教室太小" not in client.get(archive).content.decode()
    for person in people[1:]:
        client.force_login(person.user)
        assert client.post(page, POINTS | {"content": "4"}).status_code == 302
    assert judged([held.pk]).points == (("内容是否有用", "4.3"), ("老师讲得怎样", "4.0"), ("组织和服务", "3.0"))
    client.force_login(base_teacher)
    shown = client.get(archive).content.decode()
    assert ("教室太小" in shown, people[0].name in shown) == (True, False)
    client.force_login(make.professional("没有参加的人", works_at=employer).user)
    assert client.get(page).status_code == 404


@pytest.mark.clause("S0-17", "S1-15")
def test_what_came_of_a_class_is_said_by_the_unit_and_stands_beside_the_assessment(
    client: Client, november: Any, held: TrainingClass, base_teacher: User, employer: Organization,
    authority: Organization, employer_reviewer: User, authority_reviewer: User, declarant: Professional,
) -> None:  # fmt: skip
    enrol(held, [declarant], by=base_teacher, now=NOW)
    november.move_to(NOW + timedelta(days=5))
    client.force_login(employer_reviewer)
    listing = reverse("bases:unit_classes")
    assert ("填写跟踪问效" in client.get(listing).content.decode()) is True
    page = reverse("bases:follow_class_up", args=[held.ref, employer.ref])
    assert client.post(page, {"effect": "", "words": " "}).status_code == 422
    assert client.post(page, {"effect": "clear", "words": "已用于应急演练"}).status_code == 302
    assert client.post(page, {"effect": "some", "words": "再填"}).status_code == 422
    assert "已用于应急演练" in client.get(page).content.decode()
    client.force_login(authority_reviewer)
    assert held.title in client.get(listing).content.decode()
    own = reverse("bases:follow_class_up", args=[held.ref, authority.ref])
    assert client.post(own, {"effect": "some", "words": "行业内已推广"}).status_code == 302
    assert client.get(page).status_code == 404
    assert ClassFollowUp.objects.count() == 2
    found = evidence_of(held.organization, 2026)
    assert (found.classes, found.archived, found.effects) == (1, 0, (("效果明显，已用于工作", 1), ("有一些效果", 1)))
    client.force_login(base_teacher)
    archive = client.get(reverse("bases:class_archive", args=[held.ref])).content.decode()
    assert "行业内已推广" in archive
