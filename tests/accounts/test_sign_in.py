"""Signing in and out, sessions that end, and answers that do not tell who exists."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.backends import IdNumberOrPhone
from accounts.services.accounts import change_password
from accounts.services.memberships import end
from accounts.views import sign_in
from tests import factories as make

pytestmark = pytest.mark.django_db
SIGN_IN = reverse("accounts:sign_in")
PHONE = "13812340001"
NUMBER = make.id_number(serial=601)
NEW = "Another-Yellow-River-1"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: the costly part of an answer."""

    count = 0

    def encode(self, password, salt):
        type(self).count += 1
        return super().encode(password, salt)


@pytest.fixture
def person(employer):
    return make.professional(works_at=employer, number=NUMBER, account=make.user("测试学员", number=PHONE))


def sign(client, login, password=make.PASSWORD, **more):
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


@pytest.mark.parametrize("login", [PHONE, NUMBER, f" {NUMBER.lower()} ", f"{PHONE} "])
def test_by_id_number_or_phone(client, person, login):
    answer = sign(client, login)
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(person.user.pk)


@pytest.mark.asvs("v5.0.0-6.3.8")
@pytest.mark.parametrize(
    ("login", "password"),
    [
        (PHONE, "wrong"),
        (NUMBER, "wrong"),
        ("13899999999", make.PASSWORD),
        (make.id_number(serial=602), make.PASSWORD),
        ("' OR 1=1--", make.PASSWORD),
        ("😀" * 300, make.PASSWORD),
        (PHONE, make.PASSWORD + " "),
    ],
)
def test_one_answer_for_whatever_does_not_match(client, person, login, password):
    answer = sign(client, login, password)
    assert answer.status_code == 422
    assert sign_in.WRONG in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.asvs("v5.0.0-6.3.8")
def test_unknown_and_known_hash_as_often(person, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_sign_in.CountingHasher"]
    person.user.set_password(make.PASSWORD)
    person.user.save()
    counts = []
    for login in (PHONE, "13899999999"):
        CountingHasher.count = 0
        IdNumberOrPhone().authenticate(None, login=login, password="wrong")
        counts.append(CountingHasher.count)
    assert counts[0] == counts[1] == 1


def test_an_account_put_out_of_use_cannot_sign_in(client, person):
    person.user.is_active = False
    person.user.save()
    assert sign(client, PHONE).status_code == 422


def test_after_five_wrong_tries_even_the_right_one_waits_and_another_place_does_not(client, person):
    for _ in range(5):
        assert sign(client, PHONE, "wrong").status_code == 422
    answer = sign(client, PHONE)
    assert answer.status_code == 429
    assert sign_in.TOO_OFTEN in answer.content.decode()
    assert sign(Client(REMOTE_ADDR="10.0.0.9"), PHONE).status_code == 302


def test_the_wait_is_the_same_for_an_unknown_account(client, person):
    for _ in range(5):
        sign(client, "13899999999", "wrong")
    assert sign(client, "13899999999").status_code == 429
    assert sign(client, PHONE).status_code == 302


@pytest.mark.asvs("v5.0.0-3.7.2")
@pytest.mark.parametrize(
    ("wanted", "led"), [("/profile/", "/profile/"), ("https://evil.example/", "/home/"), ("//evil.example", "/home/")]
)
def test_only_to_a_page_of_ours(client, person, wanted, led):
    reverse("office:home")
    assert sign(client, PHONE, next=wanted).url == led


@pytest.mark.asvs("v5.0.0-3.5.3", "v5.0.0-7.4.1")
def test_sign_out_is_a_post(client, person):
    client.force_login(person.user)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert client.post(reverse("accounts:sign_out")).status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.asvs("v5.0.0-8.2.1")
def test_a_page_that_needs_somebody_leads_to_sign_in(client, db):
    assert client.get(reverse("accounts:profile")).url == f"{SIGN_IN}?next=/profile/"


def test_the_session_ends_with_the_duty(client, employer, employer_reviewer):
    client.force_login(employer_reviewer)
    assert client.get(reverse("accounts:profile")).status_code == 200
    end(employer_reviewer, employer, by=None, now=timezone.now())
    assert client.get(reverse("accounts:profile")).status_code == 302


@pytest.mark.asvs("v5.0.0-6.2.2", "v5.0.0-7.4.3")
def test_another_password_ends_other_sessions_and_keeps_this_one(client, person):
    other = Client()
    client.force_login(person.user)
    other.force_login(person.user)
    page = reverse("accounts:change_password")
    fields = {"old_password": make.PASSWORD, "password": NEW, "password_again": NEW}
    assert client.post(page, fields).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert other.get(reverse("accounts:profile")).status_code == 302
    assert sign(Client(), PHONE, NEW).status_code == 302


@pytest.mark.asvs("v5.0.0-6.2.3")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"old_password": "wrong"}, "现在的密码不对"),
        ({"password_again": "other"}, "两次输入的密码不一样"),
        ({"password": "1234567890", "password_again": "1234567890"}, "数字"),
        ({"password": "short", "password_again": "short"}, "10"),
    ],
)
def test_a_password_that_cannot_be(client, person, changes, words):
    client.force_login(person.user)
    fields = {"old_password": make.PASSWORD, "password": NEW, "password_again": NEW} | changes
    answer = client.post(reverse("accounts:change_password"), fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    person.user.refresh_from_db()
    assert person.user.check_password(make.PASSWORD)


@pytest.mark.asvs("v5.0.0-14.2.6")
def test_the_profile_masks_numbers_and_tells_duties(client, person, employer):
    make.give(person.user, employer, *[])
    client.force_login(person.user)
    text = client.get(reverse("accounts:profile")).content.decode()
    assert person.id_mask in text
    assert NUMBER not in text
    assert PHONE not in text


def test_the_service_ends_sessions_too(person):
    before = person.user.session_epoch
    assert change_password(person.user, NEW, by=person.user, now=timezone.now()).session_epoch == before + 1
