"""The signed-in entry to platforms, by a real client over real HTTP (S0-07), and what may open one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import EntrySubject, Organization, Professional
from accounts.rules.clients import KeyFacts, reasons_not_to_lead, reasons_not_to_make, reasons_not_to_open_entry
from accounts.selectors.entry import people_by_subject
from accounts.services.clients import forget_tokens, revoke_client, rotate_client
from accounts.services.entry import begin_entry, subject_of
from bases.models import Recognition
from ceportal.kernel.rules.refusal import Refused
from tests import factories as make
from tests.accounts.relying import BACK, Answer, Platform, code_in, consent, fetch
from tests.credits import factories as rules
from tests.credits.machines import Machine, api_client, posted
from tests.credits.platforms import platform

START = "https://study.example.com/login"


def test_one_entry_a_platform_with_a_key_in_earnest() -> None:
    live = {"is_sandbox": False, "is_live": True}
    known, entry = KeyFacts(1, **live, is_released=True), KeyFacts(2, **live, is_released=True, is_entry=True)
    asked = KeyFacts(3, **live)
    codes = [[one.code for one in reasons_not_to_open_entry(keys)] for keys in ([], [asked], [known], [known, entry])]
    assert codes == [["no_key"], ["no_key"], [], ["has_entry"]]
    tried = KeyFacts(4, is_sandbox=True, is_live=True, is_released=True)
    assert [one.code for one in reasons_not_to_open_entry([tried])] == ["no_key"]
    assert [one.code for one in reasons_not_to_open_entry([tried], in_sandbox=True)] == []
    assert [one.code for one in reasons_not_to_make([entry], is_sandbox=False, is_for_review=False)] == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://study.example.com/login?x=1", None), ("http://127.0.0.1:9/back", None), ("http://localhost/b", None),
        ("http://study.example.com/", "url"), ("javascript:alert(1)", "url"), ("https://", "url"), ("", "url"),
        ("https://study.example.com:99999/", "url"), ("https://学习.example.com/", "url"), ("https://a b/", "url"),
        ("https://a.example/" + "x" * 200, "url"), ("https://a.example/#x", "url_parts"),
        ("https://me@a.example/", "url_parts"),
    ],
)  # fmt: skip
def test_people_are_sent_to_whole_safe_addresses(url: str, code: str | None) -> None:
    assert [one.code for one in reasons_not_to_lead(url, field="back_url")] == ([code] if code else [])


@pytest.mark.django_db
def test_each_platform_knows_a_person_by_another_name() -> None:
    here, there = platform(), platform()
    person = make.professional("张三")
    name = str(subject_of(person, here, now=timezone.now()))
    assert (
        str(subject_of(person, here, now=timezone.now())) == name != str(subject_of(person, there, now=timezone.now()))
    )
    assert people_by_subject(here, [name, name.upper(), "x", ""]) == {name: person}
    assert people_by_subject(there, [name]) == {}
    kept = make.professional("张三")
    Professional.objects.filter(pk=person.pk).update(merged_into=kept)
    assert people_by_subject(here, [name]) == {name: kept}


@pytest.mark.django_db
def test_an_entry_is_opened_by_a_platform_that_is_known() -> None:
    unit, keeper = platform(), make.user("平台管理员")
    facts: dict[str, Any] = {"entry_url": START, "back_url": BACK, "by": keeper, "now": timezone.now()}
    with pytest.raises(Refused, match="正式密钥"):
        begin_entry(unit, **facts)
    api_client(unit)
    with pytest.raises(Refused, match="https"):
        begin_entry(unit, **facts | {"back_url": "http://study.example.com"})
    entry, _ = begin_entry(unit, **facts)
    later, _ = rotate_client(entry, by=keeper, now=timezone.now())
    assert (later.is_entry, later.redirect_uris, later.entry_url) == (True, BACK, START)


@pytest.fixture
def unit() -> Organization:
    return platform("示例平台")


@pytest.fixture
def entry(live_server: LiveServer, settings: Any, unit: Organization) -> Platform:
    """The platform's side of it: all it has is the portal's address and its key."""
    settings.PUBLIC_URL = live_server.url
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"OIDC_ISS_ENDPOINT": live_server.url}
    api_client(unit)
    keeper, now = make.user("平台管理员"), timezone.now()
    key, secret = begin_entry(unit, entry_url=START, back_url=BACK, by=keeper, now=now)
    return Platform(live_server.url, key.client_id, secret)


def session_of(person: Professional) -> str:
    client = Client()
    client.force_login(person.user)
    return f"ceportal_session={client.cookies['ceportal_session'].value}"


def error_in(answer: Answer) -> str:
    return json.loads(answer.text)["error"]


@pytest.mark.clause("S0-07")
@pytest.mark.django_db(transaction=True)
def test_a_person_enters_and_the_platform_knows_them_by_name_alone(entry: Platform, unit: Organization) -> None:
    rules.rule_set(year_from=timezone.localdate().year)
    Recognition.objects.update(year=timezone.localdate().year)
    person = make.professional("张三", works_at=make.employer(at=make.area("410225")))
    session = session_of(person)
    assert fetch(entry.start()).headers["Location"].startswith("/sign-in/")
    page = fetch(entry.start(), Cookie=session)
    assert "不会得到您的证件号码" in page.text
    assert (
        f"form-action 'self' {BACK.removesuffix('/callback')} https:;" in page.headers["Content-Security-Policy"] + ";"
    )
    code = code_in(consent(entry.start(), session), entry)
    told = json.loads(entry.exchange(code).text)
    assert "refresh_token" not in told
    claims = entry.claims(told["id_token"])
    subject = str(EntrySubject.objects.get(professional=person, organization=unit).subject)
    assert (claims["sub"], claims["name"]) == (subject, "张三")
    assert claims.keys() <= {"sub", "name", "iss", "aud", "exp", "iat", "nonce", "at_hash", "auth_time", "jti", "azp"}
    token = {"Authorization": f"Bearer {told['access_token']}"}
    assert json.loads(fetch(entry.metadata["userinfo_endpoint"], **token).text) == {"sub": subject, "name": "张三"}
    assert fetch(f"{entry.issuer}/api/v1/hours", **token).status == 401  # of a person: it calls nothing
    assert error_in(entry.exchange(code)) == "invalid_grant"  # good once
    by_subject = posted(person, "by-sub", id_number=None, name=None, started_on=f"{timezone.localdate()}") | {
        "sub": subject, "completed_on": f"{timezone.localdate()}",
    }  # fmt: skip
    machine = Machine(unit)
    assert machine.post(by_subject)["counts"]["accepted"] == 1
    assert machine.post(by_subject)["counts"]["duplicate"] == 1
    assert machine.correct("by-sub", "replace", by_subject | {"hours": "3.0"}).status_code == 201
    assert machine.correct("by-sub", "replace", by_subject | {"sub": "x"}).json()["code"] == "unknown_sub"
    other = Machine(platform()).post(by_subject, by_subject | {"record_id": "both", "name": "张三"})
    assert [item["errors"][0]["code"] for item in other["items"]] == ["unknown_sub", "sub_and_number"]
    assert other["items"][0]["errors"][0]["pointer"] == "/records/0/sub"


@pytest.mark.django_db(transaction=True)
def test_whatever_is_not_asked_rightly_leads_nowhere(entry: Platform, unit: Organization) -> None:
    person = make.professional("张三", works_at=make.employer(at=make.area("410225")))
    session = session_of(person)
    for strange in (
        {"redirect_uri": "https://elsewhere.example/"}, {"client_id": "nobody"}, {"client_id": "%00\0"},
        {"nonce": "n" * 256}, {"state": "s" * 3000}, {"state": "\u202e"}, {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
    ):  # fmt: skip
        answer = fetch(entry.start(**strange), Cookie=session)
        assert (answer.status, "返回学习入口" in answer.text) == (400, True), strange
    for told, error in (
        ({"code_challenge": ""}, "invalid_request"),
        ({"scope": "openid hours:write"}, "invalid_scope"), ({"response_type": "token"}, "unauthorized_client"),
    ):  # fmt: skip
        answer = fetch(entry.start(**told), Cookie=session)
        assert (answer.status, f"error={error}" in (answer.headers["Location"] or "")) == (302, True), (told, answer)
    refused = consent(entry.start(), session, allow=False)
    assert "error=access_denied" in refused.headers["Location"]
    code = code_in(consent(entry.start(), session), entry)
    assert error_in(entry.exchange(code, code_verifier="w" * 60)) == "invalid_grant"
    code = code_in(consent(entry.start(), session), entry)
    assert error_in(Platform(entry.issuer, entry.client_id, "wrong", entry.verifier).exchange(code)) == "invalid_client"
    assert error_in(entry.exchange("\0")) == "invalid_request"
    stranger = make.user("没有注册的人")
    client = Client()
    client.force_login(stranger)
    cookie = f"ceportal_session={client.cookies['ceportal_session'].value}"
    assert fetch(entry.start(), Cookie=cookie).status == 403
    revoke_client(unit.api_clients.get(client_id=entry.client_id), by=None, now=timezone.now())
    assert fetch(entry.start(), Cookie=session).status == 400
    assert error_in(entry.exchange(code)) == "invalid_client"
    assert forget_tokens(now=datetime(2100, 1, 1, tzinfo=UTC)) >= 0
