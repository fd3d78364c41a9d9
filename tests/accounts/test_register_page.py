"""Registering: employer chosen by place and name, errors beside the fields, progress, withdrawal, applying again."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.enums import RegistrationState
from accounts.models import Organization, PersonRegistration, Professional, TitleSeries, UnitRegistration, User
from accounts.services.people import approve_person, refuse_person
from tests import factories as make

pytestmark = pytest.mark.django_db
REGISTER = reverse("accounts:register")
PROGRESS = reverse("accounts:registration")
UNIT = reverse("accounts:register_unit")
NUMBER = make.id_number(serial=701)


@pytest.fixture(autouse=True)
def titles(db):
    TitleSeries.objects.create(code="99", name="无")
    return make.title_series()


def fields(**changes):
    given = {
        "name": "申请人",
        "id_kind": "resident",
        "id_number": NUMBER,
        "area": "410203",
        "title_series": "22",
        "title_level": "中级",
        "phone": "13912340001",
        "password": make.PASSWORD,
        "password_again": make.PASSWORD,
    }
    return given | changes


def at(employer):
    return f"{REGISTER}?organization={employer.ref}"


def unit_fields(**changes):
    given = {
        "name": "开封市新建中学",
        "uscc": make.uscc(701),
        "nature": "institution",
        "supervisor": "",
        "contact_name": "人事科",
        "contact_phone": "0371-23456789",
        "applicant_name": "管理员",
        "phone": "13912340009",
        "password": make.PASSWORD,
        "password_again": make.PASSWORD,
    }
    return given | changes


# --- choosing the employer


def test_the_employer_is_found_by_place_and_name(client, employer, lone_employer, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        text = client.get(REGISTER, {"city": "410200", "county": "", "text": "实验中学"}).content.decode()
    assert employer.name in text
    assert lone_employer.name not in text
    assert at(employer) in text


def test_the_counties_of_the_city_chosen_are_offered(client, employer):
    assert "顺河回族区" not in client.get(REGISTER).content.decode()
    assert "顺河回族区" in client.get(REGISTER, {"city": "410200"}).content.decode()


def test_the_fragment_finds_the_same(client, employer):
    text = client.get(reverse("accounts:find_units"), {"city": "410200", "text": "实验"}).content.decode()
    assert employer.name in text
    assert "<html" not in text


@pytest.mark.parametrize(
    "query", [{"city": "999999"}, {"city": "410200", "county": "410402"}, {"city": "x" * 500}, {"city": "\0"}]
)
def test_places_that_are_none_find_nothing(client, employer, query):
    assert employer.name not in client.get(REGISTER, query).content.decode()


@pytest.mark.parametrize("ref", ["00000000-0000-4000-8000-000000000000", "abc", "\x00"])
def test_a_unit_that_is_none_is_not_found(client, db, ref):
    assert client.get(REGISTER, {"organization": ref}).status_code == 404


def test_an_authority_is_no_employer(client, authority):
    assert client.get(at(authority)).status_code == 404


# --- saying who one is


def test_a_person_registers_and_sees_who_has_it(client, employer, employer_reviewer, django_assert_max_num_queries):
    assert client.get(at(employer)).status_code == 200
    assert client.post(at(employer), fields()).url == PROGRESS
    with django_assert_max_num_queries(16):
        text = client.get(PROGRESS).content.decode()
    assert employer.name in text
    assert employer.contact_phone in text
    assert "今天刚送到" in text
    assert NUMBER not in text
    assert client.get(REGISTER).url == PROGRESS


@pytest.mark.clause("A30")
def test_the_day_of_the_title_is_kept(client, employer, employer_reviewer):
    assert client.post(at(employer), fields(title_since="2025-06-01")).url == PROGRESS
    assert Professional.objects.get().title_since == date(2025, 6, 1)


def test_without_an_employer_to_the_bureau(client, county_bureau, county_officer):
    assert client.post(f"{REGISTER}?without=410203", fields()).url == PROGRESS
    assert PersonRegistration.objects.get().waiting_on == county_bureau


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id_number": NUMBER[:17] + ("1" if NUMBER[17] != "1" else "2")}, "最后一位"),
        ({"id_number": NUMBER + "\n"}, "18 位"),
        ({"id_number": "410203850312123"}, "15 位的旧号码"),
        ({"name": "张" * 51}, "最多 50 个字"),
        ({"title_since": "2999-01-01"}, "不能晚于今天"),
        ({"title_since": "2025-02-30"}, "请填写正确的日期"),
        ({"name": "张\u202e三"}, "无法显示的字符"),
        ({"phone": "12345"}, "11 位数字"),
        ({"phone": "１３９１２３４０００１"}, "11 位数字"),
        ({"password_again": "x"}, "两次输入的密码不一样"),
        ({"password": "Ab3", "password_again": "Ab3"}, "密码太短，至少 10 位"),
        ({"password": "password123", "password_again": "password123"}, "太常见"),
        ({"password": "12345678901", "password_again": "12345678901"}, "数字"),
        ({"title_series": "99", "title_level": "中级"}, "也应选“无”"),
        ({"title_level": "超级"}, "请从列表中选择职称级别"),
        ({"area": "410402"}, "请从列表中选择"),
        ({"id_kind": "hmt_permit"}, "81、82、83 开头"),
        ({"id_kind": "foreign_permit", "id_number": "911124198108030020"}, "最后一位"),
        ({"id_kind": "hmt_permit", "id_number": "X1"}, "通行证号码"),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_is_written(client, employer, employer_reviewer, changes, words):
    answer = client.post(at(employer), fields(**changes))
    if not words:
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Professional.objects.exists()
    assert User.objects.count() == 1


def test_names_are_shown_as_text(client, employer, employer_reviewer):
    client.post(at(employer), fields(name="<script>alert(1)</script>"))
    client.force_login(employer_reviewer)
    for page in (reverse("accounts:people_to_approve"), PersonRegistration.objects.get().ref):
        path = page if isinstance(page, str) else reverse("accounts:review_person", args=[page])
        text = client.get(path).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_a_number_already_registered_is_told_without_more(client, employer, employer_reviewer):
    client.post(at(employer), fields())
    client.logout()
    text = client.post(at(employer), fields(phone="13912340002")).content.decode()
    assert "已经注册过" in text
    assert "申请人" not in text.replace('value="申请人"', "")
    assert Professional.objects.count() == 1


@pytest.mark.clause("S1-03")
def test_a_permit_is_masked_and_found_whatever_its_renewal(client, employer, employer_reviewer):
    answer = client.post(at(employer), fields(id_number="830000198503120012"))
    assert "港澳台居民居住证或通行证" in answer.content.decode()
    assert client.post(at(employer), fields(id_kind="hmt_permit", id_number="h1234567800")).url == PROGRESS
    page = reverse("accounts:review_person", args=[PersonRegistration.objects.get().ref])
    client.logout()
    renewed = fields(id_kind="hmt_permit", id_number="H1234567801", phone="13912340002")
    assert "已经注册过" in client.post(at(employer), renewed).content.decode()
    client.post(reverse("accounts:sign_in"), {"login": "H12345678", "password": make.PASSWORD})
    assert client.session["_auth_user_id"] == str(Professional.objects.get().user_id)
    client.force_login(employer_reviewer)
    text = client.get(page).content.decode()
    assert "H12******00" in text
    assert "H1234567800" not in text


def test_a_sweep_over_numbers_is_slowed(client, employer, employer_reviewer):
    client.post(at(employer), fields())
    client.logout()
    for _ in range(30):
        client.post(at(employer), fields(phone="13912340002"))
    answer = client.post(at(employer), fields(id_number=make.id_number(serial=702), phone="13912340003"))
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "一小时后再试" in answer.content.decode()
    assert Professional.objects.count() == 1


def test_one_who_manages_a_unit_becomes_a_professional_with_the_same_account(client, employer_reviewer, lone_employer):
    client.force_login(employer_reviewer)
    given = {name: value for name, value in fields(name="单位审核员").items() if name not in ("phone", "password")}
    assert client.post(at(lone_employer), given).url == PROGRESS
    assert Professional.objects.get().user == employer_reviewer


# --- while it waits, and after


def test_who_waits_is_led_to_the_progress_page(client, employer, employer_reviewer):
    client.post(at(employer), fields())
    user = User.objects.get(professional__isnull=False)
    client.logout()
    client.post(reverse("accounts:sign_in"), {"login": NUMBER, "password": make.PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.get("/declare/").url == PROGRESS


@pytest.mark.clause("S4-08")
def test_progress_says_with_whom_since_when_and_whom_to_call(
    client, employer, employer_reviewer, authority, authority_reviewer
):
    """等待谁、电话、已等几天: of a person and of a unit, which lands there after signing in."""
    monday = datetime(2026, 11, 16, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with time_machine.travel(monday, tick=False):
        client.post(at(employer), fields())
        assert "今天刚送到" in client.get(PROGRESS).content.decode()
        client.logout()
        client.post(f"{UNIT}?place=410203", unit_fields(supervisor=authority.pk))
    person, unit = Professional.objects.get().user, UnitRegistration.objects.get().declarant
    Organization.objects.filter(pk=authority.pk).update(contact_phone="0371-24000000")
    with time_machine.travel(monday + timedelta(days=3), tick=False):
        for user, told in ((person, (employer.name, "0371-22000000")), (unit, (authority.name, "0371-24000000"))):
            client.force_login(user)
            assert client.get(reverse("office:home")).url == PROGRESS
            text = client.get(PROGRESS).content.decode()
            assert [words for words in (*told, "3 天", "撤回申请", "还剩 2 个工作日") if words not in text] == []


def test_withdraw_and_apply_elsewhere(client, employer, employer_reviewer, lone_employer, lone_reviewer):
    client.post(at(employer), fields())
    made = PersonRegistration.objects.get()
    assert client.post(PROGRESS, {"application": made.ref}).url == PROGRESS
    made.refresh_from_db()
    assert made.state == RegistrationState.WITHDRAWN
    assert client.post(PROGRESS, {"application": made.ref}).status_code == 409
    text = client.get(PROGRESS).content.decode()
    assert "已撤回" in text
    assert "重新申请" in text
    answer = client.post(at(lone_employer), fields(id_number="", name="更名后"))
    assert answer.url == PROGRESS
    assert PersonRegistration.objects.latest("id").waiting_on == lone_employer


def test_anothers_application_cannot_be_withdrawn(client, employer, employer_reviewer, declarant):
    client.post(at(employer), fields())
    made = PersonRegistration.objects.get()
    client.force_login(declarant.user)
    for ref in (made.ref, "abc", "", "00000000-0000-4000-8000-000000000000"):
        assert client.post(PROGRESS, {"application": ref}).status_code == 404
    made.refresh_from_db()
    assert made.state == RegistrationState.WAITING


def test_a_refusal_is_shown_with_its_reason(client, employer, employer_reviewer):
    client.post(at(employer), fields())
    refuse_person(PersonRegistration.objects.get(), reason="不是本单位人员", by=employer_reviewer, now=timezone.now())
    text = client.get(PROGRESS).content.decode()
    assert "不是本单位人员" in text
    assert "重新申请" in text


def test_an_approval_is_shown(client, employer, employer_reviewer):
    client.post(at(employer), fields())
    approve_person(PersonRegistration.objects.get(), by=employer_reviewer, now=timezone.now())
    assert "已核准" in client.get(PROGRESS).content.decode()


def test_nobody_signed_in_sees_no_progress(client, db):
    assert client.get(PROGRESS).status_code == 302


def test_somebody_without_an_application_is_told_what_to_do(client, city_officer):
    client.force_login(city_officer)
    assert "您还没有提交过注册申请" in client.get(PROGRESS).content.decode()


# --- units


def test_a_unit_registers_under_its_authority(
    client, authority, authority_reviewer, county, django_assert_max_num_queries
):
    page = f"{UNIT}?place=410203"
    assert "确定地区" in client.get(UNIT, {"city": "410200"}).content.decode()
    with django_assert_max_num_queries(6):
        assert authority.name in client.get(page).content.decode()
    assert client.post(page, unit_fields(supervisor=authority.pk)).url == PROGRESS
    made = UnitRegistration.objects.get()
    assert made.waiting_on == authority
    assert authority.name in client.get(PROGRESS).content.decode()
    assert client.post(PROGRESS, {"application": made.ref}).url == PROGRESS
    assert client.post(page, {k: v for k, v in unit_fields().items() if k != "password"}).url == PROGRESS


def test_a_unit_without_an_authority_to_the_bureau(client, county_bureau, county_officer):
    client.post(f"{UNIT}?place=410203", unit_fields())
    assert UnitRegistration.objects.get().waiting_on == county_bureau


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"uscc": "91110000600037341M"}, "最后一位"),
        ({"uscc": ""}, "请填写统一社会信用代码"),
        ({"name": "单" * 101}, "最多 100 个字"),
        ({"contact_phone": "电话"}, "0371-23456789"),
        ({"applicant_name": "张\u202e"}, "无法显示的字符"),
        ({"phone": "1"}, "11 位数字"),
        ({"supervisor": "999999"}, "请从列表中选择主管部门"),
        ({"name": "单\0位"}, "无法显示的字符"),
    ],
)
def test_errors_of_a_unit_stand_beside_their_field(client, county_bureau, changes, words):
    answer = client.post(f"{UNIT}?place=410203", unit_fields(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not UnitRegistration.objects.exists()
    assert not User.objects.exists()
    assert not Organization.objects.filter(is_employer=True).exists()


@pytest.mark.parametrize("code", ["999999", "x", "\0", "410203\n", "４１０２０３"])
def test_a_place_that_is_none(client, county_bureau, code):
    assert client.get(UNIT, {"place": code}).status_code == 404
    assert client.get(REGISTER, {"without": code}).status_code == 404
