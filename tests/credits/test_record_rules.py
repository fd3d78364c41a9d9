"""A record as a machine sends it: every fault by its pointer, every boundary from both sides."""

import hashlib
import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.rules.records import MOST_SESSIONS, Record, digest_of, is_record_id, read, reasons_not_to_read
from tests import factories as make

TODAY = date(2026, 11, 20)
NUMBER = make.id_number(serial=11)
GONE = object()
RECORD = {
    "record_id": "R-2026.001:a_b", "id_number": NUMBER, "name": "张三", "subject": "public", "title": "网络安全",
    "hours": "8.5", "started_on": "2026-03-01", "completed_on": "2026-03-02",
}  # fmt: skip
SESSION = {"started_at": "2026-03-01T19:00:00+08:00", "ended_at": "2026-03-01T21:15:00+08:00"}


def faults(today: date = TODAY, **changes: Any) -> list[tuple[str, str]]:
    posted = {key: value for key, value in {**RECORD, **changes}.items() if value is not GONE}
    return [(fault.code, fault.field) for fault in reasons_not_to_read(posted, today=today)]


def the_fault(today: date = TODAY, **changes: Any) -> Refusal:
    (fault,) = reasons_not_to_read({**RECORD, **changes}, today=today)
    return fault


def test_a_sound_record_has_no_fault_and_is_read_as_it_stands() -> None:
    assert faults() == []
    assert read(RECORD) == Record(
        external_id="R-2026.001:a_b", id_number=NUMBER, name="张三", subject="public", title="网络安全",
        started_on=date(2026, 3, 1), ended_on=date(2026, 3, 2), hours=Decimal("8.5"),
    )  # fmt: skip


def test_what_is_optional_is_read_where_it_is_given() -> None:
    more = {
        "name": " 买买提•艾力 ", "title": " 网络安全 ", "public_kind": "compulsory", "course_code": "GX-01",
        "assessment": {"result": "passed", "score": "92"}, "sessions": [SESSION],
    }  # fmt: skip
    assert faults(**more) == []
    found = read({**RECORD, **more, "id_number": "h12345678"})
    assert (found.name, found.title, found.id_number) == ("买买提·艾力", "网络安全", "H12345678")
    assert (found.public_kind, found.course_code, found.result, found.score) == ("compulsory", "GX-01", "passed", "92")
    start = datetime(2026, 3, 1, 19, tzinfo=timezone(timedelta(hours=8)))
    assert found.sessions == ((start, start + timedelta(minutes=135)),)


@pytest.mark.parametrize("posted", [None, 1, "x", [RECORD], True])
def test_what_is_no_object_is_no_record(posted: object) -> None:
    (fault,) = reasons_not_to_read(posted, today=TODAY)
    assert fault == Refusal("not_an_object", "每条记录应是一个 JSON 对象。")


@pytest.mark.parametrize("key", list(RECORD))
def test_every_required_key_is_missed(key: str) -> None:
    assert faults(**{key: GONE}) == [("missing", f"/{key}")]


def test_the_digest_follows_the_content_not_how_it_is_written() -> None:
    same = read({**RECORD, "hours": "2.0" if RECORD["hours"] == "2" else RECORD["hours"]})
    assert digest_of(read(RECORD)) == digest_of(same)
    assert digest_of(read(RECORD)) != digest_of(read({**RECORD, "title": "另一门课"}))
    assert digest_of(read(RECORD), person="1") != digest_of(read(RECORD), person="2")


def test_the_digest_is_that_of_the_content_as_json_with_its_keys_in_order() -> None:
    """What was counted under a digest must be known again by it for ever."""
    posted = RECORD | {
        "title": '说"明\\" \u2028 𠮷',
        "course_code": "甲-1",
        "assessment": {"result": "passed", "score": '"9'},
    }
    one = read(posted | {"sessions": [{"started_at": f"{posted['started_on']}T09:00:00.5+08:00",
                                       "ended_at": f"{posted['started_on']}T10:30:00+08:00"}]})  # fmt: skip
    content = {
        "person": "", "name": one.name, 
        "training": [one.subject, one.public_kind, one.title, "甲-1", f"{one.hours:.1f}"],
        "days": [one.started_on.isoformat(), one.ended_on.isoformat()], "assessment": ["passed", '"9'],
        "sessions": [[start.timestamp(), end.timestamp()] for start, end in one.sessions],
    }  # fmt: skip
    assert digest_of(one) == hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def test_a_missing_key_is_named() -> None:
    posted = {key: value for key, value in RECORD.items() if key != "title"}
    assert reasons_not_to_read(posted, today=TODAY) == [Refusal("missing", "缺少必填字段 title。", field="/title")]


@pytest.mark.parametrize("key", [*RECORD, "public_kind", "course_code"])
@pytest.mark.parametrize("value", [8, None, True, ["x"], {"a": 1}])
def test_nothing_but_text_stands_for_a_text(key: str, value: Any) -> None:
    assert the_fault(**{key: value}) == Refusal("wrong_type", "类型不对，应为字符串。", field=f"/{key}")


