"""The password policy as it is met at the doors: what is refused, how old one may be, and which do not come back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, PasswordRecord
from accounts.services.accounts import change_password, make_user
from ceportal import env
from ceportal.kernel.rules.refusal import Refused
from tests import factories as make
from tests.accounts.factors import app_for, give_password, is_in

pytestmark = pytest.mark.django_db
PHONE = "13812340010"
CHANGE = reverse("accounts:change_password")
EXPIRED = reverse("accounts:sign_in_password")
NEW = "Another-Yellow-River-1"


@pytest.fixture
def person(db):
    return make.user("张伟国", number=PHONE)


@pytest.fixture
def reviewer(person, employer, settings):
    """Whose passwords run out after ninety days."""
    settings.PASSWORD_MAX_DAYS = 90
    return make.give(person, employer, Duty.REVIEW_HOURS)


def asks(client, password, old=make.PASSWORD):
    return client.post(CHANGE, {"old_password": old, "password": password, "password_again": password})


def aged(user, days):
    PasswordRecord.objects.create(user=user, hash=user.password, set_at=timezone.now() - timedelta(days=days))


@pytest.mark.asvs("v5.0.0-6.2.1", "v5.0.0-6.2.9")
@pytest.mark.parametrize(
    ("policy", "password", "words"),
    [
        ("djbh3", "Ab1-", "至少 10 位"),
        ("djbh3", "yellowriver1", "至少要有三种"),
        ("djbh3", "Password123!", ""),
        ("djbh3", "Yellow-River1" * 5, ""),
        ("nist", "yellow-river", "至少 15 位"),
        ("nist", "yellowriveryellow", ""),
        ("nist", "1234567890123456", ""),
        ("djbh3", make.PASSWORD, "最近用过"),
    ],
)
def test_what_the_page_answers(client, person, settings, policy, password, words):
    settings.PASSWORD_POLICY = policy
    client.force_login(person)
    answer = asks(client, password)
    assert answer.status_code == (422 if words else 302)
    assert words in answer.content.decode()


def test_the_page_says_beforehand_what_is_asked(client, person, settings):
    client.force_login(person)
    assert "至少有三种" in client.get(CHANGE).content.decode()
    settings.PASSWORD_POLICY = "nist"
    assert "至少 15 位" in client.get(CHANGE).content.decode()
    app_for(person)
    assert "至少 8 位" in client.get(CHANGE).content.decode()


@pytest.mark.asvs("v5.0.0-6.2.4")
@pytest.mark.parametrize(("policy", "password"), [("nist", "1q2w3e4r5t"), ("nist", "password1")])
def test_common_ones_are_refused(client, person, settings, policy, password):
    settings.PASSWORD_POLICY = policy
    app_for(person)
    client.force_login(person)
    assert "太常见" in asks(client, password).content.decode()


def test_the_last_five_do_not_come_back(person):
    now, used = timezone.now(), [make.PASSWORD]
    for number in range(5):
        used.append(f"{NEW}-{number}")
        change_password(person, used[-1], by=person, now=now)
    for again in used[1:]:
        with pytest.raises(Refused):
            change_password(person, again, by=person, now=now)
    change_password(person, used[0], by=person, now=now)
    assert PasswordRecord.objects.filter(user=person).count() == 5


def test_a_made_account_begins_its_history(db):
    user = make_user(name="新账号", phone=PHONE, password=NEW, now=timezone.now())
    assert PasswordRecord.objects.get(user=user).hash == user.password


@pytest.mark.asvs("v5.0.0-6.3.7")
def test_the_owner_is_told(person):
    change_password(person, NEW, by=person, now=timezone.now())
    assert Notice.objects.filter(to=person, event=NoticeEvent.ACCOUNT_SAFETY, text__contains="密码已修改").exists()


# --- age


def test_a_password_that_ran_out_is_changed_on_the_way_in(client, reviewer):
    aged(reviewer, 90)
    assert give_password(client, PHONE).url == EXPIRED
    assert not is_in(client)
    assert client.post(EXPIRED, {"password": "short", "password_again": "short"}).status_code == 422
    same = {"password": make.PASSWORD, "password_again": make.PASSWORD}
    assert "最近用过" in client.post(EXPIRED, same).content.decode()
    assert not is_in(client)
    assert client.post(EXPIRED, {"password": NEW, "password_again": NEW}).url == "/home/"
    assert is_in(client)
    assert give_password(Client(), PHONE, NEW).url == "/home/"


def test_the_factor_comes_before(client, reviewer):
    """Nobody who has only the password changes it."""
    aged(reviewer, 90)
    app = app_for(reviewer)
    assert give_password(client, PHONE).url == reverse("accounts:sign_in_code")
    assert client.post(EXPIRED, {"password": NEW, "password_again": NEW}).url == reverse("accounts:sign_in_code")
    reviewer.refresh_from_db()
    assert reviewer.check_password(make.PASSWORD)
    assert client.post(reverse("accounts:sign_in_code"), {"code": app.code()}).url == EXPIRED


@pytest.mark.asvs("v5.0.0-6.4.5")
@pytest.mark.parametrize(("days", "warned"), [(75, False), (76, True), (89, True)])
def test_two_weeks_before_each_sign_in_says_so(client, reviewer, days, warned):
    aged(reviewer, days)
    give_password(client, PHONE)
    page = client.get(reverse("accounts:profile")).content.decode()
    assert ("天到期" in page) == warned


def test_the_passwords_of_others_do_not_run_out(client, person, settings):
    settings.PASSWORD_MAX_DAYS = 90
    aged(person, 400)
    assert give_password(client, PHONE).url == "/home/"


def test_nor_under_nist(client, reviewer, settings):
    settings.PASSWORD_POLICY = "nist"
    aged(reviewer, 400)
    assert give_password(client, PHONE).url == "/home/"


# --- settings


@pytest.mark.parametrize("value", ["", "djbh2", "NIST"])
def test_a_policy_nobody_knows_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("PASSWORD_POLICY", value)
    with pytest.raises(env.MissingSetting):
        env.one_of("PASSWORD_POLICY", "djbh3", "nist")


@pytest.mark.parametrize(
    "value", ["11100000000013338W01", "11100000000013338W01-", "１１１００００００００００１３３３８W０１１"]
)
def test_a_code_of_another_shape_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("CERTIFICATE_TYPE_CODE", value)
    with pytest.raises(env.MissingSetting):
        env.code("CERTIFICATE_TYPE_CODE", 21)
    monkeypatch.setenv("CERTIFICATE_TYPE_CODE", " 11100000000013338w011 ")
    assert env.code("CERTIFICATE_TYPE_CODE", 21) == "11100000000013338W011"


@pytest.mark.parametrize("value", ["", "8", "-", "8-", "21-8", "8-8", "8-25", "８-21", "8-21-22", "x-21", "-1-5"])
def test_hours_that_are_none_stop_the_start(monkeypatch, value):
    monkeypatch.setenv("TEXT_HOURS", value)
    with pytest.raises(env.MissingSetting):
        env.hours("TEXT_HOURS", "8-21")


@pytest.mark.parametrize(("value", "hours"), [("8-21", (8, 21)), ("0-24", (0, 24)), (" 9-10 ", (9, 10))])
def test_hours_of_a_day(monkeypatch, value, hours):
    monkeypatch.setenv("TEXT_HOURS", value)
    assert env.hours("TEXT_HOURS", "8-21") == hours
