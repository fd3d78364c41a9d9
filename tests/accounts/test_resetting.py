"""A forgotten password: the code reaches its owner alone, is good once, and nobody learns who has an account."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.conf import settings as portal
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import CodeChannel, Duty
from accounts.fields import code_in_clear
from accounts.models import KnownDevice, MailAddress, OneTimeCode
from accounts.rules.codes import MOST_TRIES
from accounts.services.codes import forget_codes, send_codes
from accounts.services.mail import confirm_mail, propose_mail
from accounts.services.resetting import ask_for_reset, reset_password
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.limits import forget_all
from tests import factories as make
from tests.accounts.factors import app_for, give_password, is_in
from tests.races import settled

pytestmark = pytest.mark.django_db
PHONE, NOBODY = "13812340011", "13899999999"
NUMBER = make.id_number(serial=611)
ASK, ANEW = reverse("accounts:forgotten"), reverse("accounts:reset_password")
MAIL = reverse("accounts:change_mail")
NEW = "Another-Yellow-River-1"


@pytest.fixture
def person(employer):
    return make.professional(works_at=employer, number=NUMBER, account=make.user("测试学员", number=PHONE))


def asked(client, login=PHONE, channel="phone"):
    return client.post(ASK, {"login": login, "channel": channel})


def sets(client, code, password=NEW):
    return client.post(ANEW, {"code": code, "password": password, "password_again": password})


def last_code():
    code = OneTimeCode.objects.order_by("-id").first()
    return code_in_clear(code.code_sealed, ref=code.ref)


def texts():
    return [path.read_text() for path in sorted((portal.DATA_DIR / "sms").rglob("*.txt"))]


@pytest.mark.parametrize("login", [PHONE, NUMBER])
def test_by_a_code_to_the_phone(client, person, login):
    assert asked(client, login).url == ANEW
    code = last_code()
    assert send_codes(now=timezone.now()) == 1
    (text,) = texts()
    assert code in text
    assert PHONE not in text
    assert sets(client, code).url == reverse("accounts:sign_in")
    assert give_password(Client(), PHONE).status_code == 422
    assert give_password(Client(), PHONE, NEW).status_code == 302


@pytest.mark.asvs("v5.0.0-6.3.8")
def test_who_asks_is_not_told_who_exists(person):
    """The same answer to the byte, the same pages after it, the same rows written (F141)."""
    told, work = [], []
    for login in (PHONE, NUMBER, NOBODY, make.id_number(serial=612), "不是号码"):
        forget_all()
        client, codes = Client(), OneTimeCode.objects.count()
        with CaptureQueriesContext(connection) as queries:
            answer = asked(client, login)
        page = client.get(ANEW).content.decode()
        wrong = sets(client, "000000")
        told.append((answer.status_code, answer.url, _bare(page), wrong.status_code, _bare(wrong.content.decode())))
        work.append((len(queries), OneTimeCode.objects.count() - codes))
    assert told == [told[0]] * len(told)
    assert work == [work[0]] * len(work)
    assert send_codes(now=timezone.now()) == 5
    assert len(texts()) == 2


def _bare(page):
    """Without the token of the form."""
    start = page.index("csrfmiddlewaretoken")
    end = page.index(">", start)
    return page[:start] + page[end:]


def test_the_code_stands_nowhere_in_clear(person):
    code = ask_for_reset(PHONE, CodeChannel.PHONE, now=timezone.now())
    typed = last_code()
    with connection.cursor() as cursor:
        cursor.execute("SELECT code_sealed, code_index FROM accounts_onetimecode")
        sealed, index = cursor.fetchone()
    assert typed.encode() not in bytes(sealed)
    assert typed not in index
    send_codes(now=timezone.now())
    code.refresh_from_db()
    assert code.code_sealed is None


@pytest.mark.asvs("v5.0.0-6.5.1")
def test_a_code_is_good_once(client, person):
    asked(client)
    ref, code = OneTimeCode.objects.get().ref, last_code()
    sets(client, code)
    with pytest.raises(Refused):
        reset_password(ref, code, "Third-Yellow-River-2", now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_hands_with_one_code_one_resets():
    make.user("两只手", number=PHONE)
    now = timezone.now()
    ref, code = ask_for_reset(PHONE, CodeChannel.PHONE, now=now).ref, last_code()
    acts = [partial(reset_password, ref, code, f"{NEW}-{number}", now=now) for number in range(3)]
    assert sum(isinstance(result, Refused) for result in settled(acts)) == 2


def test_it_runs_out_after_ten_minutes(client, person):
    asked(client)
    code = last_code()
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert sets(client, code).status_code == 422
        assert send_codes(now=timezone.now()) == 0
        forget_codes(now=timezone.now())
    assert OneTimeCode.objects.get().code_sealed is None


@pytest.mark.asvs("v5.0.0-6.6.3")
def test_it_is_void_after_five_wrong_tries(client, person):
    asked(client)
    code = last_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(MOST_TRIES):
        assert sets(client, wrong).status_code == 422
    assert sets(client, code).status_code == 422
    person.user.refresh_from_db()
    assert person.user.check_password(make.PASSWORD)


def test_a_password_that_cannot_be_does_not_use_the_code_up(client, person):
    asked(client)
    code = last_code()
    assert sets(client, code, "short").status_code == 422
    assert "最近用过" in sets(client, code, make.PASSWORD).content.decode()
    assert sets(client, code).status_code == 302


@pytest.mark.asvs("v5.0.0-2.4.1", "v5.0.0-6.6.3")
def test_one_a_minute_five_a_day_and_the_answer_stays_the_same(client, person):
    for _ in range(3):
        assert asked(client).url == ANEW
    assert asked(client, NUMBER).url == ANEW
    assert OneTimeCode.objects.count() == 1


@pytest.mark.asvs("v5.0.0-4.1.3", "v5.0.0-6.6.3")
def test_a_place_that_gives_itself_other_names_rings_no_more_phones(db, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    for number in range(32):
        asked(Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.7"), f"1389999{number:04d}")
    assert OneTimeCode.objects.count() == 30
    asked(Client(HTTP_X_FORWARDED_FOR="203.0.113.1, 198.51.100.8"), "13899990099")
    assert OneTimeCode.objects.count() == 31


@pytest.mark.asvs("v5.0.0-6.6.2")
def test_somebody_elses_code_is_of_no_use(client, person):
    asked(client)
    code = last_code()
    other = Client()
    asked(other, NOBODY)
    assert sets(other, code).status_code == 422


def test_nobodys_code_opens_nothing(client):
    asked(client, NOBODY)
    assert sets(client, last_code()).status_code == 422


def test_without_having_asked_one_is_led_to_ask(client, db):
    assert client.get(ANEW).url == ASK
    assert sets(client, "123456").url == ASK


@pytest.mark.asvs("v5.0.0-6.4.3", "v5.0.0-7.4.3")
def test_all_sessions_end_and_the_second_factor_is_still_asked(client, person):
    app_for(person.user)
    inside = Client()
    inside.force_login(person.user)
    asked(client)
    sets(client, last_code())
    assert inside.get(reverse("accounts:profile")).status_code == 302
    assert give_password(client, PHONE, NEW).url == reverse("accounts:sign_in_code")
    assert not is_in(client)


def test_whoever_was_shut_out_is_let_in_again(person):
    """Five wrong tries from here: the reset makes the device a known one, with tries of its own."""
    here = Client()
    for _ in range(6):
        give_password(here, PHONE, "wrong")
    assert give_password(here, PHONE).status_code == 429
    asked(here)
    sets(here, last_code())
    assert KnownDevice.objects.filter(user=person.user).exists()
    assert give_password(here, PHONE, NEW).status_code == 302


def test_the_gateway_that_breaks_is_tried_again(person, monkeypatch):
    ask_for_reset(PHONE, CodeChannel.PHONE, now=timezone.now())
    now = timezone.now()
    monkeypatch.setattr("accounts.services.codes.send", _breaks)
    assert send_codes(now=now) == 0
    monkeypatch.undo()
    assert send_codes(now=now + timedelta(minutes=3)) == 1
    assert send_codes(now=now + timedelta(minutes=6)) == 0
    assert len(texts()) == 1


def _breaks(message):
    raise ConnectionError("away")


# --- by mail


def test_by_a_code_to_a_confirmed_address_alone(client, person):
    now = timezone.now()
    proposed = propose_mail(person.user, "Zhang@Example.COM", now=now)
    code = last_code()
    send_codes(now=now)
    assert mail.outbox.pop().to == ["Zhang@example.com"]
    asked(client, channel="mail")
    send_codes(now=now)
    assert mail.outbox == []
    confirm_mail(person.user, proposed.ref, code, now=now)
    forget_all()
    asked(client, channel="mail")
    code = last_code()
    send_codes(now=now)
    assert code in mail.outbox[0].body
    assert sets(client, code).status_code == 302
    assert texts() == []


def test_the_page_takes_the_address_then_the_code(client, person):
    client.force_login(person.user)
    assert client.post(MAIL, {"mail": "zhang@example.com"}).url == MAIL
    assert "验证 zh***@example.com" in client.get(MAIL).content.decode()
    assert client.post(MAIL, {"code": "000000"}).status_code == 422
    assert client.post(MAIL, {"code": last_code()}).url == reverse("accounts:safety")
    assert MailAddress.objects.get().confirmed_at
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed, mask FROM accounts_mailaddress")
        assert b"zhang@" not in bytes(cursor.fetchone()[0])
    client.post(MAIL, {"drop": "1"})
    assert not MailAddress.objects.exists()


@pytest.mark.parametrize("typed", ["", "zhang", "a@b", "a@b.c\r\nBcc: x@example.com", "x" * 300 + "@example.com"])
def test_what_is_no_address_is_told(client, person, typed):
    client.force_login(person.user)
    assert client.post(MAIL, {"mail": typed}).status_code == 422
    assert mail.outbox == []


def test_the_code_of_an_address_of_before_confirms_nothing(person):
    now = timezone.now()
    first = propose_mail(person.user, "first@example.com", now=now)
    code = last_code()
    propose_mail(person.user, "second@example.com", now=now)
    with pytest.raises(Refused):
        confirm_mail(person.user, first.ref, code, now=now)


def test_nor_does_somebody_elses(person, employer):
    now, other = timezone.now(), make.give(make.user("别人"), employer, Duty.REVIEW_HOURS)
    theirs = propose_mail(other, "theirs@example.com", now=now)
    code = last_code()
    propose_mail(person.user, "mine@example.com", now=now)
    with pytest.raises(Refused):
        confirm_mail(person.user, theirs.ref, code, now=now)
    assert not MailAddress.objects.filter(confirmed_at__isnull=False).exists()
