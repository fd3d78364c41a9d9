"""Keys: made, rotated, bounded, released on a passed test, revoked; by the platform itself and at the bureau's desk."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.enums import Duty
from accounts.models import ApiClient, Notice, Organization, Professional, User
from accounts.rules.clients import REPORT_KIND, RULES_TRIED
from credits.enums import ClaimState
from credits.models import Claim, HourBatch
from credits.selectors.clients import calls_of_key
from credits.services.holding_jobs import work_on_held
from tests import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, HOURS, Machine, api_client, ask_token, posted
from tests.credits.platforms import platform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
PAGE = "/clients/"
DESK = "/admin/accounts/apiclient/"


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def unit() -> Organization:
    return platform("示例平台")


@pytest.fixture
def keeper(unit: Organization) -> User:
    return make.give(make.user("平台管理员"), unit, Duty.MANAGE_CLIENTS)


@pytest.fixture
def officer() -> User:
    return make.give(make.user("省厅经办人"), make.bureau("410000"), Duty.MANAGE_CLIENTS)


def browser(user: User) -> Client:
    """Signed in, with a fresh proof."""
    client = Client()
    client.force_login(user)
    client.post(f"{PAGE}new/", {"proof": make.PASSWORD, "proof_way": "GET"})
    return client


def secret_in(answer: Any) -> tuple[ApiClient, str]:
    client_id, secret = re.findall(r'<dd class="key">\s*(\S+)\s*</dd>', answer.content.decode())
    return ApiClient.objects.get(client_id=client_id), secret


def made(client: Client, unit: Organization, kind: str) -> tuple[ApiClient, str]:
    return secret_in(client.post(f"{PAGE}new/", {"organization": unit.pk, "kind": kind, "name": "联调"}))


def report_file(**changes: Any) -> SimpleUploadedFile:
    checks = [{"name": name, "passed": True} for name in RULES_TRIED]
    told = {"kind": REPORT_KIND, "made_at": NOW.isoformat(), "checks": checks} | changes
    return SimpleUploadedFile("report.json", json.dumps(told).encode())


def test_a_sandbox_key_is_good_at_once_and_counts_nothing(
    unit: Organization, keeper: User, declarant: Professional
) -> None:
    client = browser(keeper)
    key, secret = made(client, unit, "sandbox")
    assert secret not in client.get(f"{PAGE}{key.client_id}/").content.decode()
    token = ask_token(key, secret=secret).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    body = json.dumps({"records": [posted(declarant)]})
    told = Client().generic("POST", BATCHES, body, content_type="application/json", headers=headers).json()
    assert (told["counts"]["accepted"], told["dry_run"], Claim.objects.count()) == (1, True, 0)
    withdrawal = json.dumps({"action": "withdraw", "reason": "学员退课"})
    refused = Client().generic(
        "POST", f"{HOURS}/r-1/corrections", withdrawal, content_type="application/json", headers=headers
    )
    assert (refused.status_code, Claim.objects.count()) == (403, 0)


def test_a_key_in_earnest_waits_for_the_bureau(unit: Organization, keeper: User, officer: User) -> None:
    client, desk = browser(keeper), browser(officer)
    key, secret = made(client, unit, "earnest")
    assert ask_token(key, secret=secret).status_code == 401
    failed = report_file(checks=[{"name": "取得令牌", "passed": False}])
    for wrong in (failed, SimpleUploadedFile("x.json", b"{"), SimpleUploadedFile("x.json", b"[" * 100_000)):
        assert client.post(f"{PAGE}{key.client_id}/report/", {"report": wrong}).status_code == 422
    assert client.post(f"{PAGE}{key.client_id}/report/", {"report": report_file()}).status_code == 302
    assert Notice.objects.filter(to=officer).count() == 1
    assert "等您启用" in desk.get(DESK).content.decode()
    assert desk.post(f"{DESK}{key.client_id}/refuse/", {"reason": "请补充联系人"}).status_code == 302
    assert "请补充联系人" in client.get(f"{PAGE}{key.client_id}/").content.decode()
    assert desk.post(f"{DESK}{key.client_id}/release/").status_code == 409
    client.post(f"{PAGE}{key.client_id}/report/", {"report": report_file()})
    assert desk.post(f"{DESK}{key.client_id}/release/").status_code == 302
    assert ask_token(key, secret=secret).status_code == 200
    assert "已经启用" in Notice.objects.filter(to=keeper).latest("id").text


def test_two_keys_live_while_a_machine_changes_over(unit: Organization, keeper: User, officer: User) -> None:
    old = api_client(unit, daily_ceiling=7)
    client = browser(keeper)
    key, secret = secret_in(client.post(f"{PAGE}{old.client_id}/rotate/"))
    assert (key.first_key_id, key.daily_ceiling, key.released_at) == (old.pk, 7, NOW)
    assert ask_token(old).status_code == ask_token(key, secret=secret).status_code == 200
    assert client.post(f"{PAGE}{key.client_id}/rotate/").status_code == 409
    assert client.post(f"{PAGE}{old.client_id}/revoke/").status_code == 302
    assert ask_token(old).status_code == 401
    again, _ = secret_in(client.post(f"{PAGE}{key.client_id}/rotate/"))
    assert again.first_key_id == old.pk
    further = {"organization": unit.pk, "kind": "earnest", "name": "又一个"}
    assert client.post(f"{PAGE}new/", further).status_code == 422


def test_from_where_and_how_much(unit: Organization, keeper: User, declarant: Professional) -> None:
    machine, client = Machine(unit), browser(keeper)
    page = f"{PAGE}{machine.client.client_id}/"
    for wrong in ({"addresses": "example.org"}, {"ceiling": "-1"}, {"ceiling": "９"}, {"ceiling": "9" * 30}):
        assert client.post(f"{page}bounds/", wrong).status_code == 422
    assert client.post(f"{page}bounds/", {"addresses": "203.0.113.0/24", "ceiling": "3"}).status_code == 302
    assert machine.get(HOURS).json()["code"] == "address"
    assert ask_token(machine.client).status_code == 401
    client.post(f"{page}bounds/", {"addresses": "127.0.0.1", "ceiling": "3"})
    assert machine.get(HOURS).status_code == 200
    machine.post(posted(declarant, "a"), posted(declarant, "b"))
    over = machine.send(BATCHES, json.dumps({"records": [posted(declarant, "c"), posted(declarant, "d")]}))
    assert (over.status_code, over["RateLimit-Limit"]) == (429, "3")
    assert machine.post(posted(declarant, "c"))["counts"]["accepted"] == 1


def test_a_key_revoked_while_it_writes_has_written_nothing(
    unit: Organization, declarant: Professional, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(unit)
    monkeypatch.setattr("credits.api.views.is_revoked", lambda client: True)
    response = machine.send(BATCHES, json.dumps({"records": [posted(declarant)]}))
    assert (response.status_code, Claim.objects.count(), HourBatch.objects.count()) == (401, 0, 0)


def test_a_leak_is_held_and_restored(unit: Organization, keeper: User, officer: User, declarant: Professional) -> None:
    machine = Machine(unit)
    machine.post(posted(declarant))
    client, desk = browser(keeper), browser(officer)
    page = f"{PAGE}{machine.client.client_id}/"
    for wrong in (
        {"since": "昨天", "reason": "泄露"},
        {"since": "2026-11-20 08:00"},
        {"since": "2027-01-01", "reason": "x"},
    ):
        assert client.post(f"{page}leak/", wrong).status_code == 422
    assert machine.get(HOURS).status_code == 200
    assert client.post(f"{page}leak/", {"since": "2026-11-20 08:00", "reason": "密钥泄露"}).status_code == 302
    assert machine.get(HOURS).status_code == 401
    work_on_held(now=NOW)
    assert Claim.objects.get().state == ClaimState.HELD
    assert "已处理完毕，共 1 条" in client.get(page).content.decode()
    shown = desk.get(f"{DESK}{machine.client.client_id}/").content.decode()
    assert "尚未处理的还有 1 条" in shown
    assert desk.post(f"{DESK}{machine.client.client_id}/restore/", {"reason": "已逐条核对"}).status_code == 302
    work_on_held(now=NOW)
    assert Claim.objects.get().state == ClaimState.LIVE


def test_a_bureau_registers_its_own_systems(officer: User, keeper: User) -> None:
    desk = browser(officer)
    key, secret = secret_in(
        desk.post(f"{DESK}new/", {"organization": make.bureau("410000").pk, "name": "职称评审系统"})
    )
    assert set(ask_token(key, secret=secret).json()["scope"].split()) == {"identity:check", "eligibility:read"}
    second, _ = secret_in(desk.post(f"{DESK}{key.client_id}/rotate/"))
    assert second.organization == key.organization
    assert browser(keeper).get(f"{DESK}{key.client_id}/").status_code == 403


def test_keys_of_others_do_not_exist(unit: Organization, keeper: User, declarant: Professional) -> None:
    machine = Machine()
    machine.post(posted(declarant))
    batch = HourBatch.objects.get()
    client = browser(keeper)
    for path in ("", "calls/" + str(batch.ref) + "/"):
        assert client.get(f"{PAGE}{machine.client.client_id}/{path}").status_code == 404
    elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.MANAGE_CLIENTS)
    assert browser(elsewhere).get(f"{DESK}{machine.client.client_id}/").status_code == 404


def test_calls_and_their_outcomes(
    unit: Organization, keeper: User, declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    machine, client = Machine(unit), browser(keeper)
    for number in range(4):
        machine.post(posted(declarant, f"good-{number}"), posted(declarant, f"bad-{number}", hours=5))
    page = f"{PAGE}{machine.client.client_id}/"
    with django_assert_max_num_queries(14):
        listed = client.get(page).content.decode()
    assert re.findall(r'data-label="(?:已计入|有错误或冲突)" class="num">(\d+)<', listed) == ["1"] * 8
    assert all(one.get_deferred_fields() == {"answer"} for one in calls_of_key(machine.client))
    batch = HourBatch.objects.latest("id")
    shown = client.get(f"{page}calls/{batch.ref}/").content.decode()
    assert shown.index("bad-3") < shown.index("good-3")
    assert "有错误" in shown
