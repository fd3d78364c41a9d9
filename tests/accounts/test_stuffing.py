"""Guessing at the door, over HTTP and by many hands: nobody gets in, and no owner is shut out for long (T22)."""

import http.client
import re
from datetime import timedelta
from functools import partial
from threading import Barrier
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.rules.guessing import OF_A_PAIR, OF_A_PLACE, OF_AN_ACCOUNT
from accounts.services.guessing import SIGN_IN as SIGN_IN_TRIES
from accounts.services.guessing import Guesser, may_try
from ceportal.kernel.models import Tally
from ceportal.kernel.services.tallies import tallied
from tests import factories as make
from tests.accounts.factors import SIGN_IN, give_password
from tests.races import at_once

PHONE = "13812340012"
HOME, OFFICE = "198.51.100.7", "198.51.100.8"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """Somebody at an address of their own behind the proxy, who keeps their cookies."""

    def __init__(self, server, address):
        self.server, self.address, self.cookies = server.url.removeprefix("http://"), address, {}
        page = self._ask("GET")[1]
        self.token = _TOKEN.search(page).group(1)

    def tries(self, login, password):
        """The status of one try: 302 in, 422 wrong, 429 not even looked at."""
        body = urlencode({"login": login, "password": password, "csrfmiddlewaretoken": self.token})
        return self._ask("POST", body)[0]

    def _ask(self, method, body=None):
        headers = {
            "X-Forwarded-For": f"203.0.113.9, {self.address}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection(self.server, timeout=60)
        connection.request(method, SIGN_IN, body, headers)
        answer = connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        page = answer.read().decode()
        connection.close()
        return answer.status, page


@pytest.fixture
def behind_a_proxy(settings):
    settings.TRUSTED_PROXY_COUNT = 1


@pytest.fixture
def one_moment():
    """However slow the machine is, all of it falls into one window of tries."""
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False):
        yield


@pytest.fixture
def victim(transactional_db, behind_a_proxy, one_moment):
    return make.user("被猜的人", number=PHONE)


def stuff(server, count):
    """`count` tries at the victim from ever new addresses; every seventh is the right password."""
    answers = []
    while len(answers) < count:
        browser = Browser(server, f"192.0.2.{len(answers) // 30 % 250 + 1}")
        for number in range(min(30, count - len(answers))):
            answers.append(browser.tries(PHONE, make.PASSWORD if number % 7 == 6 else f"Guess-{number}"))
    return answers


@pytest.mark.asvs("v5.0.0-6.3.1")
@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=[pytest.mark.deep, pytest.mark.timeout(3600)])])
def test_stuffed_sign_ins_get_nowhere_and_the_owner_gets_in(live_server, victim, count):
    at_home = Browser(live_server, HOME)
    assert at_home.tries(PHONE, make.PASSWORD) == 302
    answers = stuff(live_server, count)
    assert answers.count(302) == 0
    assert answers.count(422) == OF_AN_ACCOUNT
    # The device the owner is known from, even at an address of the guessers, where nobody else is looked at.
    assert Browser(live_server, "192.0.2.1").tries(PHONE, make.PASSWORD) == 429
    known = Browser(live_server, "192.0.2.1")
    known.cookies["ceportal_device"] = at_home.cookies["ceportal_device"]
    assert known.tries(PHONE, make.PASSWORD) == 302


def test_at_home_the_owner_gets_in_from_any_browser(live_server, victim):
    assert Browser(live_server, HOME).tries(PHONE, make.PASSWORD) == 302
    stuff(live_server, 60)
    assert Browser(live_server, HOME).tries(PHONE, make.PASSWORD) == 302


def test_from_a_new_place_and_device_the_wait_ends(live_server, victim):
    assert 302 not in stuff(live_server, 200)
    assert Browser(live_server, OFFICE).tries(PHONE, make.PASSWORD) == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert Browser(live_server, OFFICE).tries(PHONE, make.PASSWORD) == 302


