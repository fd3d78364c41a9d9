"""A complaint from its words to the answer, and what everybody reads of it."""

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from bases.models import Complaint
from bases.services.complaining import answer, complain
from ceportal.kernel.rules.refusal import Refused
from tests import factories as make
from tests.bases.teaching import NOW
from tests.credits import rosters
from tests.credits.drafts import photo

pytestmark = pytest.mark.django_db
LIST, NEW = "/complaints/", "/complaints/new/"
UPHELD = {"move": "approve", "reason": "已查实，责令退还。", "public_words": "多收资料费，已责令退还", "round": "1"}


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def made(about: Organization, by: User, **changes: Any) -> Complaint:
    said: dict[str, Any] = {"kind": "fees", "about": about, "named": "", "area": None, "reason": "另收资料费"}
    return complain(**(said | changes), document=None, by=by, now=NOW)


@pytest.mark.clause("S1-14", "S4-18", "S0-04")
def test_anybody_complains_the_bureau_answers_and_everybody_reads_what_was_found(
    client: Client, declarant: Professional, base: Organization, base_teacher: User, city_bureau: Organization,
    city_officer: User, employer_reviewer: User, employer: Organization,
) -> None:  # fmt: skip
    rosters.recognise(base)
    page = reverse("bases:institution", args=[base.ref])
    assert "和查实的投诉" in client.get(page).content.decode()
    assert client.get(NEW).status_code == 302
    client.force_login(declarant.user)
    shown = client.get(NEW, {"unit": str(base.ref)}).content.decode()
    assert (f'<option value="{base.pk}" selected>' in shown, employer.name in shown) == (True, True)
    empty = client.post(NEW, {}).content.decode()
    assert ("请选择投诉什么" in empty, "请填写情况说明" in empty) == (True, True)
    said = {"kind": "fees", "about": str(base.pk), "reason": "身份证410203198503120015，另收资料费 300 元"}
    assert client.post(NEW, said | {"named": "某公司"}).status_code == 422
    sent = client.post(NEW, said | {"document": photo()})
    complaint = Complaint.objects.get()
    assert (sent.status_code, complaint.waiting_on, complaint.limit_days) == (302, city_bureau, 15)
    assert "410203198503120015" not in complaint.reason
    assert "没有答复，请等结果" in client.post(NEW, said).content.decode()
    own = reverse("bases:complaint", args=[complaint.ref])
    assert "15 个工作日内答复" in client.get(own).content.decode()
    paper = reverse("bases:complaint_document", args=[complaint.ref])
    for stranger in (base_teacher, employer_reviewer):
        client.force_login(stranger)
        assert [client.get(address).status_code for address in (own, paper)] == [404, 404]
    client.force_login(city_officer)
    assert f"{base}：乱收费" in client.get(LIST).content.decode()
    assert b"".join(client.get(paper).streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    silent = client.post(own, UPHELD | {"public_words": " "})
    assert (silent.status_code, "请填写公开的结果" in silent.content.decode()) == (422, True)
    assert client.post(own, {"move": "return", "reason": "请补充收据", "round": "1"}).status_code == 302
    client.force_login(declarant.user)
    more = reverse("bases:complete_complaint", args=[complaint.ref])
    assert "请补充收据" in client.get(more).content.decode()
    assert client.post(more, {"reason": ""}).status_code == 422
    assert client.post(more, {"reason": "收据见照片", "document": photo()}).status_code == 302
    assert client.get(more).status_code == 409
    client.force_login(city_officer)
    assert client.post(own, UPHELD).status_code == 409
    assert client.post(own, UPHELD | {"round": "2"}).status_code == 302
    assert Notice.objects.filter(to=declarant.user, text__contains="已答复：投诉属实").exists()
    assert not Notice.objects.filter(to=base_teacher).exists()
    client.logout()
    public = client.get(page).content.decode()
    assert ("多收资料费，已责令退还" in public, "另收资料费" in public, declarant.name in public) == (
        True,
        False,
        False,
    )


@pytest.mark.clause("S0-04", "A24")
def test_what_is_said_of_a_bureau_or_by_its_own_people_goes_elsewhere(
    client: Client, declarant: Professional, employer: Organization, county_bureau: Organization, county_officer: User,
    city_bureau: Organization, city_officer: User, employer_reviewer: User,
) -> None:  # fmt: skip
    """The employer is complained of at the county; the county at the city; nobody answers about a unit of theirs."""
    complaint = made(employer, declarant.user, kind="single")
    assert complaint.waiting_on == county_bureau
    assert made(county_bureau, declarant.user, kind="single").waiting_on == city_bureau
    assert made(employer, county_officer, kind="forced").waiting_on == city_bureau
    make.give(county_officer, employer, Duty.MANAGE_UNIT)
    with pytest.raises(Refused, match="承担职责"):
        answer(complaint, "reject", seen_round=1, reason="没有", public_words="", by=county_officer, now=NOW)
    client.force_login(county_officer)
    assert client.get(reverse("bases:complaint", args=[complaint.ref])).status_code == 404
    assert "没有等您答复的投诉" in client.get(LIST).content.decode()
    client.force_login(declarant.user)
    assert client.post(reverse("bases:complaint", args=[complaint.ref]), {"withdraw": "1"}).status_code == 302
    unlisted = {"kind": "classes", "named": "某某培训公司", "reason": "没有资格也办班"}
    assert "请选择它在什么地方" in client.post(NEW, unlisted).content.decode()
    assert client.post(NEW, unlisted | {"area": "410200"}).status_code == 302
    assert Complaint.objects.get(named="某某培训公司").waiting_on == city_bureau


def test_the_list_is_paged_and_asks_the_same_however_long_it_is(
    client: Client, base: Organization, city_officer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("甲", "乙", "丙"):
        made(base, make.user(f"学员{name}"))
    client.force_login(city_officer)
    client.get(LIST)
    with django_assert_num_queries(9):
        shown = client.get(LIST, {"view": "all"}).content.decode()
    assert shown.count(f"{base}：乱收费") == 3


def test_the_database_holds_a_complaint_to_one_unit_and_an_upheld_one_to_words(
    base: Organization, declarant: Professional, city_officer: User
) -> None:
    complaint = made(base, declarant.user)
    rows = Complaint.objects.filter(pk=complaint.pk)
    for name, changes in (
        ("a_complaint_is_about_one_unit", {"named": "又一个"}),
        ("a_complaint_is_about_one_unit", {"about": None}),
        (
            "what_is_upheld_is_told_to_everybody",
            {"state": "granted", "waiting_on": None, "due_at": None, "waiting_since": None},
        ),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**changes)
