"""The second factor: asked for at sign-in, good once, set up before anything else by those who act for others."""

from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, RecoveryCode, SecondFactor
from accounts.rules.guessing import OF_A_PAIR, OF_AN_ACCOUNT
from accounts.rules.totp import matching_step
from accounts.services.second_factor import accept_code, confirm_factor, end_factor, start_factor
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from tests import factories as make
from tests.accounts.factors import CODE, SET_UP, App, app_for, give_password, is_in
from tests.races import at_once

pytestmark = pytest.mark.django_db
PHONE = "13812340007"
PROFILE = reverse("accounts:profile")
SAFETY = reverse("accounts:safety")
FACTOR = reverse("accounts:set_up_factor")


@pytest.fixture
def reviewer(employer):
    return make.give(make.user("审核员", number=PHONE), employer, Duty.REVIEW_HOURS)


@pytest.fixture
def plain(db):
    """Somebody without a duty."""
    return make.user("普通人员", number=PHONE)


def test_password_and_code_open_the_account(client, reviewer):
    app = app_for(reviewer)
    assert give_password(client, PHONE).url == CODE
    assert not is_in(client)
    assert client.get(PROFILE).url.startswith(reverse("accounts:sign_in"))
    assert client.post(CODE, {"code": app.code()}).url == "/home/"
    assert is_in(client)
    assert AuditEvent.objects.filter(action="user.sign_in").count() == 1


def test_the_page_that_was_wanted_is_reached_after_the_code(client, reviewer):
    app = app_for(reviewer)
    client.post(reverse("accounts:sign_in"), {"login": PHONE, "password": make.PASSWORD, "next": "/profile/"})
    assert client.post(CODE, {"code": app.code()}).url == "/profile/"


@pytest.mark.asvs("v5.0.0-6.5.1")
def test_a_code_is_good_once(client, reviewer):
    """Replayed within its own thirty seconds, from another browser, it opens nothing (T22)."""
    app, other = app_for(reviewer), Client()
    code = app.code()
    give_password(client, PHONE)
    give_password(other, PHONE)
    assert client.post(CODE, {"code": code}).status_code == 302
    answer = other.post(CODE, {"code": code})
    assert answer.status_code == 422
    assert "已经用过" in answer.content.decode()
    assert not is_in(other)


def test_a_code_of_before_the_last_one_is_refused_too(reviewer):
    app, now = app_for(reviewer), timezone.now()
    assert accept_code(reviewer, app.code(now, steps=1), now=now)
    assert not accept_code(reviewer, app.code(now), now=now)
    assert accept_code(reviewer, app.code(now, steps=2), now=now + timedelta(seconds=30))


@pytest.mark.asvs("v5.0.0-6.5.1", "v5.0.0-15.4.2")
@pytest.mark.django_db(transaction=True)
def test_of_two_hands_with_one_code_one_gets_in():
    user = make.user("两只手")
    app, now = app_for(user), timezone.now()
    code = app.code(now)
    assert sorted(at_once([lambda: accept_code(user, code, now=now)] * 4)) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_the_race_above_would_find_a_careless_look():
    """The last step read, compared and then written: both get in."""
    user = make.user("粗心")
    app, now, gate = app_for(user), timezone.now(), Barrier(2)

    def careless():
        held = SecondFactor.objects.get(user=user)
        step = matching_step(app.secret, app.code(now), now=now, last_step=held.last_step)
        gate.wait(10)
        SecondFactor.objects.filter(pk=held.pk).update(last_step=step)
        return step is not None

    assert at_once([careless, careless]) == [True, True]


@pytest.mark.parametrize("typed", ["", "000000", "12345", "１２３４５６", "x" * 500, "\x00"])
def test_wrong_codes_are_told_kindly(client, reviewer, typed):
    app_for(reviewer)
    give_password(client, PHONE)
    assert client.post(CODE, {"code": typed}).status_code == 422
    assert not is_in(client)


@pytest.mark.asvs("v5.0.0-6.3.1")
def test_codes_cannot_be_guessed_on_and_on(client, reviewer):
    app = app_for(reviewer)
    give_password(client, PHONE)
    for _ in range(OF_A_PAIR):
        assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert client.post(CODE, {"code": app.code()}).status_code == 429
    assert not is_in(client)


def test_nor_from_ever_new_addresses(reviewer):
    app = app_for(reviewer)
    for number in range(OF_AN_ACCOUNT):
        stranger = Client(REMOTE_ADDR=f"10.0.{number}.1")
        give_password(stranger, PHONE)
        stranger.post(CODE, {"code": "000000"})
    last = Client(REMOTE_ADDR="10.9.9.9")
    give_password(last, PHONE)
    assert last.post(CODE, {"code": app.code()}).status_code == 429


@pytest.mark.asvs("v5.0.0-2.3.1")
@pytest.mark.parametrize("page", [CODE, SET_UP, reverse("accounts:sign_in_password")])
def test_no_step_is_reached_without_the_one_before(client, page):
    for answer in (client.get(page), client.post(page, {"code": "123456"})):
        assert answer.url == reverse("accounts:sign_in")


def test_the_way_in_closes_after_ten_minutes(client, reviewer):
    app = app_for(reviewer)
    give_password(client, PHONE)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.post(CODE, {"code": app.code()}).url == reverse("accounts:sign_in")
    assert not is_in(client)


