#!/usr/bin/env python3
"""Does an interface keep its contract? Run it against a sandbox before you ask for a key in earnest:

    python3 scripts/conformance.py URL CLIENT_ID CLIENT_SECRET [--report FILE]

Needs Python 3.11 and nothing else. One line a rule; ends with 1 when one is broken. The report is what the bureau asks
for. Every run uses records of its own, so it may be run again. What it posts stays in the sandbox.
"""

import argparse
import base64
import hashlib
import json
import random
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

# People of the sandbox: their numbers are made up and bring about these outcomes (docs/api/sandbox.md).
ACCEPTED = {"id_number": "410225199005061124", "name": "李四"}
HELD = {"id_number": "410305198809301563", "name": "孙八"}
UNMATCHED = {"id_number": "410225199901010018", "name": "没有注册的人"}
WRONG_NUMBER = {"id_number": "410225199005061120", "name": "李四"}
IDENTITY, STATEMENTS = "/api/v1/identity-checks", "/api/v1/statements"
KIND = "ceportal-conformance/1"
BATCHES, HOURS, COURSES, TOKEN = "/api/v1/hour-batches", "/api/v1/hours", "/api/v1/courses", "/api/oauth/token"


class Broken(Exception):
    """A rule that is not kept: what was expected, what came."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Broken(f"答复不是 JSON（状态码 {self.status}）") from None


Send = Callable[[str, str, Mapping[str, str], bytes | None], Answer]


def over_http(url: str) -> Send:
    """Calls of a server at `url`."""

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        request = urllib.request.Request(url.rstrip("/") + path, data=body, headers=dict(headers), method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    return send


@dataclass
class Machine:
    """A platform's machine with its key; `run` tells this run's records from all others."""

    send: Send
    client_id: str
    secret: str
    token: str = ""
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    serial: int = 0

    def ask_token(self, secret: str = "", scope: str = "") -> Answer:
        basic = base64.b64encode(f"{self.client_id}:{secret or self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        asked = "grant_type=client_credentials" + (f"&scope={scope}" if scope else "")
        return self.send("POST", TOKEN, headers, asked.encode())

    def call(self, method: str, path: str, content: Any = None, *, token: str = "", kind: str = "") -> Answer:
        """`content` is sent as it is where it is bytes, else as JSON."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        body = content if isinstance(content, bytes) or content is None else json.dumps(content).encode()
        if body is not None:
            headers["Content-Type"] = kind or "application/json"
        return self.send(method, path, headers, body)

    def post(self, *records: Any, path: str = BATCHES) -> Any:
        answer = self.call("POST", path, {"records": list(records)})
        expect(answer.status, 200, "报送的状态码")
        return answer.json

    def outcomes(self, *records: Any) -> list[str]:
        return [item["outcome"] for item in self.post(*records)["items"]]

    def record(self, person: Mapping[str, str] = ACCEPTED, **changes: Any) -> dict[str, Any]:
        """A record nobody has sent before, on some day of this year."""
        self.serial += 1
        today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
        day = today - timedelta(days=random.randrange((today - date(today.year, 1, 1)).days + 1))
        name = f"conf-{self.run}-{self.serial}"
        return {
            "record_id": name, **person, "subject": "professional", "title": f"一致性测试 {name}", "hours": "0.5",
            "started_on": day.isoformat(), "completed_on": day.isoformat(),
        } | changes  # fmt: skip

    def courses(self, *courses: Any) -> list[Any]:
        return list(self.call("POST", COURSES, {"courses": courses}).json["items"])

    def correct(self, record_id: str, action: str, **more: Any) -> Answer:
        body = {"action": action, "reason": "一致性测试", **more}
        return self.call("POST", f"{HOURS}/{record_id}/corrections", body)


def expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise Broken(f"{what}应为 {wanted}，实为 {found}")


def expect_problem(answer: Answer, status: int, what: str) -> None:
    expect(answer.status, status, f"{what}的状态码")
    kind = answer.headers.get("content-type", "").split(";")[0]
    expect(kind, "application/problem+json", f"{what}的 Content-Type")
    if not answer.json.get("code"):
        raise Broken(f"{what}没有 code")