@pytest.mark.asvs("v5.0.0-6.3.1")
def test_a_sweep_over_many_accounts_from_one_place_is_slowed(live_server, victim):
    phones = [make.phone() for _ in range(20)]
    for phone in phones:
        make.user(number=phone)
    browser = Browser(live_server, "192.0.2.77")
    answers = [browser.tries(phones[number % 20] if number < 60 else make.phone(), "Leaked-1") for number in range(300)]
    assert answers.count(422) == OF_A_PLACE
    assert answers.count(429) == 300 - OF_A_PLACE
    assert Browser(live_server, OFFICE).tries(PHONE, make.PASSWORD) == 302


def test_one_at_one_place_uses_up_nobody_elses_tries(live_server, victim):
    browser = Browser(live_server, "192.0.2.78")
    assert [browser.tries(PHONE, "wrong") for _ in range(60)].count(422) == OF_A_PAIR
    assert Browser(live_server, OFFICE).tries(PHONE, make.PASSWORD) == 302


def test_the_right_password_begins_the_count_anew(live_server, victim):
    browser = Browser(live_server, OFFICE)
    for _ in range(4):
        for _ in range(OF_A_PAIR - 1):
            assert browser.tries(PHONE, "wrong") == 422
        fresh = Browser(live_server, OFFICE)
        assert fresh.tries(PHONE, make.PASSWORD) == 302


# --- at the service


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_before_they_are_judged():
    user, now = make.user("同时"), timezone.now()
    allowed = at_once([partial(may_try, SIGN_IN_TRIES, user, "", Guesser("192.0.2.1"), now=now)] * 12)
    assert allowed.count(True) == OF_A_PAIR


@pytest.mark.django_db(transaction=True)
def test_the_race_above_would_find_a_count_that_is_read_first():
    now, hands = timezone.now(), OF_A_PAIR + 1
    gate = Barrier(hands)

    def careless():
        so_far = tallied("careless", now=now)
        gate.wait(20)
        return so_far < OF_A_PAIR

    assert at_once([careless] * hands).count(True) > OF_A_PAIR


@pytest.mark.asvs("v5.0.0-6.3.8")
@pytest.mark.django_db
def test_known_and_unknown_accounts_hear_the_same_words_after_the_same_work():
    make.user("有此人", number=PHONE)
    heard, work = [], []
    for phone in (PHONE, "13899999999"):
        client = Client(REMOTE_ADDR=f"10.0.0.{len(heard) + 1}")
        with CaptureQueriesContext(connection) as queries:
            answers = [give_password(client, phone, "wrong") for _ in range(OF_A_PAIR + 2)]
        work.append(len(queries))
        bodies = [re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", answer.content) for answer in answers]
        heard.append(
            [(a.status_code, body.replace(phone.encode(), b"")) for a, body in zip(answers, bodies, strict=True)]
        )
    assert heard[0] == heard[1]
    assert work[0] == work[1]


@pytest.mark.asvs("v5.0.0-16.2.5")
@pytest.mark.django_db
def test_nothing_that_was_typed_stands_in_the_count_or_the_log(caplog):
    number = make.id_number(serial=633)
    for _ in range(OF_A_PAIR + 1):
        give_password(Client(), number, "wrong")
    kept = repr(list(Tally.objects.values_list())) + caplog.text
    assert Tally.objects.count() == 3
    assert "sign-in" in caplog.text
    assert number not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.django_db
def test_number_and_phone_are_one_account_to_the_count(employer):
    number = make.id_number(serial=634)
    make.professional(works_at=employer, number=number, account=make.user("两个号", number=PHONE))
    client = Client()
    for login in (number, PHONE, number, PHONE, number):
        assert give_password(client, login, "wrong").status_code == 422
    assert give_password(client, PHONE, "wrong").status_code == 429
    assert User.objects.count() == 1
