"""Signing in by another provider (OpenID Connect): a real one on this machine, and every lie that could be told."""

import json
import time

import pytest
from django.test import Client
from django.urls import reverse
from jwcrypto.jwk import JWK

from accounts.enums import Duty
from accounts.models import Notice, OutsideIdentity
from accounts.rules.outside import NOT_BELIEVED, provider_of
from tests import factories as make
from tests.accounts.factors import app_for, is_in
from tests.accounts.provider import CLIENT, KEY, SECRET, Provider

pytestmark = pytest.mark.django_db
GO, BACK, SIGN_IN = reverse("accounts:outside"), reverse("accounts:outside_back"), reverse("accounts:sign_in")
NUMBER, OTHER = make.id_number(serial=621), make.id_number(serial=622)


@pytest.fixture
def person(employer):
    return make.professional(works_at=employer, number=NUMBER).user


@pytest.fixture
def provider(settings):
    standing = Provider()
    standing.people = {"zhang": {"id_number": NUMBER}, "li": {"id_number": OTHER}, "bare": {"_id_card": NUMBER}}
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = standing.issuer, CLIENT, SECRET
    settings.OIDC_NUMBER_CLAIM = "id_number"
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    settings.PUBLIC_URL = "http://testserver"
    yield standing
    standing.close()


def comes_back(client, provider, who="zhang", **more):
    address = provider.sign_in(client.get(GO, more).url, who)
    return client.get(address.removeprefix("http://testserver"))


def told(client):
    return client.get(SIGN_IN).content.decode()


def test_there_and_back_opens_the_account_of_that_number(client, provider, person):
    assert comes_back(client, provider, next="/profile/").url == "/profile/"
    assert client.session["_auth_user_id"] == str(person.pk)
    assert Notice.objects.filter(to=person, text__contains="绑定").count() == 1


@pytest.mark.asvs("v5.0.0-10.5.2")
def test_the_second_time_the_subject_is_enough(client, provider, person, settings):
    comes_back(client, provider)
    settings.OIDC_NUMBER_CLAIM = ""
    again = Client()
    comes_back(again, provider)
    assert is_in(again)
    assert OutsideIdentity.objects.count() == 1


def test_a_number_that_only_the_page_of_the_person_tells(client, provider, person, settings):
    settings.OIDC_NUMBER_CLAIM = "id_card"
    comes_back(client, provider, "bare")
    assert is_in(client)


@pytest.mark.asvs("v5.0.0-6.3.4")
def test_our_own_second_factor_is_asked_all_the_same(client, provider, person, employer):
    make.give(person, employer, Duty.REVIEW_HOURS)
    app_for(person)
    assert comes_back(client, provider).url == reverse("accounts:sign_in_code")
    assert not is_in(client)


def test_who_has_no_account_here_is_told_so(client, provider, person):
    assert comes_back(client, provider, "li").url == SIGN_IN
    assert "请先注册" in told(client)
    assert not OutsideIdentity.objects.exists()


@pytest.mark.parametrize("claim", ["", "of_another_name"])
def test_without_the_claim_nobody_is_found_by_a_number_and_the_log_says_so(
    client, provider, person, settings, caplog, claim
):
    settings.OIDC_NUMBER_CLAIM = claim
    comes_back(client, provider)
    assert not is_in(client)
    assert "OIDC_NUMBER_CLAIM" in caplog.text
    assert NUMBER not in caplog.text


@pytest.mark.asvs("v5.0.0-10.5.2")
def test_one_account_has_one_subject(client, provider, person):
    comes_back(client, provider)
    provider.people["second"] = {"id_number": NUMBER}
    other = Client()
    comes_back(other, provider, "second")
    assert not is_in(other)
    assert "另一个统一身份" in told(other)


def test_an_account_put_out_of_use_stays_shut(client, provider, person):
    person.is_active = False
    person.save()
    comes_back(client, provider)
    assert not is_in(client)


# --- lies


@pytest.mark.asvs("v5.0.0-9.2.1", "v5.0.0-9.2.3", "v5.0.0-10.5.1", "v5.0.0-10.5.4")
@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"]},
        {"aud": []},
        {"azp": "another client"},
        {"nonce": "of another browser"},
        {"nonce": None},
        pytest.param({"exp": int(time.time()) - 120}, id="ran out"),
        {"exp": "soon"},
        {"exp": None},
        pytest.param({"iat": int(time.time()) + 3600}, id="made in an hour"),
        pytest.param({"iat": int(time.time()) - 3600}, id="made an hour ago"),
        {"sub": ""},
        {"sub": 17},
        {"sub": "x" * 300},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_browser_now_is_not_believed(client, provider, person, lies):
    provider.lies = lies
    comes_back(client, provider)
    assert not is_in(client)
    assert NOT_BELIEVED in told(client)