def a_token_lasts_an_hour(machine: Machine) -> None:
    """取得令牌，一小时有效"""
    answer = machine.ask_token()
    expect(answer.status, 200, "换取令牌的状态码")
    expect(answer.json["expires_in"], 3600, "expires_in")
    machine.token = answer.json["access_token"]


def a_wrong_secret_opens_nothing(machine: Machine) -> None:
    """密码错误不发令牌"""
    answer = machine.ask_token(secret="not-the-secret")
    expect(answer.status, 401, "密码错误时的状态码")
    expect(answer.json.get("error"), "invalid_client", "error")


def without_a_token_nothing(machine: Machine) -> None:
    """没有令牌不受理"""
    answer = machine.call("GET", HOURS, token="nonsense")
    expect_problem(answer, 401, "令牌无效")
    if "www-authenticate" not in answer.headers:
        raise Broken("401 没有 WWW-Authenticate")


def a_scope_is_kept(machine: Machine) -> None:
    """令牌只能做它的权限内的事"""
    token = machine.ask_token(scope="hours:read").json["access_token"]
    answer = machine.call("POST", BATCHES, {"records": [machine.record()]}, token=token)
    expect_problem(answer, 403, "没有权限")


def a_record_counts(machine: Machine) -> None:
    """合格的记录当场计入，可以查询"""
    record = machine.record()
    told = machine.post(record)
    item = told["items"][0]
    expect(item["outcome"], "accepted", "结果")
    if not item.get("entry_id"):
        raise Broken("没有 entry_id：沙箱密钥在正式环境只试算，请对沙箱环境运行")
    stored = machine.call("GET", f"{BATCHES}/{told['batch_id']}")
    expect((stored.status, stored.json), (200, told), "再查这一批")
    expect(machine.call("GET", f"{HOURS}/{record['record_id']}").json["state"], "accepted", "查询单条的 state")


def a_repeat_counts_once(machine: Machine) -> None:
    """重复报送只计一次"""
    record = machine.record()
    first, second = machine.outcomes(record), machine.outcomes(record)
    expect([*first, *second], ["accepted", "duplicate"], "报送两次的结果")
    history = machine.call("GET", f"{HOURS}/{record['record_id']}").json["history"]
    expect(len(history), 1, "明细笔数")


def other_content_is_a_conflict(machine: Machine) -> None:
    """同一编号不同内容是冲突，原记录不变"""
    record = machine.record()
    machine.post(record)
    item = machine.post(record | {"hours": "1.0"})["items"][0]
    expect(item["outcome"], "conflict", "结果")
    if not (item.get("known_hash") and item.get("received_hash")) or item["known_hash"] == item["received_hash"]:
        raise Broken("冲突应给出两个不同的 hash")
    expect(machine.call("GET", f"{HOURS}/{record['record_id']}").json["hours"], "0.5", "原记录的学时")


def one_fault_costs_no_neighbour(machine: Machine) -> None:
    """一条有错不影响其他，改正后可以再报"""
    good, bad = machine.record(), machine.record(WRONG_NUMBER)
    items = machine.post(bad, good)["items"]
    expect([item["outcome"] for item in items], ["invalid", "accepted"], "结果")
    pointers = [error["pointer"] for error in items[0]["errors"]]
    expect(pointers, ["/records/0/id_number"], "错误的位置")
    expect(machine.call("GET", f"{HOURS}/{bad['record_id']}").status, 404, "查询有错的记录")
    expect(machine.outcomes(bad | ACCEPTED), ["accepted"], "改正后的结果")


def strictly_read(machine: Machine) -> None:
    """多余字段、数字学时、未来日期都是错误"""
    future = (date.today() + timedelta(days=2)).isoformat()
    wrong: list[dict[str, Any]] = [
        {"more": 1}, {"hours": 2}, {"hours": "0.3"}, {"hours": "２.0"}, {"completed_on": future}, {"name": " "},
    ]  # fmt: skip
    found = machine.outcomes(*(machine.record(**change) for change in wrong))
    expect(found, ["invalid"] * len(wrong), "结果")


def an_id_twice_in_a_batch(machine: Machine) -> None:
    """同一批里编号重复，两条都不受理"""
    record = machine.record()
    expect(machine.outcomes(record, record), ["invalid", "invalid"], "结果")


def nobody_by_that_number(machine: Machine) -> None:
    """查无此人的保留，重复报送不新增"""
    record = machine.record(UNMATCHED)
    found = [*machine.outcomes(record), *machine.outcomes(record)]
    expect(found, ["unmatched_person", "duplicate"], "报送两次的结果")


