"""Before what cannot be taken back one shows again who one is; nothing that was typed is lost on the way."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, UnitNature
from accounts.models import MailAddress
from accounts.rules.guessing import OF_A_PAIR
from accounts.services.units import register_unit
from tests import factories as make
from tests.accounts.factors import app_for

pytestmark = pytest.mark.django_db
MAIL = reverse("accounts:change_mail")
ASKS = "再确认一次是您本人"


@pytest.fixture
def person(db):
    return make.user("本人", number="13812340008")


@pytest.fixture
def later():
    """Eleven minutes after everybody has come in."""
    with time_machine.travel(timezone.now() + timedelta(minutes=11)) as clock:
        yield clock


@pytest.fixture
def stale(client, person):
    client.force_login(person)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        yield client


def shows(answer):
    return answer.content.decode()


def test_fresh_from_sign_in_nothing_is_asked(client, person):
    client.force_login(person)
    assert ASKS not in shows(client.get(MAIL))


@pytest.mark.asvs("v5.0.0-7.5.3")
def test_after_ten_minutes_the_password_is_asked_of_who_has_no_factor(stale):
    assert ASKS in shows(stale.get(MAIL))
    answer = stale.post(MAIL, {"proof": make.PASSWORD, "proof_way": "GET"})
    assert answer.url == MAIL
    assert ASKS not in shows(stale.get(MAIL))


def test_the_code_is_asked_of_who_has_one_and_the_password_is_no_way_around(client, person):
    app = app_for(person)
    client.force_login(person)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.post(MAIL, {"proof": make.PASSWORD, "proof_way": "GET"}).status_code == 422
        assert client.post(MAIL, {"proof": app.code(), "proof_way": "GET"}).status_code == 302


def test_what_was_sent_goes_on_with_the_proof(stale, person):
    """One page in between; the form arrives as it was typed."""
    page = shows(stale.post(MAIL, {"mail": "zhang@example.com"}))
    assert ASKS in page
    assert 'value="zhang@example.com"' in page
    assert not MailAddress.objects.exists()
    stale.post(MAIL, {"mail": "zhang@example.com", "proof": make.PASSWORD, "proof_way": "POST"})
    assert MailAddress.objects.get(user=person).mask == "zh***@example.com"


def test_what_is_carried_stays_text(stale):
    page = shows(stale.post(MAIL, {"mail": '"><script>alert(1)</script>'}))
    assert "<script>alert" not in page


def test_a_wrong_proof_opens_nothing_and_is_counted(stale):
    for _ in range(OF_A_PAIR):
        answer = stale.post(MAIL, {"mail": "a@example.com", "proof": "wrong", "proof_way": "POST"})
        assert answer.status_code == 422
    late = stale.post(MAIL, {"mail": "a@example.com", "proof": make.PASSWORD, "proof_way": "POST"})
    assert "15 分钟" in shows(late)
    assert not MailAddress.objects.exists()


def test_a_proof_lasts_ten_minutes(client, person, later):
    client.force_login(person)
    later.shift(timedelta(minutes=9, seconds=30))
    assert ASKS not in shows(client.get(MAIL))
    later.shift(timedelta(minutes=1))
    assert ASKS in shows(client.get(MAIL))


def test_who_must_have_a_factor_and_has_none_is_led_to_set_it_up(client, employer, settings):
    reviewer = make.give(make.user("审核员"), employer, Duty.REVIEW_HOURS)
    client.force_login(reviewer)
    settings.SECOND_FACTOR = "required"
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.get(MAIL).url == reverse("accounts:set_up_factor")
        assert ASKS in shows(client.get(reverse("accounts:set_up_factor")))


@pytest.mark.asvs("v5.0.0-7.5.3")
@pytest.mark.parametrize(
    ("page", "parts"),
    [
        ("admin:reviews_filing_confirm", {"area": "410200", "year": 2026, "month": 10}),
        ("admin:reviews_filing_csv", {"ref": uuid4()}),
        ("admin:reviews_creditedhours_reverse", {"ref": uuid4()}),
    ],
)
def test_exports_filings_and_reversals_ask(client, city_officer, page, parts):
    address = reverse(page, kwargs=parts)
    client.force_login(city_officer)
    assert ASKS not in shows(client.get(address))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert ASKS in shows(client.get(address))


def test_a_list_of_people_to_take_away_asks_too(client, base_teacher):
    client.force_login(base_teacher)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert ASKS in shows(client.get(reverse("credits:roster_problems", args=[uuid4()])))


def test_to_approve_a_unit_gives_duties_and_asks_to_refuse_it_does_not(client, authority, authority_reviewer):
    asked = register_unit(
        name="新单位", uscc=make.uscc(), area=authority.area, nature=UnitNature.INSTITUTION, supervisor=authority,
        contact_name="人事科", contact_phone="0371-22000001", applicant_name="申请人", applicant_phone=make.phone(),
        password=make.PASSWORD, now=timezone.now(),
    )  # fmt: skip
    page = reverse("accounts:review_unit", args=[asked.ref])
    client.force_login(authority_reviewer)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert ASKS not in shows(client.get(page))
        assert ASKS not in shows(client.post(page, {"move": "refuse", "reason": ""}))
        assert ASKS in shows(client.post(page, {"move": "approve"}))
        assert not asked.declarant.memberships.exists()
        proved = client.post(page, {"move": "approve", "proof": make.PASSWORD, "proof_way": "POST"})
    assert proved.url == reverse("accounts:units_to_approve")
    assert asked.declarant.memberships.exists()


def test_who_may_not_act_is_not_asked_but_refused(client, employer_reviewer):
    client.force_login(employer_reviewer)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        page = reverse("admin:reviews_creditedhours_reverse", kwargs={"ref": uuid4()})
        assert client.get(page).status_code == 403
        assert Client().get(page).status_code == 302
