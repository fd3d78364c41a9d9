"""Who may call: tokens, scopes, revoked keys, limits; methods and kinds of body."""

import json
import logging
import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as conf
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from accounts.enums import UnitState
from accounts.models import ApiClient, Organization, Professional
from accounts.services.clients import forget_tokens, revoke_client
from ceportal.kernel.web.logs import DatabaseAway
from tests.credits.factories import NOW
from tests.credits.machines import ALL_SCOPES, BATCHES, HOURS, SECRET, Machine, api_client, ask_token, posted
from tests.credits.platforms import platform

pytestmark = pytest.mark.usefixtures("henan_2026")
TOKEN = "/api/oauth/token"


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine()


def test_a_token_lasts_an_hour_with_the_scopes_allowed(machine: Machine) -> None:
    told = ask_token(machine.client).json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert set(told["scope"].split()) == set(ALL_SCOPES.split())
    assert ask_token(machine.client, scope="hours:read").json()["scope"] == "hours:read"
    machine.client.refresh_from_db()
    assert machine.client.last_used_at is not None
    with time_machine.travel(NOW + timedelta(minutes=61)):
        assert machine.get(HOURS).status_code == 401
        assert forget_tokens(now=timezone.now()) == 3


@pytest.mark.asvs("v5.0.0-10.4.11")
def test_no_scope_beyond_those_allowed() -> None:
    client = api_client(platform(), scopes="hours:read")
    assert ask_token(client, scope="hours:write").json()["error"] == "invalid_scope"
    assert ask_token(client).json()["scope"] == "hours:read"


def test_the_secret_is_kept_as_a_hash(machine: Machine) -> None:
    machine.client.refresh_from_db()
    assert SECRET not in machine.client.client_secret
    assert machine.token not in str(list(get_access_token_model().objects.values()))


def refused(client: ApiClient, **fields: str) -> tuple[int, bytes]:
    response = ask_token(client, **fields)
    return response.status_code, response.content


@pytest.mark.asvs("v5.0.0-10.4.10")
def test_wrong_revoked_and_unreleased_keys_look_the_same(machine: Machine) -> None:
    wrong = refused(machine.client, secret="wrong")
    assert wrong[0] == 401
    assert refused(api_client(platform(), released_at=None)) == wrong
    assert refused(ApiClient(client_id="nobody")) == wrong
    assert refused(ApiClient(client_id="nul\0")) == wrong
    revoke_client(machine.client, by=None, now=NOW)
    assert refused(machine.client) == wrong


def test_a_revoked_key_is_out_at_once(machine: Machine, declarant: Professional) -> None:
    nobody = Client().get(HOURS)
    ApiClient.objects.update(revoked_at=NOW)
    revoked = machine.get(HOURS)
    wrong = Client().get(HOURS, headers={"Authorization": "Bearer wrong"})
    assert {nobody.status_code, revoked.status_code, wrong.status_code} == {401}
    assert nobody.content == revoked.content == wrong.content
    assert nobody["WWW-Authenticate"] == "Bearer"
    assert nobody["Content-Type"] == "application/problem+json"


@pytest.mark.asvs("v5.0.0-10.4.4")
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"grant_type": "password", "username": "x", "password": "y"},
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
    ],
)
def test_no_other_grant(machine: Machine, fields: dict[str, str]) -> None:
    auth = {"client_id": machine.client.client_id, "client_secret": SECRET}
    assert Client().post(TOKEN, fields | auth).status_code == 400
    assert Client().post(TOKEN, {"grant_type": "client_credentials"} | auth).status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic //79", "Basic YQ==", "Bearer x", "Basic AA=="])
def test_a_broken_header_is_no_key(machine: Machine, header: str) -> None:
    response = Client().post(TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("body", "kind"), [("a=1&" * 2000, "application/x-www-form-urlencoded"), ("x", "multipart/form-data; boundary=")]
)
def test_a_form_that_cannot_be_read_is_told_as_rfc_6749_says(machine: Machine, body: str, kind: str) -> None:
    response = Client().generic("POST", TOKEN, body, content_type=kind)
    assert (response.status_code, response.json()) == (400, {"error": "invalid_request"})


def test_a_token_of_another_kind_of_body_is_refused(machine: Machine) -> None:
    assert Client().post(TOKEN, b"{", content_type="application/json").status_code == 400
    assert Client().get(TOKEN).status_code == 405


def test_wrong_keys_from_one_address_are_slowed(machine: Machine) -> None:
    answers = [ask_token(machine.client, secret="wrong").status_code for _ in range(61)]
    assert answers[-1] == 429
    assert set(answers[:60]) == {401}


@pytest.mark.asvs("v5.0.0-10.3.2")
def test_each_scope_opens_its_own_calls(declarant: Professional) -> None:
    reader = Machine(scopes="hours:read")
    response = reader.send(BATCHES, "{}")
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert reader.get(HOURS).status_code == 200
    writer = Machine(scopes="hours:write")
    assert writer.get(HOURS).status_code == 403
    assert writer.post(posted(declarant))["counts"]["accepted"] == 1