def doubtful_is_held(machine: Machine) -> None:
    """有疑问的暂不计入，说明原因"""
    record = machine.record(HELD)
    item = machine.post(record)["items"][0]
    expect(item["outcome"], "held", "结果")
    if not item.get("reasons"):
        raise Broken("没有说明原因")
    expect(machine.outcomes(record), ["duplicate"], "再报一次的结果")


def a_rehearsal_keeps_nothing(machine: Machine) -> None:
    """试算不留下记录"""
    record = machine.record()
    told = machine.post(record, path=f"{BATCHES}?dry_run=true")
    expect(told["items"][0]["outcome"], "accepted", "试算的结果")
    expect(machine.call("GET", f"{HOURS}/{record['record_id']}").status, 404, "试算后查询")


def the_envelope_is_kept(machine: Machine) -> None:
    """请求体不合格整批不受理"""
    record = json.dumps(machine.record(), ensure_ascii=False)
    broken = ["{", '{"records": []}', '{"records": 1}', '{"records": [1], "x": 1}', '{"records": [1], "records": []}']
    for text in [*broken, f'{{"records": [{record}]}}']:
        expect_problem(machine.call("POST", BATCHES, text.encode("gbk")), 400, text[:40])
    expect_problem(machine.call("POST", BATCHES, {"records": [1] * 1001}), 413, "1001 条")
    expect_problem(machine.call("POST", BATCHES, b"x=1", kind="text/plain"), 415, "text/plain")


def put_right_by_reversal(machine: Machine) -> None:
    """更正另记一笔，原来的撤销"""
    record = machine.record()
    machine.post(record)
    answer = machine.correct(record["record_id"], "replace", record=record | {"hours": "1.0"})
    expect(answer.status, 201, "更正的状态码")
    told = machine.call("GET", f"{HOURS}/{record['record_id']}").json
    expect((told["state"], told["hours"]), ("accepted", "1.0"), "更正后的状态和学时")
    expect([entry["hours"] for entry in told["history"]], ["0.5", "-0.5", "1.0"], "明细")


def withdrawn_for_good(machine: Machine) -> None:
    """撤回后不再计入，先撤后报也一样"""
    record, unsent = machine.record(), machine.record()
    machine.post(record)
    for each in (record, unsent):
        expect(machine.correct(each["record_id"], "withdraw").status, 201, "撤回的状态码")
        expect(machine.outcomes(each), ["duplicate"], "撤回后再报的结果")
        told = machine.call("GET", f"{HOURS}/{each['record_id']}").json
        expect(told["state"], "withdrawn", "撤回后的 state")


def listed_by_pages(machine: Machine) -> None:
    """可以逐页查询自己的记录"""
    records = [machine.record() for _ in range(3)]
    machine.post(*records)
    wanted, seen, path = {record["record_id"] for record in records}, set[str](), HOURS
    for _ in range(1000):
        told = machine.call("GET", path).json
        seen |= {item["record_id"] for item in told["items"]}
        if wanted <= seen or not told["next"]:
            break
        path = f"{HOURS}?after={told['next']}"
    expect(wanted - seen, set(), "没有列出的记录")


def nothing_but_yes_or_no(machine: Machine) -> None:
    """核对身份只答是或否"""
    asked = [ACCEPTED, ACCEPTED | {"name": "别的姓名"}, WRONG_NUMBER, UNMATCHED]
    answer = machine.call("POST", IDENTITY, {"records": asked})
    expect(answer.status, 200, "核对身份的状态码")
    found = [item["outcome"] for item in answer.json["items"]]
    expect(found, ["match", "no_match", "no_match", "no_match"], "核对的结果")
    extra = {key for item in answer.json["items"] for key in item} - {"index", "outcome"}
    expect(extra, set(), "多透露的内容")


