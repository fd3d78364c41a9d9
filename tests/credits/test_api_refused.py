"""What a key was refused stands on its page, a line a day for each reason; a stranger's tries stand nowhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.enums import Duty
from accounts.models import Professional, RefusedCalls
from accounts.services.clients import revoke_client
from tests import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, HOURS, Machine, ask_token, posted

pytestmark = pytest.mark.usefixtures("henan_2026")


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def test_the_keeper_sees_what_was_refused_and_why(declarant: Professional, settings: Any) -> None:
    machine, body = Machine(scopes="hours:write"), json.dumps({"records": [posted(declarant)]})
    machine.get(HOURS)
    machine.get(HOURS)
    machine.send(BATCHES, b"{" + b" " * 2_100_000)
    machine.send(BATCHES, body, content_type="text/plain")
    machine.send(BATCHES, json.dumps({"records": [1] * 1001}))
    ask_token(machine.client, secret="wrong")
    settings.API_REQUEST_RATE = "1/minute"
    assert [machine.send(BATCHES, body).status_code for _ in range(2)] == [200, 429]
    Client().get(HOURS, headers={"Authorization": "Bearer nobody"})
    rows = RefusedCalls.objects.filter(client=machine.client)
    found = {(row.status, row.code): (row.call, row.times) for row in rows}
    assert found == {
        (403, "scope_missing"): ("GET /api/v1/hours", 2),
        (413, "too_large"): ("POST /api/v1/hour-batches", 1),
        (413, "too_many_records"): ("POST /api/v1/hour-batches", 1),
        (415, "not_json_type"): ("POST /api/v1/hour-batches", 1),
        (401, "invalid_client"): ("POST /api/oauth/token", 1),
        (429, "too_many"): ("POST /api/v1/hour-batches", 1),
    }
    assert RefusedCalls.objects.count() == rows.count()
    assert declarant.name not in str(list(rows.values()))
    keeper = make.give(make.user("平台管理员"), machine.organization, Duty.MANAGE_CLIENTS)
    browser = Client()
    browser.force_login(keeper)
    page = browser.get(f"/clients/{machine.client.client_id}/").content.decode()
    assert all(words in page for words in ("令牌没有 hours:read 权限", "请求体超过 2 MB", "403 scope_missing"))


def test_a_token_that_opens_nothing_any_more_tells_whose_it_was(declarant: Professional) -> None:
    machine = Machine()
    with time_machine.travel(NOW.replace(hour=20)):
        assert machine.get(HOURS).status_code == 401
    assert RefusedCalls.objects.get(client=machine.client).code == "unauthorized"
    revoke_client(machine.client, by=None, now=NOW)
    assert machine.get(HOURS).status_code == 401
    assert RefusedCalls.objects.count() == 1