def test_a_closed_platform_and_who_is_none_are_forbidden(machine: Machine, base: Organization) -> None:
    Organization.objects.filter(pk=machine.organization.pk).update(state=UnitState.CLOSED)
    assert machine.get(HOURS).json()["code"] == "suspended"
    assert Machine(base).get(HOURS).json()["code"] == "not_a_platform"


@pytest.mark.asvs("v5.0.0-2.4.1", "v5.0.0-4.1.3")
def test_a_rate_is_kept_and_told_whatever_the_headers_say(machine: Machine, settings: Any) -> None:
    settings.API_REQUEST_RATE = "3/minute"
    answers = [
        Client().get(HOURS, headers=machine.headers | {"X-Forwarded-For": f"10.0.0.{number}"}) for number in range(5)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert (answers[0]["RateLimit-Limit"], answers[0]["RateLimit-Remaining"]) == ("3", "2")
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1]["RateLimit-Remaining"] == "0"
    assert Machine().get(HOURS).status_code == 200


def test_records_have_a_rate_of_their_own_and_none_is_lost(
    machine: Machine, declarant: Professional, settings: Any
) -> None:
    settings.API_RECORD_RATE = "3/minute"
    machine.post(posted(declarant, "a"), posted(declarant, "b"))
    body = '{"records": [1, 2]}'
    assert machine.send(BATCHES, body).status_code == 429
    settings.API_RECORD_RATE = "100000/minute"
    assert machine.post(posted(declarant, "a"), posted(declarant, "c"))["counts"]["accepted"] == 1
    assert conf.API_REQUEST_RATE == "600/minute"


@pytest.mark.asvs("v5.0.0-4.1.4")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "GET"])
def test_another_method_is_no_page(machine: Machine, method: str) -> None:
    response = Client().generic(method, BATCHES, headers=machine.headers)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in response["Allow"]


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v1/hours/../x", "/api/v2/hours"])
def test_an_unknown_address_is_a_problem_too(machine: Machine, path: str) -> None:
    for response in (machine.get(path), machine.send(path, "{}")):
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("record_id", ["%00", "%ED%A0%80", "x" * 5000, "..%2f", "张", "' OR 1=1--"])
def test_an_impossible_record_is_not_found(machine: Machine, record_id: str) -> None:
    assert machine.get(f"{HOURS}/{record_id}").status_code == 404
    assert machine.send(f"{HOURS}/{record_id}/corrections", "{}").status_code == 404
    assert machine.get(f"{BATCHES}/{record_id}").status_code == 404


@pytest.mark.parametrize("after", ["x", "%00", "W251bGxd", "x" * 500, "WyJhIl0"])
def test_a_broken_cursor_is_refused_and_does_not_begin_anew(machine: Machine, after: str) -> None:
    answer = machine.get(f"{HOURS}?after={after}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor")


def test_people_who_sign_in_are_no_machines(declarant: Professional) -> None:
    browser = Client()
    browser.force_login(declarant.user)
    assert browser.get(HOURS).status_code == 401


def failing(error: Exception, table: str) -> Any:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if table in sql:
            raise error
        return execute(sql, params, many, context)

    return connection.execute_wrapper(fail)


AWAY = [OperationalError("database is locked"), DatabaseError("server closed the connection"), InterfaceError("closed")]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_busy_is_told_as_busy(machine: Machine, declarant: Professional, error: Exception) -> None:
    with failing(error, "credits_claim"):
        response = machine.send(BATCHES, json.dumps({"records": [posted(declarant)]}))
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert response["Retry-After"]
    with failing(error, "accounts_apiclient"):
        response = ask_token(machine.client)
    assert (response.status_code, response.json()) == (503, {"error": "temporarily_unavailable"})
    assert response["Retry-After"]
    assert machine.post(posted(declarant))["counts"]["accepted"] == 1


def test_a_database_that_refuses_everything_is_told_to_machines_and_by_a_line_each(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    # More than one where a worker's modules were loaded in this process before: Celery sets Django up again, and with
    # it the filters of the log.
    aways = [each for each in logging.getLogger("django.request").filters if isinstance(each, DatabaseAway)]
    assert aways
    for away in aways:
        away.last = -math.inf
    with failing(OperationalError("connection refused"), ""):
        answers = [machine.get(HOURS), machine.send(BATCHES, "{}"), ask_token(machine.client)]
    assert {answer.status_code for answer in answers} == {503}
    assert [answer["Content-Type"] for answer in answers[:2]] == ["application/problem+json"] * 2
    lines = [each for each in caplog.records if each.name == "django.request"]
    assert [each.getMessage().split(":")[0] for each in lines] == ["database unavailable"] * 3
    assert [bool(each.exc_info) for each in lines] == [True, False, False]
    assert machine.get(HOURS).status_code == 200