@pytest.mark.parametrize(
    ("key", "pointer"),
    [("Hours", "/Hours"), ("x" * 40, f"/{'x' * 40}"), ("x" * 41, ""), ("学时", ""), ("", ""), ("a/b", "")],
)
def test_a_key_nobody_knows_is_named_only_where_that_is_safe(key: str, pointer: str) -> None:
    fault = Refusal("unknown_key", "有接口文档中没有的字段，请核对字段名。", field=pointer)
    assert reasons_not_to_read({**RECORD, key: 1}, today=TODAY) == [fault]


@pytest.mark.parametrize(
    ("value", "is_one"), [("a", True), ("x" * 64, True), ("x" * 65, False), ("", False), ("a b", False), (1, False)]
)
def test_ids_of_records(value: object, is_one: bool) -> None:
    assert is_record_id(value) is is_one


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"record_id": "a/b"}, "record_id_shape"),
        ({"name": " "}, "blank"),
        ({"name": "张" * 51}, "too_long"),
        ({"title": "坏\u202e字"}, "strange_character"),
        ({"title": "长" * 121}, "too_long"),
        ({"course_code": "x" * 65}, "too_long"),
        ({"course_code": ""}, "blank"),
        ({"hours": "８"}, "hours_shape"),
        ({"hours": "8.3"}, "hours_step"),
        ({"hours": "90.5"}, "hours_too_many"),
        ({"subject": "elective"}, "subject"),
        ({"public_kind": "both"}, "public_kind"),
        ({"started_on": "2026-02-30"}, "day_unknown"),
        ({"completed_on": "20260302"}, "day_shape"),
        ({"started_on": "1999-12-31"}, "day_too_early"),
        ({"id_number": NUMBER[:15]}, "id_old"),
        ({"id_number": NUMBER[:17]}, "id_shape"),
        ({"id_number": NUMBER.replace("1", "１")}, "id_shape"),
        ({"id_number": NUMBER[:17] + ("0" if NUMBER[17] != "0" else "1")}, "id_check"),
    ],
)
def test_each_fault_stands_at_its_key(changes: dict[str, Any], code: str) -> None:
    assert faults(**changes) == [(code, f"/{key}") for key in changes]


def test_labels_and_limits_are_those_of_each_text() -> None:
    assert the_fault(name="").message == "请填写姓名。"
    assert the_fault(title="").message == "请填写课程名称。"
    assert the_fault(course_code="").message == "请填写课程编号。"
    assert the_fault(record_id="").message == "record_id 应为 1 至 64 位的字母、数字或 . _ : -。"
    assert the_fault(subject="").message == "subject 应为 public 或 professional。"
    assert the_fault(public_kind="").message == "public_kind 应为 compulsory 或 elective。"


@pytest.mark.parametrize(
    "number", ["H12345678", "m1234567800", "00123456", "ABC410203198503", "911124198108030024", "abc410203198503"]
)
def test_permits_are_numbers_of_people_too(number: str) -> None:
    assert faults(id_number=number) == []


def test_a_fault_of_a_number_says_what_a_residents_should_be() -> None:
    assert the_fault(id_number="12") == Refusal(
        "id_shape", "身份证号码应为 18 位：17 位数字加 1 位数字或 X，请用半角字符填写。", field="/id_number"
    )


@pytest.mark.clause("A28")
def test_professional_hours_are_neither_compulsory_nor_elective() -> None:
    fault = Refusal("public_kind", "只有公需科目才分必修课和选修课。", field="/public_kind", clause="A28")
    assert the_fault(subject="professional", public_kind="elective") == fault
    assert faults(public_kind="elective") == []
    assert faults(subject="professional") == []
    assert faults(subject=GONE, public_kind="elective") == [("missing", "/subject")]


@pytest.mark.clause("S2-13")
def test_what_is_not_over_has_not_been_passed() -> None:
    assert faults(completed_on=TODAY.isoformat()) == []
    message = "日期还没有到。学完并考核合格后再报送。"
    assert the_fault(completed_on="2026-11-21") == Refusal("not_over", message, field="/completed_on", clause="S2-13")
    both = {"started_on": "2026-11-21", "completed_on": "2026-11-22"}
    assert faults(**both) == [("not_over", "/started_on"), ("not_over", "/completed_on")]


def test_the_end_is_not_before_the_start() -> None:
    assert faults(started_on="2026-03-02") == []
    fault = Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="/completed_on")
    assert the_fault(started_on="2026-03-03") == fault
    assert faults(started_on="2026-03-99", completed_on="2026-03-01") == [("day_unknown", "/started_on")]


