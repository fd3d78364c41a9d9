"""Sessions end: idle, after a day's work, with a duty, a password, a leaving; and their holder sees and ends them."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import KnownDevice, Notice, SignedIn
from accounts.services.accounts import change_password
from accounts.services.devices import forget_what_ended
from accounts.services.memberships import end, grant
from tests import factories as make
from tests.accounts.factors import give_password

pytestmark = pytest.mark.django_db
PHONE = "13812340009"
PROFILE, SAFETY = reverse("accounts:profile"), reverse("accounts:safety")
END = reverse("accounts:end_sessions")
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130"
PHONES = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 MicroMessenger/8"


@pytest.fixture
def person(db):
    return make.user("本人", number=PHONE)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as moved:
        yield moved


def is_let_in(client):
    return client.get(PROFILE).status_code == 200


def browser(agent=WINDOWS, **more):
    opened = Client(HTTP_USER_AGENT=agent, **more)
    assert give_password(opened, PHONE).status_code == 302
    return opened


@pytest.mark.asvs("v5.0.0-7.3.1")
@pytest.mark.parametrize(("is_on_duty", "minutes"), [(False, 30), (True, 15)])
def test_a_session_that_lies_idle_ends(client, person, employer, clock, is_on_duty, minutes):
    if is_on_duty:
        make.give(person, employer, Duty.REVIEW_HOURS)
    client.force_login(person)
    for _ in range(3):
        clock.shift(timedelta(minutes=minutes))
        assert is_let_in(client)
    clock.shift(timedelta(minutes=minutes, seconds=1))
    assert not is_let_in(client)
    assert "自动退出" in client.get(reverse("accounts:sign_in")).content.decode()
    assert "自动退出" not in client.get(reverse("accounts:sign_in")).content.decode()


@pytest.mark.asvs("v5.0.0-7.3.2")
def test_no_session_outlasts_a_days_work(client, person, clock):
    client.force_login(person)
    for _ in range(8 * 3 - 1):
        clock.shift(timedelta(minutes=20))
        client.get(PROFILE)
    clock.shift(timedelta(minutes=19))
    assert is_let_in(client)
    clock.shift(timedelta(minutes=2))
    assert not is_let_in(client)


def test_the_stamp_of_use_is_renewed_once_a_minute(client, person, clock):
    client.force_login(person)
    stamped = SignedIn.objects.get(user=person).seen_at
    clock.shift(timedelta(seconds=59))
    client.get(PROFILE)
    assert SignedIn.objects.get(user=person).seen_at == stamped
    clock.shift(timedelta(seconds=30))
    client.get(PROFILE)
    assert SignedIn.objects.get(user=person).seen_at > stamped


@pytest.mark.asvs("v5.0.0-7.4.2", "v5.0.0-7.4.3", "v5.0.0-8.3.2")
@pytest.mark.parametrize("change", ["grant", "end", "password", "leaving"])
def test_what_changes_ends_every_session_with_the_next_click(person, employer, change):
    make.give(person, employer, Duty.REVIEW_HOURS)
    one, two, now = browser(), browser(PHONES), timezone.now()
    assert is_let_in(one)
    if change == "grant":
        grant(person, employer, [Duty.APPROVE_PEOPLE], by=None, now=now)
    elif change == "end":
        end(person, employer, [Duty.REVIEW_HOURS], by=None, now=now)
    elif change == "password":
        change_password(person, "Another-Yellow-River-1", by=person, now=now)
    else:
        person.is_active = False
        person.save()
    assert not is_let_in(one)
    assert not is_let_in(two)


def test_a_duty_that_is_held_already_ends_nothing(client, person, employer):
    make.give(person, employer, Duty.REVIEW_HOURS)
    client.force_login(person)
    grant(person, employer, [Duty.REVIEW_HOURS], by=None, now=timezone.now())
    assert is_let_in(client)


def test_one_sees_where_one_is_signed_in(person):
    here, there = browser(), browser(PHONES, REMOTE_ADDR="10.1.2.3")
    page = here.get(SAFETY).content.decode()
    assert "Windows 电脑，Edge 浏览器（本机）" in page
    assert "安卓手机，微信" in page
    assert "10.1.2.3" in page
    assert there.session.session_key not in page


def test_all_others_end_and_this_one_stays(person):
    here, there = browser(), browser(PHONES)
    assert here.post(END).url == SAFETY
    assert is_let_in(here)
    assert not is_let_in(there)
    assert SignedIn.objects.filter(user=person).count() == 1


def test_a_single_one_can_be_ended(person):
    here, there, third = browser(), browser(PHONES), browser(PHONES)
    ref = SignedIn.objects.get(session_key=there.session.session_key).ref
    assert here.post(END, {"session": ref}).url == SAFETY
    assert not is_let_in(there)
    assert is_let_in(third)


@pytest.mark.parametrize("ref", ["somebody's", "nonsense", "123e4567-e89b-12d3-a456-426614174000"])
def test_only_ones_own(person, ref):
    stranger = Client()
    stranger.force_login(make.user("别人"))
    mine = SignedIn.objects.get(session_key=stranger.session.session_key).ref
    assert browser().post(END, {"session": mine if ref.startswith("some") else ref}).status_code == 404
    assert is_let_in(stranger)


def test_signing_out_takes_it_off_the_list(person):
    here = browser()
    here.post(reverse("accounts:sign_out"))
    assert not SignedIn.objects.exists()


@pytest.mark.asvs("v5.0.0-6.3.5")
def test_of_a_new_device_the_owner_is_told_of_the_first_and_of_old_ones_not(person):
    first = browser()
    first.post(reverse("accounts:sign_out"))
    give_password(first, PHONE)
    assert not Notice.objects.filter(event=NoticeEvent.ACCOUNT_SAFETY).exists()
    browser(PHONES)
    told = Notice.objects.get(event=NoticeEvent.ACCOUNT_SAFETY)
    assert "安卓手机，微信" in told.text
    assert KnownDevice.objects.filter(user=person).count() == 2


def test_a_made_up_device_is_no_known_one(person):
    browser()
    stranger = Client(HTTP_USER_AGENT=WINDOWS)
    stranger.cookies["ceportal_device"] = "a" * 43
    give_password(stranger, PHONE)
    assert KnownDevice.objects.filter(user=person).count() == 2


def test_devices_can_be_forgotten(person):
    here = browser()
    here.post(reverse("accounts:forget_devices"))
    assert not KnownDevice.objects.exists()
    assert is_let_in(here)


def test_the_clock_forgets_what_has_ended(person):
    browser()
    now = timezone.now()
    assert forget_what_ended(now=now + timedelta(hours=7)) == 0
    forget_what_ended(now=now + timedelta(hours=9))
    assert not SignedIn.objects.exists()
    assert not Session.objects.exists()
    forget_what_ended(now=now + timedelta(days=181))
    assert not KnownDevice.objects.exists()


@pytest.mark.asvs("v5.0.0-7.2.4")
def test_signing_in_gives_another_session(client, person):
    """What a stranger has planted in the browser before becomes nobody's session (fixation)."""
    client.get(reverse("accounts:sign_in"))
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    give_password(client, PHONE)
    assert client.session.session_key != before
