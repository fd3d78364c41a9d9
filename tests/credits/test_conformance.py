"""`scripts/conformance.py` passes against the sandbox, and names the rule that a server breaks."""

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.rules.clients import REPORT_KIND, RULES_TRIED, reasons_not_to_take_report
from ceportal.office.demo.cast import FRESH
from tests import factories as make
from tests.credits import factories as rules
from tests.credits.machines import SECRET, api_client
from tests.credits.platforms import platform, recognise

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
Send = Callable[[str, str, Mapping[str, str], bytes | None], Any]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance", ROOT / "scripts" / "conformance.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["conformance"] = module
    spec.loader.exec_module(module)
    return module


conformance = _load()


@pytest.fixture
def machine(db: None, settings: Any) -> Any:
    """A key of a sandbox with its people."""
    settings.SANDBOX = True
    rules.rule_set(year_from=timezone.localdate().year)
    unit = platform(is_recognised=False)
    recognise(unit, at=make.area("410200"), year=timezone.localdate().year)
    here, elsewhere = make.employer(at=make.area("410225")), make.employer(at=make.area("410402"))
    make.professional(conformance.ACCEPTED["name"], works_at=here, number=conformance.ACCEPTED["id_number"])
    make.professional(conformance.HELD["name"], works_at=elsewhere, number=conformance.HELD["id_number"])
    key = api_client(unit, is_sandbox=True)
    return conformance.Machine(in_process(), key.client_id, SECRET)


def in_process(alter: Callable[[str, str, Any], Any] = lambda method, path, answer: answer) -> Send:
    """The same calls without a server between; `alter` plays one that breaks a rule."""

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Any:
        kind = headers.get("Content-Type", "application/json")
        response = Client().generic(method, path, body or b"", content_type=kind, headers=dict(headers))
        told = {name.lower(): value for name, value in response.items()}
        return alter(method, path, conformance.Answer(response.status_code, told, response.content))

    return send


def said(word: str, instead: str) -> Callable[[str, str, Any], Any]:
    """A server that says one thing for another."""
    return lambda method, path, answer: replace(answer, body=answer.body.replace(word.encode(), instead.encode()))


def status(of: int, instead: int) -> Callable[[str, str, Any], Any]:
    return lambda method, path, answer: replace(answer, status=instead) if answer.status == of else answer


def without_headers(method: str, path: str, answer: Any) -> Any:
    return replace(answer, headers={"content-type": answer.headers.get("content-type", "")})


def failed(machine: Any) -> set[str]:
    return {name for name, why in conformance.checked(machine) if why}


def test_the_sandbox_keeps_every_rule_twice_over(machine: Any) -> None:
    assert {name: why for name, why in conformance.checked(machine) if why} == {}
    again = conformance.Machine(machine.send, machine.client_id, SECRET)
    results = [{"name": name, "passed": not why} for name, why in conformance.checked(again)]
    report = {"kind": REPORT_KIND, "made_at": timezone.now().isoformat(), "checks": results}
    assert list(reasons_not_to_take_report(json.loads(json.dumps(report)), now=timezone.now())) == []
    assert conformance.KIND == REPORT_KIND


BROKEN = [
    (said("3600", "9999"), "取得令牌"),
    (said('"invalid_client"', '"unknown"'), "密码错误"),
    (status(401, 200), "没有令牌不受理"),
    (status(403, 200), "令牌只能做它的权限内的事"),
    (said('"entry_id"', '"entry"'), "合格的记录"),
    (said("/records/0/id_number", "/records/1/id_number"), "一条有错"),
    (said('"invalid"', '"accepted"'), "多余字段"),
    (status(404, 200), "试算不留下记录"),
    (status(413, 200), "请求体不合格"),
    (status(400, 500), "请求体不合格"),
    (said('"held"', '"accepted"'), "有疑问的暂不计入"),
    (said('"unmatched_person"', '"accepted"'), "查无此人"),
    (said('"conflict"', '"duplicate"'), "不同内容是冲突"),
    (said('"duplicate"', '"accepted"'), "重复报送只计一次"),
    (said('"invalid"', '"accepted"'), "编号重复"),
    (said('"-0.5"', '"0.5"'), "更正另记一笔"),
    (said('"withdrawn"', '"accepted"'), "撤回后不再计入"),
    (said('"items"', '"things"'), "逐页查询"),
    (said('"no_match"', '"match"'), "核对身份"),
    (said('"records": ', '"records": 1'), "对账单"),
    (said('"waiting"', '"filed"'), "课程报备案"),
    (without_headers, "剩余的调用次数"),
]


def test_there_is_a_broken_server_for_each_rule() -> None:
    rules_kept = [check.__doc__.strip() for check in conformance.CHECKS]
    assert tuple(rules_kept) == RULES_TRIED, "what a report must tell of"
    assert [rule for rule in rules_kept if not any(named in rule for _, named in BROKEN)] == []


@pytest.mark.parametrize(("breakage", "named"), BROKEN, ids=lambda value: value if isinstance(value, str) else "server")
def test_a_broken_rule_is_named(machine: Any, breakage: Callable[[str, str, Any], Any], named: str) -> None:
    broken = conformance.Machine(in_process(breakage), machine.client_id, SECRET)
    assert any(named in name for name in failed(broken))


def test_outside_a_sandbox_a_sandbox_key_does_not_pass(machine: Any, settings: Any) -> None:
    settings.SANDBOX = False
    assert any("正式环境只试算" in why for _, why in conformance.checked(machine))


def test_its_people_are_those_of_the_demo() -> None:
    known = {person.id_number: person.name for person in FRESH}
    for person in (conformance.ACCEPTED, conformance.HELD):
        assert known[person["id_number"]] == person["name"]
    told = (ROOT / "docs" / "api" / "sandbox.md").read_text(encoding="utf-8")
    people = (conformance.ACCEPTED, conformance.HELD, conformance.UNMATCHED, conformance.WRONG_NUMBER)
    assert all(person["id_number"] in told for person in people)