def test_another_password_closes_the_way_in(client, reviewer):
    app = app_for(reviewer)
    give_password(client, PHONE)
    reviewer.set_password("Another-Yellow-River-1")
    reviewer.save()
    client.post(CODE, {"code": app.code()})
    assert not is_in(client)


# --- those who must have one


def test_who_acts_for_others_sets_it_up_before_anything_else(client, reviewer, settings):
    settings.SECOND_FACTOR = "required"
    assert give_password(client, PHONE).url == SET_UP
    page = client.get(SET_UP)
    assert "data:image/svg+xml" in page.content.decode()
    assert client.get(PROFILE).status_code == 302
    secret = start_factor(reviewer, now=timezone.now())[1]
    answer = client.post(SET_UP, {"code": App(secret).code()})
    codes = RecoveryCode.objects.filter(user=reviewer)
    assert answer.status_code == 200
    assert codes.count() == 10
    assert all(code.selector in answer.content.decode() for code in codes)
    assert is_in(client)
    assert client.get(PROFILE).status_code == 200


def test_a_wrong_first_code_sets_nothing_up(client, reviewer, settings):
    settings.SECOND_FACTOR = "required"
    give_password(client, PHONE)
    assert client.post(SET_UP, {"code": "000000"}).status_code == 422
    assert not is_in(client)
    assert not SecondFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_who_has_no_duty_is_not_asked(client, plain, settings):
    settings.SECOND_FACTOR = "required"
    assert give_password(client, PHONE).url == "/home/"


def test_where_it_is_offered_who_acts_for_others_is_advised(client, reviewer):
    give_password(client, PHONE)
    assert "请在“账号安全”中开启动态口令" in client.get(SAFETY).content.decode()


def test_who_must_have_one_cannot_end_it(client, reviewer, settings):
    settings.SECOND_FACTOR = "required"
    app_for(reviewer)
    with pytest.raises(Refused):
        end_factor(reviewer, by=reviewer, now=timezone.now())
    client.force_login(reviewer)
    assert reverse("accounts:end_factor") not in client.get(SAFETY).content.decode()


# --- recovery codes


@pytest.mark.asvs("v5.0.0-6.5.1")
def test_a_recovery_code_opens_once(client, reviewer):
    codes: list[str] = []
    app_for(reviewer, codes=codes)
    give_password(client, PHONE)
    assert client.post(CODE, {"code": codes[0].lower()}).status_code == 302
    again = Client()
    give_password(again, PHONE)
    assert again.post(CODE, {"code": codes[0]}).status_code == 422
    assert again.post(CODE, {"code": codes[1]}).status_code == 302
    assert Notice.objects.filter(to=reviewer, text__contains="还剩 8 个").exists()


@pytest.mark.asvs("v5.0.0-6.5.2")
def test_recovery_codes_are_kept_hashed(reviewer):
    codes: list[str] = []
    app_for(reviewer, codes=codes)
    with connection.cursor() as cursor:
        cursor.execute("SELECT selector, hash FROM accounts_recoverycode")
        kept = repr(cursor.fetchall())
    assert not any(code in kept or code[6:] in kept for code in codes)


def test_new_ones_void_the_old(client, reviewer):
    codes: list[str] = []
    app_for(reviewer, codes=codes)
    client.force_login(reviewer)
    assert client.post(reverse("accounts:renew_codes")).status_code == 200
    assert not accept_code(reviewer, codes[0], now=timezone.now())


# --- one's own page


def test_the_secret_is_sealed_and_never_told_again(client, plain):
    client.force_login(plain)
    page = client.get(FACTOR).content.decode()
    secret = start_factor(plain, now=timezone.now())[1]
    assert " ".join(secret[start : start + 4] for start in range(0, 32, 4)) in page
    client.post(FACTOR, {"code": App(secret).code()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_sealed FROM accounts_secondfactor")
        assert secret.encode() not in bytes(cursor.fetchone()[0])
    assert secret[:4] not in client.get(SAFETY).content.decode()


def test_the_old_phone_holds_until_the_new_one_is_confirmed(client, plain):
    old = app_for(plain)
    client.force_login(plain)
    client.get(FACTOR)
    now = timezone.now()
    assert accept_code(plain, old.code(now), now=now)
    new = App(start_factor(plain, now=now)[1])
    confirm_factor(plain, new.code(now), now=now)
    assert not accept_code(plain, old.code(now, steps=1), now=now)
    assert accept_code(plain, new.code(now, steps=1), now=now)
    assert AuditEvent.objects.filter(action="second_factor.replace").count() == 1
    assert Notice.objects.filter(to=plain, event=NoticeEvent.ACCOUNT_SAFETY, text__contains="换了新的").exists()


def test_a_secret_shown_long_ago_is_not_confirmed_any_more(plain):
    now = timezone.now()
    first = start_factor(plain, now=now)[1]
    assert start_factor(plain, now=now + timedelta(minutes=59))[1] == first
    assert start_factor(plain, now=now + timedelta(minutes=61))[1] != first


def test_who_needs_none_may_end_it(client, plain):
    app_for(plain)
    client.force_login(plain)
    assert client.post(reverse("accounts:end_factor")).url == SAFETY
    assert give_password(Client(), PHONE).url == "/home/"


def test_nothing_to_end_or_renew_is_told(client, plain):
    client.force_login(plain)
    assert client.post(reverse("accounts:end_factor")).status_code == 409
    assert client.post(reverse("accounts:renew_codes")).status_code == 409