@pytest.mark.asvs("v5.0.0-6.8.2", "v5.0.0-9.1.1", "v5.0.0-9.1.3")
def test_nor_one_that_another_key_signed(client, provider, person):
    provider.signs_with = JWK.generate(kty="RSA", size=2048, kid="2026")
    comes_back(client, provider)
    assert not is_in(client)


@pytest.mark.asvs("v5.0.0-6.8.2", "v5.0.0-9.1.2")
def test_nor_one_that_nobody_signed(client, provider, person):
    provider.header = {"alg": "none"}
    comes_back(client, provider)
    assert not is_in(client)


@pytest.mark.asvs("v5.0.0-9.1.2")
@pytest.mark.parametrize("secret", ["public key", "client secret"])
def test_nor_one_that_was_signed_with_what_others_know(client, provider, person, secret):
    """The public key taken for a shared secret, the client's secret taken for the provider's (HS256)."""
    known = KEY.export_to_pem() if secret == "public key" else SECRET.encode()
    provider.signs_with = JWK(kty="oct", k=JWK.from_password(known.decode()).get("k"))
    provider.header = {"alg": "HS256", "kid": "2026"}
    comes_back(client, provider)
    assert not is_in(client)


@pytest.mark.asvs("v5.0.0-10.1.2", "v5.0.0-10.2.1")
def test_what_somebody_else_began_is_not_finished_here(client, provider, person):
    """A link back, planted with a stranger's code, signs nobody in as the stranger."""
    stranger = Client()
    address = provider.sign_in(stranger.get(GO).url, "zhang")
    assert client.get(address.removeprefix("http://testserver")).url == SIGN_IN
    assert not is_in(client)


@pytest.mark.asvs("v5.0.0-10.1.2")
def test_a_way_back_is_good_once(client, provider, person):
    address = provider.sign_in(client.get(GO).url, "zhang").removeprefix("http://testserver")
    client.get(address)
    client.post(reverse("accounts:sign_out"))
    assert client.get(address).url == SIGN_IN
    assert not is_in(client)


@pytest.mark.parametrize("query", ["", "code=x", "state=y", "code=x&state=y", "error=access_denied&state=z"])
def test_what_is_no_answer_is_told_kindly(client, provider, query):
    client.get(GO)
    assert client.get(f"{BACK}?{query}").url == SIGN_IN
    assert NOT_BELIEVED in told(client)


def test_an_answer_of_another_issuer_is_refused(client, provider, person):
    address = provider.sign_in(client.get(GO).url, "zhang").removeprefix("http://testserver")
    assert client.get(address.partition("&iss=")[0] + "&iss=https%3A%2F%2Fevil.example").url == SIGN_IN
    assert not is_in(client)


# --- the provider itself


@pytest.mark.asvs("v5.0.0-10.5.3")
@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
def test_a_provider_that_says_odd_things_of_itself_is_not_asked(client, provider, says):
    provider.says = says
    assert client.get(GO).url == SIGN_IN


def test_one_that_is_away_is_told(client, provider):
    provider.close()
    assert client.get(GO).url == SIGN_IN
    assert "没有应答" in told(client)


def test_addresses_inside_are_not_called_unless_allowed(client, provider, settings):
    settings.OUTGOING_NETWORKS = []
    assert client.get(GO).url == SIGN_IN
    assert provider.asked == []


def test_plain_http_is_for_the_demo_alone(client, provider, settings):
    settings.DEMO = False
    assert client.get(GO).url == SIGN_IN
    assert provider.asked == []


def test_https_does_not_lead_to_http():
    said = {
        "issuer": "https://a.example",
        "authorization_endpoint": "https://a.example/a",
        "token_endpoint": "http://a.example/t",
        "jwks_uri": "https://a.example/k",
    }
    assert provider_of(said, "https://a.example") is None
    assert provider_of(json.loads(json.dumps(said).replace("http:", "https:")), "https://a.example")


def test_it_is_off_by_default(client, db):
    assert client.get(GO).status_code == 404
    assert client.get(BACK).status_code == 404
    assert GO not in client.get(SIGN_IN).content.decode()


def test_the_door_shows_it_where_it_is_on(client, provider, settings):
    settings.OIDC_LABEL = "河南省统一身份认证"
    page = client.get(SIGN_IN, {"next": "/profile/"}).content.decode()
    assert "去河南省统一身份认证登录" in page
    assert f"{GO}?next=/profile/" in page