def a_day_reconciles(machine: Machine) -> None:
    """一天的对账单和逐条查询一致"""
    machine.post(machine.record(), machine.record(HELD))
    today, lines, path = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat(), [], HOURS
    while path:
        told = machine.call("GET", path).json
        ours = [item for item in told["items"] if item["received_at"].startswith(today)]
        lines += [f"{item['record_id']} {item['state']} {item['hours']}\n" for item in ours]
        path = f"{HOURS}?after={told['next']}" if told["next"] else ""
    statement = machine.call("GET", f"{STATEMENTS}/{today}").json
    told_here = (statement["records"], sum(state["count"] for state in statement["states"].values()))
    expect(told_here, (len(lines), len(lines)), "对账单的条数")
    digest = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    expect(statement["digest"], digest, "对账单的摘要")


def courses_are_judged_alone(machine: Machine) -> None:
    """课程报备案逐门答复，重复的不新增，没有权限的不受理"""
    if "courses:file" not in machine.ask_token().json["scope"].split():
        expect_problem(machine.call("GET", COURSES), 403, "密钥没有备案权限时查询课程")
        return
    course = {
        "code": machine.record()["record_id"], "title": "一致性测试课程", "subject": "public", "hours": "2.0",
        "lecturer": "李老师，教授", "approval": "press", "document": "测试文号", "area": "410000",
        "year": datetime.now(ZoneInfo("Asia/Shanghai")).year,
    }  # fmt: skip
    wrong = course | {"code": f"{course['code']}-wrong", "hours": "0.3"}
    twice = [*machine.courses(course, wrong), *machine.courses(course)]
    expect([item["outcome"] for item in twice], ["waiting", "invalid", "duplicate"], "报送两次的结果")
    (other,) = machine.courses(course | {"hours": "2.5"})
    expect(other["outcome"], "conflict", "内容改变的结果")
    put_right = course | {"hours": "2.5", "replaces": other["known_hash"]}
    expect(machine.courses(put_right)[0]["outcome"], "waiting", "改报的结果")
    told = machine.call("GET", f"{COURSES}/{course['code']}").json["filings"]
    expect([(each["state"], each["hours"]) for each in told], [("waiting", "2.5")], "查询课程的结果")
    expect(machine.call("GET", f"{COURSES}/{wrong['code']}").status, 404, "查询有错的课程")


def limits_are_told(machine: Machine) -> None:
    """答复里有剩余的调用次数"""
    headers = machine.call("GET", HOURS).headers
    missing = [n for n in ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset") if n not in headers]
    expect(missing, [], "没有的响应头")


CHECKS: tuple[Callable[[Machine], None], ...] = (
    a_token_lasts_an_hour, a_wrong_secret_opens_nothing, without_a_token_nothing, a_scope_is_kept, a_record_counts,
    a_repeat_counts_once, other_content_is_a_conflict, one_fault_costs_no_neighbour, strictly_read,
    an_id_twice_in_a_batch, nobody_by_that_number, doubtful_is_held, a_rehearsal_keeps_nothing, the_envelope_is_kept,
    put_right_by_reversal, withdrawn_for_good, listed_by_pages, nothing_but_yes_or_no, a_day_reconciles,
    courses_are_judged_alone, limits_are_told,
)  # fmt: skip


def checked(machine: Machine) -> Iterator[tuple[str, str]]:
    """Each rule by its name, and why it is not kept (empty: it is)."""
    for check in CHECKS:
        name = (check.__doc__ or check.__name__).strip()
        try:
            check(machine)
        except Broken as broken:
            yield name, str(broken)
        except (LookupError, TypeError, AttributeError) as error:
            yield name, f"答复缺少约定的内容：{error!r}"
        except OSError as error:
            yield name, f"连接失败：{error}"
        else:
            yield name, ""


def main() -> int:
    parser = argparse.ArgumentParser(description="按约定逐条检查学时接口")
    parser.add_argument("url")
    parser.add_argument("client_id")
    parser.add_argument("secret")
    parser.add_argument("--report", help="把结果写成 JSON，申请正式密钥时提交")
    asked = parser.parse_args()
    results = []
    for name, why in checked(Machine(over_http(asked.url), asked.client_id, asked.secret)):
        print(f"{'通过　' if not why else '未通过'} {name}{'：' + why if why else ''}", flush=True)
        results.append({"name": name, "passed": not why, **({"why": why} if why else {})})
    failed = sum(not result["passed"] for result in results)
    print(f"{len(results)} 项，{failed} 项未通过。")
    if asked.report:
        told = {"kind": KIND, "made_at": datetime.now(UTC).isoformat(), "url": asked.url, "checks": results}
        with open(asked.report, "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False, indent=2)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
