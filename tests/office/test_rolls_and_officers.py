"""Who is commended or sanctioned, published by two; each unit's officer, their training, the registered share."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from ceportal.office.models import Headcount, Officer, OfficerAttendance, OfficerSum, OfficerTraining, Roll
from ceportal.office.selectors.officers import whole_of
from ceportal.office.services import officers as service
from ceportal.office.services.counting_officers import count_officers
from tests import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield client


@pytest.mark.clause("S1-08", "S4-16")
def test_a_list_is_written_by_one_published_by_another_shown_and_withdrawn(
    browser: Client, county_officer: User, employer: Organization, employer_reviewer: User
) -> None:
    number = make.id_number()
    person = make.professional("欧阳先进", works_at=employer, number=number)
    bureau = Organization.objects.get(is_bureau=True, area="410203")
    other = make.give(make.user("另一位经办人"), bureau, Duty.OVERSEE)
    browser.force_login(county_officer)
    said = {
        "office": bureau.pk, "kind": "sanction", "title": "关于弄虚作假的通报", "document_no": "龙人社〔2026〕3号",
        "decided_on": "2026-11-19", "words": "经核查。", "shown_until": "",
    }  # fmt: skip
    assert "通报处理要写明公示到哪一天" in browser.post("/rolls/new/", said).content.decode()
    assert browser.post("/rolls/new/", said | {"shown_until": "2026-12-19"}).status_code == 302
    roll = Roll.objects.get()
    address = f"/rolls/{roll.ref}/"
    for to in (number, employer.name):
        assert browser.post(address, {"act": "name", "to": to, "reason": "提交虚假材料"}).status_code == 302
    assert "已经在这份名单上了" in browser.post(address, {"act": "name", "to": number, "reason": "再"}).content.decode()
    assert "不能自己公布" in browser.post(address, {"act": "publish"}).content.decode()
    assert "关于弄虚作假的通报" not in browser.get("/honours/?kind=sanction").content.decode()
    browser.force_login(other)
    assert browser.post(address, {"act": "publish"}).status_code == 302
    assert browser.post(address, {"act": "name", "to": number, "reason": "再"}).status_code == 409
    browser.logout()
    shown = browser.get("/honours/?kind=sanction").content.decode()
    assert employer.name in shown
    assert person.name not in shown
    assert {notice.to for notice in Notice.objects.filter(event="letter")} == {person.user, employer_reviewer}
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        assert "关于弄虚作假的通报" not in browser.get("/honours/?kind=sanction").content.decode()
    browser.force_login(other)
    assert browser.post(address, {"act": "withdraw", "reason": "文号有误"}).status_code == 302
    browser.logout()
    assert "关于弄虚作假的通报" not in browser.get("/honours/?kind=sanction").content.decode()


@pytest.mark.clause("S1-08")
def test_a_commendation_names_its_people_in_full_and_a_draft_can_go(
    browser: Client, county_officer: User, employer: Organization
) -> None:
    bureau = Organization.objects.get(is_bureau=True, area="410203")
    roll = Roll.objects.create(
        office=bureau, kind="commend", title="先进个人", document_no="1号", decided_on=date(2026, 1, 5),
        made_by=county_officer, made_at=NOW,
    )  # fmt: skip
    number = make.id_number()
    make.professional("司马先进", works_at=employer, number=number)
    browser.force_login(county_officer)
    address = f"/rolls/{roll.ref}/"
    browser.post(address, {"act": "name", "to": number, "reason": "成绩突出"})
    name = roll.names.get()
    assert browser.post(address, {"act": f"off:{name.ref}"}).status_code == 302
    assert not roll.names.exists()
    browser.post(address, {"act": "name", "to": number, "reason": "成绩突出"})
    with pytest.raises(IntegrityError, match="a_roll_is_published_by_another"), transaction.atomic():
        Roll.objects.update(published_by=county_officer, published_at=NOW)
    Roll.objects.update(published_by=make.user("另一人"), published_at=NOW)
    assert "司马先进" in browser.get("/honours/").content.decode()
    Roll.objects.update(published_by=None, published_at=None)
    assert browser.post(address, {"act": "drop"}).status_code == 302
    assert not Roll.objects.exists()


@pytest.mark.clause("S1-16", "S3-08", "S1-09")
def test_a_unit_names_its_officer_and_those_above_see_who_has_and_train_them(
    browser: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User,
    other_employer: Organization, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    browser.force_login(employer_reviewer)
    page = "/staff/officer/"
    assert "还没有登记" in browser.get(page).content.decode()
    officer = {"act": "name", "name": "王专职", "office": "人事科", "phone": "13900001234", "is_full_time": "on"}
    assert "请填办公电话" in browser.post(page, officer).content.decode()
    assert browser.post(page, officer | {"phone": "0371-22000009"}).status_code == 302
    assert browser.post(page, {"act": "count", "obliged": "4"}).status_code == 302
    assert "注册率 25.0%" in browser.get(page).content.decode()
    browser.force_login(authority_reviewer)
    with django_assert_max_num_queries(25):
        text = browser.get("/officers/").content.decode()
    assert "人事科 王专职（专职）" in text
    assert "25.0%" in text
    assert employer.name not in browser.get("/officers/?look=none").content.decode()
    assert other_employer.name in browser.get("/officers/?look=none").content.decode()
    assert other_employer.name in browser.get("/officers/?look=unsaid").content.decode()
    for href, figure in re.findall(r'href="(/officers/|/staff/[^"]+|\?look=[a-z]+)">(\d+)<', text):
        listed = browser.get(href if href.startswith("/") else f"/officers/{href}").content.decode()
        rows = listed.count('data-label="应参加"') or listed.count('data-label="情况"')
        assert rows == int(figure), href
    whole = whole_of(authority_reviewer, 2026)
    assert (whole.units, whole.with_officer, whole.said, whole.registered, whole.share) == (2, 1, 1, 1, Decimal("25.0"))
    said = {
        "title": "管理人员培训班", "started_on": "2026-05-06", "ended_on": "2026-05-07", "place": "", "content": "政策",
        "hours": "8", "office": authority_reviewer.memberships.first().organization_id,
    }  # fmt: skip
    assert browser.post("/officers/trainings/", said | {"hours": "0.3"}).status_code == 422
    assert browser.post("/officers/trainings/", said).status_code == 302
    training = OfficerTraining.objects.get()
    address = f"/officers/trainings/{training.ref}/"
    here = Officer.objects.get()
    assert browser.post(address, {"officer": "nobody", "act": "on"}).status_code == 422
    assert browser.post(address, {"officer": str(here.ref), "act": "on"}).status_code == 302
    assert OfficerAttendance.objects.count() == 1
    assert employer.name not in browser.get("/officers/?look=untrained").content.decode()
    browser.force_login(employer_reviewer)
    assert "管理人员培训班" in browser.get(page).content.decode()
    browser.force_login(authority_reviewer)
    assert browser.post(address, {"officer": str(here.ref), "act": "off"}).status_code == 302
    assert not OfficerAttendance.objects.exists()


@pytest.mark.clause("S3-08")
def test_of_a_large_place_the_clock_counts_once_an_hour(
    browser: Client, city_officer: User, employer: Organization, employer_reviewer: User, declarant: Professional,
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    service.say_headcount(employer, 2026, 4, by=employer_reviewer, now=NOW)
    live = whole_of(city_officer, 2026)
    assert (live.units, live.said, live.registered, live.at) == (1, 1, 1, None)
    assert count_officers(now=NOW) == 0
    monkeypatch.setattr("ceportal.office.selectors.officers.LIVE_AT_MOST", 0)
    assert count_officers(now=NOW) == 3, "its province, its city, itself"
    assert whole_of(city_officer, 2026) == replace(live, at=NOW)
    make.employer("新来的单位")
    assert count_officers(now=NOW + timedelta(minutes=59)) == 0
    browser.force_login(city_officer)
    with django_assert_max_num_queries(15):
        text = browser.get("/officers/").content.decode()
    assert ">1</a> 个，其中" in text
    assert "以上数字截至" in text
    assert "新来的单位" in text
    assert count_officers(now=NOW + timedelta(hours=1)) == 3
    assert whole_of(city_officer, 2026).units == 2
    monkeypatch.setattr("ceportal.office.selectors.officers.LIVE_AT_MOST", 9)
    assert count_officers(now=NOW + timedelta(hours=1)) == OfficerSum.objects.count() == 0


def test_another_officer_takes_the_place_and_the_number_said_again_is_another(
    employer: Organization, employer_reviewer: User
) -> None:
    by: dict[str, Any] = {"by": employer_reviewer, "now": NOW}
    said: dict[str, Any] = {"office": "人事科", "phone": "", "is_full_time": False}
    first = service.name_officer(employer, name="王专职", **said, **by)
    same = service.name_officer(employer, name="王专职", **(said | {"office": "教务处"}), **by)
    second = service.name_officer(employer, name="李专职", **said, **by)
    assert same.pk == first.pk != second.pk
    assert Officer.objects.get(ended_at__isnull=True) == second
    for obliged in (3, 4):
        service.say_headcount(employer, 2026, obliged, **by)
    assert Headcount.objects.get().obliged == 4
