"""Courses sent by a platform's machine: judged one by one, decided at the bureau's desk, told again (S4-06)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.enums import Duty
from accounts.models import Organization
from accounts.services.clients import bound_client
from bases.models import Absence, Course, CourseFiling, Recognition
from bases.rules.filing import read
from bases.services.courses import end_course, file_courses
from ceportal.kernel.models import AuditEvent
from tests import factories as make
from tests.bases.test_filing_rules import SENT as READ
from tests.credits.factories import NOW
from tests.credits.machines import ALL_SCOPES, COURSES, Machine
from tests.credits.platforms import platform
from tests.credits.test_api_schema import fits

pytestmark = pytest.mark.django_db
SENT = READ | {"year": 2026}
DESK = "/admin/bases/course/sent/"


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    make.area("410200")
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def machine() -> Machine:
    return Machine()


def send(machine: Machine, *courses: Any, question: str = "") -> Any:
    answer = machine.send(COURSES + question, json.dumps({"courses": courses}))
    assert answer.status_code == 200, answer.content
    fits(answer.json(), "CoursesAnswer")
    for item in answer.json()["items"]:
        fits(item, "CourseItem")
    return answer.json()


def outcomes(machine: Machine, *courses: Any) -> list[str]:
    return [item["outcome"] for item in send(machine, *courses)["items"]]


def stands(machine: Machine, code: str = "GX-2026-01") -> list[dict[str, Any]]:
    answer = machine.get(f"{COURSES}/{code}")
    assert answer.status_code == 200
    for filing in answer.json()["filings"]:
        fits(filing, "CourseState")
    return list(answer.json()["filings"])


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make.give(make.user("管名单的人"), make.bureau("410200"), Duty.REGULATE))
    return client


def decide(desk: Client, act: str, reason: str = "", *, rows: Any = None) -> Any:
    chosen = [str(row.ref) for row in rows or CourseFiling.objects.filter(state="waiting")]
    return desk.post(DESK, {"chosen": chosen, "act": act, "reason": reason})


@pytest.mark.clause("S4-06")
def test_sent_decided_at_the_desk_and_asked_for_again(machine: Machine, desk: Client) -> None:
    told = send(machine, SENT, SENT | {"code": "GX-2", "hours": "0.3"}, SENT | {"code": "GX-3"}, 7)
    assert [item["outcome"] for item in told["items"]] == ["waiting", "invalid", "waiting", "invalid"]
    assert told["counts"] == {"waiting": 2, "duplicate": 0, "conflict": 0, "invalid": 2}
    assert [error["pointer"] for error in told["items"][1]["errors"]] == ["/courses/1/hours"]
    assert (told["items"][0]["state_text"], told["items"][3]["code"]) == ("等人社部门备案", None)
    event = AuditEvent.objects.get(action="course.post")
    assert (event.after["counts"], event.after["client"]) == ({"waiting": 2, "invalid": 2}, machine.client.client_id)
    assert (Course.objects.count(), stands(machine)[0]["state"], stands(machine)[0]["from_on"]) == (0, "waiting", None)
    assert machine.get(f"{COURSES}/GX-2").status_code == 404

    page = desk.get(DESK).content.decode()
    assert all(words in page for words in ("数字技术与知识更新", "GX-3", "李老师，教授", machine.organization.name))
    assert "2 项待办" in desk.get("/admin/bases/course/").content.decode()
    first = CourseFiling.objects.get(code="GX-2026-01")
    assert decide(desk, "file", rows=[first]).status_code == 302
    assert "请填写理由" in decide(desk, "refuse").content.decode()
    assert decide(desk, "refuse", "审核文号查不到").status_code == 302
    assert "没有等您备案的课程" in desk.get(DESK).content.decode()
    (filed,) = stands(machine)
    assert (filed["state"], filed["version"], filed["from_on"], filed["last_on"]) == ("filed", 1, "2026-01-01", None)
    (refused,) = stands(machine, "gx3")
    assert (refused["state"], refused["reason"], refused["version"]) == ("refused", "审核文号查不到", None)
    assert AuditEvent.objects.filter(action__in=["course.file", "course.refuse"]).count() == 2

    # The whole list of every night asks for nothing twice, and what was refused is asked for again by its hash.
    again = send(machine, SENT, SENT | {"code": "GX-3"})["items"]
    assert [(item["outcome"], item["state"]) for item in again] == [("duplicate", "filed"), ("duplicate", "refused")]
    assert again[1]["reason"] == "审核文号查不到"
    assert outcomes(machine, SENT | {"code": "GX-3", "replaces": again[1]["content_hash"]}) == ["waiting"]
    # What is otherwise than filed waits, and becomes the next version of that day.
    assert outcomes(machine, SENT | {"hours": "2.0"}) == ["waiting"]
    assert "第 1 版" in desk.get(DESK).content.decode()
    assert decide(desk, "file").status_code == 302
    newest, before = stands(machine)
    assert (newest["version"], newest["hours"], newest["from_on"]) == (2, "2.0", timezone.localdate().isoformat())
    assert (before["state"], before["reason"]) == ("ended", "换为新版本")


def test_what_waits_is_put_right_by_its_hash_alone(machine: Machine, desk: Client) -> None:
    send(machine, SENT)
    (item,) = send(machine, SENT | {"hours": "2.0"})["items"]
    assert (item["outcome"], item["state"]) == ("conflict", "waiting")
    seen = CourseFiling.objects.get()
    put_right = SENT | {"hours": "2.0", "replaces": item["known_hash"]}
    assert (outcomes(machine, put_right), outcomes(machine, put_right)) == (["waiting"], ["duplicate"])
    assert [filing["hours"] for filing in stands(machine)] == ["2.0"]
    moved = decide(desk, "file", rows=[seen])
    assert (moved.status_code, Course.objects.count()) == (409, 0), "what was shown is not what waits"
    assert decide(desk, "file").status_code == 302
    assert Course.objects.get().hours == 2


def test_one_course_twice_in_a_call_costs_both(machine: Machine) -> None:
    other = {"subject": "professional"}
    assert outcomes(machine, SENT, SENT | {"code": "gx 2026-01"}, SENT | other) == ["invalid", "invalid", "waiting"]


@pytest.mark.parametrize("how", ["an unknown place", "a place abolished", "a year gone by", "suspended"])
def test_what_cannot_be_filed_is_told_at_once(machine: Machine, how: str) -> None:
    course = SENT
    match how:
        case "an unknown place":
            course = SENT | {"area": "419999"}
        case "a place abolished":
            course = SENT | {"area": "000000"}
        case "a year gone by":
            line, area = read(READ).line, make.area("410200")
            file_courses(machine.organization, [line], area=area, year=2025, by=make.user("人社"), now=NOW)
            course = SENT | {"year": 2025, "title": "另一个名称"}
        case "suspended":
            listed = Recognition.objects.get(organization=machine.organization)
            Absence.objects.create(
                organization=machine.organization, list_kind=listed.kind, area=listed.area, site_name=listed.site_name,
                kind="suspended", grounds=["other"], reason="检查", from_on=timezone.localdate(), made_at=NOW,
            )  # fmt: skip
    (item,) = send(machine, course)["items"]
    assert (item["outcome"], CourseFiling.objects.count()) == ("invalid", 0)
    assert item["errors"][0]["message"].endswith("。")


def test_an_ended_filing_is_asked_for_again_by_its_hash(machine: Machine, desk: Client) -> None:
    send(machine, SENT)
    decide(desk, "file")
    end_course(Course.objects.get(), reason="审核被撤回", by=make.user("人社"), now=timezone.now())
    (item,) = send(machine, SENT)["items"]
    assert (item["state"], stands(machine)[0]["state"]) == ("ended", "ended"), "on its last day too"
    with time_machine.travel(NOW + timedelta(days=1)):
        later = Machine.again(machine)
        (item,) = send(later, SENT)["items"]
        assert (item["outcome"], stands(later)[0]["state"]) == ("duplicate", "ended")
        assert (item["state"], item["state_text"]) == ("ended", "备案已终止")
        assert outcomes(later, SENT | {"replaces": item["content_hash"]}) == ["waiting"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not_json"), (b"[]", 400, "not_an_object"), (b"{}", 400, "no_courses"),
        (b'{"courses": {}}', 400, "no_courses"), (b'{"courses": []}', 400, "empty"),
        (b'{"courses": [1], "x": 1}', 400, "unknown_key"), (b'{"courses": [1], "courses": [1]}', 400, "duplicate_key"),
        (b'{"courses": [' + b"1," * 200 + b"1]}", 413, "too_many_courses"),
    ],
)  # fmt: skip
def test_an_envelope_that_fails_is_refused_whole(machine: Machine, body: bytes, status: int, code: str) -> None:
    answer = machine.send(COURSES, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_rehearsal_and_a_sandbox_key_keep_nothing(machine: Machine) -> None:
    assert send(machine, SENT, question="?dry_run=true")["dry_run"] is True
    assert machine.send(f"{COURSES}?dryrun=1", b"{}").status_code == 400
    machine.client.is_sandbox = True
    machine.client.save()
    assert send(machine, SENT)["dry_run"] is True
    assert not CourseFiling.objects.exists()
    assert not AuditEvent.objects.filter(action="course.post").exists()


def test_a_sandbox_decides_at_once(machine: Machine, settings: Settings) -> None:
    settings.SANDBOX = True
    assert outcomes(machine, SENT | {"code": "a-FILED"}, SENT | {"code": "a-REFUSED"}, SENT) == ["waiting"] * 3
    states = [stands(machine, code)[0]["state"] for code in ("a-FILED", "a-REFUSED", "GX-2026-01")]
    assert states == ["filed", "refused", "waiting"]


@pytest.mark.asvs("v5.0.0-8.2.2")
def test_a_scope_of_its_own_and_nobody_elses_courses(machine: Machine) -> None:
    send(machine, SENT)
    assert machine.get(f"{COURSES}/{'x' * 5000}").status_code == machine.get(f"{COURSES}/%00").status_code == 404
    stranger = Machine()
    assert stranger.get(f"{COURSES}/GX-2026-01").status_code == 404
    assert stranger.get(COURSES).json() == {"items": [], "next": None}
    others = Machine(scopes=ALL_SCOPES.replace(" courses:file", ""))
    for answer in (others.send(COURSES, b"{}"), others.get(COURSES), others.get(f"{COURSES}/GX-2026-01")):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    # Taken from the key it is gone from its tokens too.
    bound_client(machine.client, addresses="", ceiling=0, by=make.user("管密钥的人"), now=NOW, files_courses=False)
    assert machine.get(COURSES).json()["code"] == "scope_missing"
    assert machine.get("/api/v1/hours").status_code == 200


def test_the_list_is_read_page_by_page_at_the_same_cost(
    machine: Machine, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, desk: Client
) -> None:
    many = [SENT | {"code": f"C{number}"} for number in range(105)]
    settings.SANDBOX = True
    send(machine, *many, *[SENT | {"code": f"C{number}-FILED"} for number in range(3)])
    with django_assert_num_queries(2):
        first = machine.get(COURSES).json()
    with django_assert_num_queries(2):
        second = machine.get(f"{COURSES}?after={first['next']}").json()
    third = machine.get(f"{COURSES}?after={second['next']}").json()
    assert [len(page["items"]) for page in (first, second, third)] == [100, 5, 3]
    assert (third["next"], {item["state"] for item in third["items"]}) == (None, {"filed"})
    assert len({item["code"] for page in (first, second, third) for item in page["items"]}) == 108
    for strange in ("x", "f.x", "a.x", "a.W251bGxd", "f." + "x" * 500):
        assert machine.get(f"{COURSES}?after={strange}").json()["code"] == "cursor"
    with django_assert_num_queries(9):
        desk.get(DESK)
    desk.force_login(make.give(make.user("别处的人"), make.bureau("410400"), Duty.REGULATE))
    assert "没有等您备案的课程" in desk.get(DESK).content.decode()
    assert decide(desk, "file").status_code == 409
    assert decide(desk, "file", rows=[Organization(ref="x")]).status_code == 422


def test_a_call_costs_the_same_however_many_it_brings(
    machine: Machine, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        send(machine, *[SENT | {"code": f"C{number}"} for number in range(50)])


def test_no_other_unit_sends_courses(db: None) -> None:
    unit = platform()
    Organization.objects.filter(pk=unit.pk).update(is_platform=False)
    unit.refresh_from_db()
    assert Machine(unit).get(COURSES).json()["code"] == "not_a_platform"