@pytest.mark.clause("S2-13")
def test_only_what_was_passed_is_taken() -> None:
    assert faults(assessment={"result": "passed"}) == []
    failed = Refusal("not_passed", "考核未合格，学时在合格后才能计入。", field="/assessment/result", clause="S2-04")
    assert the_fault(assessment={"result": "failed"}) == failed
    other = Refusal("assessment_result", "result 应为 passed 或 failed。", field="/assessment/result")
    assert the_fault(assessment={"result": "good"}) == other
    assert faults(assessment={"score": "60"}) == [("missing", "/assessment/result")]
    assert faults(assessment={"result": "passed", "grade": "A"}) == [("unknown_key", "/assessment/grade")]
    assert the_fault(assessment="passed") == Refusal("wrong_type", "类型不对，应为对象。", field="/assessment")


def test_a_score_is_a_short_text() -> None:
    assert faults(assessment={"result": "passed", "score": "9" * 20}) == []
    long = the_fault(assessment={"result": "passed", "score": "9" * 21})
    assert long == Refusal("too_long", "成绩最多 20 个字，现在有 21 个字。", field="/assessment/score")
    number = the_fault(assessment={"result": "passed", "score": 92})
    assert number == Refusal("wrong_type", "类型不对，应为字符串。", field="/assessment/score")


def test_at_most_fifty_sessions_each_with_its_own_pointer() -> None:
    assert faults(sessions=[SESSION] * MOST_SESSIONS) == []
    assert faults(sessions=[]) == []
    many = the_fault(sessions=[SESSION] * 51)
    assert many == Refusal("too_many_sessions", "一条记录最多 50 个学习时段。", field="/sessions")
    assert the_fault(sessions=SESSION) == Refusal("wrong_type", "类型不对，应为数组。", field="/sessions")
    assert the_fault(sessions=[SESSION, 1]) == Refusal("wrong_type", "类型不对，应为对象。", field="/sessions/1")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ended_at": GONE}, [("missing", "/sessions/0/ended_at")]),
        ({"started_at": GONE}, [("missing", "/sessions/0/started_at")]),
        ({"place": "x"}, [("unknown_key", "/sessions/0/place")]),
        ({"ended_at": 5}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-03-01T21:15:00"}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-03-01 21:15:00+08:00"}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-03-01T21:15+08:00"}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-02-30T21:15:00+08:00"}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-03-01T21:15:60+08:00"}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"started_at": "1999-03-01T21:15:00Z"}, [("moment_shape", "/sessions/0/started_at")]),
        ({"ended_at": "9999-03-01T21:15:00Z"}, [("moment_shape", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-03-01T19:00:00+08:00"}, [("session_order", "/sessions/0/ended_at")]),
        ({"ended_at": "2026-03-01T19:00:00.000001+08:00"}, []),
        ({"ended_at": "2026-03-01T11:00:00Z"}, [("session_order", "/sessions/0/ended_at")]),
        ({"started_at": "2026-02-28T23:59:59+08:00"}, [("session_outside", "/sessions/0")]),
        ({"started_at": "2026-02-28T16:00:00Z"}, []),
        ({"ended_at": "2026-03-02T23:59:59+08:00"}, []),
        ({"ended_at": "2026-03-02T16:00:00Z"}, [("session_outside", "/sessions/0")]),
    ],
)
def test_a_session_lies_within_the_days_of_the_training_by_beijing_time(
    changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    session = {key: value for key, value in {**SESSION, **changes}.items() if value is not GONE}
    assert faults(sessions=[session]) == expected


def test_what_is_wrong_with_a_session_is_said_in_words() -> None:
    shape = the_fault(sessions=[{**SESSION, "ended_at": ""}])
    assert shape.message == "时间应写作 2026-03-01T19:00:00+08:00，并带时区。"
    order = the_fault(sessions=[{**SESSION, "ended_at": SESSION["started_at"]}])
    assert order.message == "学习时段的结束应晚于开始。"
    outside = the_fault(sessions=[{**SESSION, "started_at": "2026-02-28T01:00:00Z"}])
    assert outside.message == "学习时段（按北京时间）应在开始日期和结束日期之间。"


def test_a_session_of_tomorrow_is_outside_even_where_the_days_are_missing() -> None:
    posted = {key: value for key, value in RECORD.items() if key not in {"started_on", "completed_on"}}
    posted["sessions"] = [{"started_at": "2026-11-20T15:00:00Z", "ended_at": "2026-11-20T15:59:59Z"}]
    codes = [fault.code for fault in reasons_not_to_read(posted, today=TODAY)]
    assert codes == ["missing", "missing"]
    late = deepcopy(posted)
    late["sessions"][0]["ended_at"] = "2026-11-20T16:00:00Z"
    assert [fault.code for fault in reasons_not_to_read(late, today=TODAY)] == ["missing", "missing", "session_outside"]


def test_everything_wrong_is_told_at_once() -> None:
    posted = {"record_id": 1, "hours": "x", "colour": "red", "assessment": [], "sessions": {}}
    codes = [fault.code for fault in reasons_not_to_read(posted, today=TODAY)]
    assert codes == ["unknown_key", *["missing"] * 6, "wrong_type", "hours_shape", "wrong_type", "wrong_type"]
    assert read({**RECORD, "sessions": [SESSION]}).sessions[0][0].astimezone(UTC).hour == 11
