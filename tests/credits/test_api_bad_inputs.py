"""What a client can send and should not (inputs.md A, B, C, E): told why, nothing half-written, never a 5xx."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from accounts.models import Professional
from credits.models import Claim, HourBatch, HourEntry
from tests import factories as people
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, Machine, posted

pytestmark = pytest.mark.usefixtures("henan_2026")


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine()


ENVELOPES: list[tuple[bytes, str]] = [
    (b" ", "not_json"),
    (b"{", "not_json"),
    (b"records", "not_json"),
    (b'{"records": [NaN]}', "not_json"),
    (b'{"records": [{"hours": Infinity}]}', "not_json"),
    (b'{"records": [1e99999999999999999999999]}', "not_json"),
    (b'{"records": [1], "records": [2]}', "duplicate_key"),
    (b'{"records": [{"hours": "1", "hours": "2"}]}', "duplicate_key"),
    (b"[" * 5000, "too_deep"),
    (b'{"records": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001, "too_deep"),
    (b'{"records": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    ('{"records": [{"name": "张三"}]}'.encode("gbk"), "not_utf8"),
    ('{"records": [{"name": "张三"}]}'.encode("utf-16"), "not_utf8"),
    (b'\xef\xbb\xbf{"records": [1]}', "not_utf8"),
    (b'{"records": [{"name": "\xed\xa0\x80"}]}', "not_utf8"),
    (b"[]", "not_an_object"),
    (b"null", "not_an_object"),
    (b'"records"', "not_an_object"),
    (b"9" * 6000, "not_an_object"),
    (b"{}", "no_records"),
    (b'{"records": {}}', "no_records"),
    (b'{"records": null}', "no_records"),
    (b'{"records": "x"}', "no_records"),
    (b'{"records": []}', "empty"),
    (b'{"records": [1], "batch": "x"}', "unknown_key"),
    (b'{"records": [1], "\\ud800": "x"}', "unknown_key"),
]


@pytest.mark.parametrize(("body", "code"), ENVELOPES, ids=lambda value: repr(value)[:40])
def test_a_broken_envelope_is_told_as_what_it_is(machine: Machine, body: bytes, code: str) -> None:
    response = machine.send(BATCHES, body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response["Content-Type"] == "application/problem+json"
    assert not HourBatch.objects.exists()


def test_gbk_gets_a_hint(machine: Machine) -> None:
    assert "GBK" in machine.send(BATCHES, '{"records": ["张三"]}'.encode("gbk")).json()["detail"]


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "application/x-yaml", "multipart/form-data",
    "application/x-www-form-urlencoded", "application/json; charset=gbk", "application/jsonx", "x" * 3000])  # fmt: skip
def test_another_kind_of_body_is_refused(machine: Machine, kind: str) -> None:
    response = machine.send(BATCHES, b'{"records": [1]}', content_type=kind)
    assert (response.status_code, response.json()["code"]) == (415, "not_json_type")


def test_a_packed_body_is_refused(machine: Machine) -> None:
    packed = machine.send(BATCHES, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert packed.status_code == 415


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_json_is_taken(machine: Machine, kind: str) -> None:
    assert machine.send(BATCHES, b'{"records": [1]}', content_type=kind).status_code == 200


def test_too_many_and_too_large(machine: Machine, declarant: Professional) -> None:
    many = json.dumps({"records": [posted(declarant, f"r-{number}") for number in range(1001)]})
    response = machine.send(BATCHES, many)
    assert (response.status_code, response.json()["code"]) == (413, "too_many_records")
    for size in (2 * 1024 * 1024 + 1, 4 * 1024 * 1024):
        response = machine.send(BATCHES, b" " * size)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        *((f"dry_run={value}", "dry_run") for value in ("yes", "1", "TRUE", "", "\0")),
        ("dry_run=true&dry_run=false", "dry_run"), ("dryrun=true", "unknown_parameter"),
    ],
)  # fmt: skip
def test_a_rehearsal_is_asked_for_plainly(machine: Machine, query: str, code: str) -> None:
    """Whoever means a rehearsal must not write by a slip of the pen."""
    response = machine.send(f"{BATCHES}?{query}", b'{"records": [1]}')
    assert (response.status_code, response.json()["code"]) == (400, code)


HOURS = [
    "-1",
    "0",
    "0.0",
    "0.4",
    "8.05",
    "NaN",
    "Infinity",
    "1e1",
    "1e400",
    "８",
    "٨",
    "90.5",
    "100",
    "1" * 5000,
    "",
    " 8",
    "8 ",
    "+8",
    "8.",
    ".5",
    "8,0",
    "0x8",
    "8\n",
    "八",
    "8_0",
]
DAYS = [
    "2026-02-30",
    "2026-W01-1",
    "20260301",
    "2026-3-1",
    "0001-01-01",
    "2026-03-01T00:00:00Z",
    "２０２６-03-01",
    "2026-03-01\n",
    "",
    "1999-12-31",
    "2026/03/01",
    "2026-03-32",
    "+2026-03-01",
    "10000-01-01",
    "2026-11-21",
]
MOMENTS = [
    "2026-03-01T19:00:00",
    "2026-03-01T19:00:60+08:00",
    "2026-03-01T19:00:00+07:60",
    "2026-03-01 19:00:00+08:00",
    "2026-03-01T19:00:00+0800",
    "2026-03-01T24:00:00+08:00",
    "2026-03-01T19:00:00+99:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-01",
    "",
    "２０２６-03-01T19:00:00Z",
]
NUMBERS = [
    "410203199003071233",
    "410203199002301230",
    "410203900307123",
    "４１０２０３１９９００３０７１２３２",
    "41020319900307123",
    "410203199003071232\n",
    " 410203199003071232",
    "",
    "x" * 100_000,
    "41020319900307123\0",
    "310203209003071232",
]
TEXTS = ["", "   ", "张\0三", "张\ud800三", "张\u202e三", "张\u200b三", "张\n三", "\ufeff张", "x" * 121, "x" * 100_000]
NOT_TEXT: list[Any] = [None, True, 8, 8.5, 10**30, [], ["8"], {}, {"a": 1}]


def fault(machine: Machine, record: dict[str, Any]) -> dict[str, str]:
    """The first fault of a record that is invalid, beside a good neighbour that counts all the same."""
    answer = machine.post(record)
    (item,) = answer["items"]
    assert item["outcome"] == "invalid"
    assert not HourEntry.objects.exists()
    assert "\\u" not in json.dumps(item, ensure_ascii=False)
    return item["errors"][0]


@pytest.mark.asvs("v5.0.0-2.2.1")
@pytest.mark.parametrize("value", HOURS, ids=lambda value: repr(value)[:20])
def test_hours_are_read_strictly(machine: Machine, declarant: Professional, value: str) -> None:
    assert fault(machine, posted(declarant, hours=value))["pointer"] == "/records/0/hours"


@pytest.mark.asvs("v5.0.0-2.2.1")
@pytest.mark.parametrize("value", DAYS, ids=lambda value: repr(value)[:20])
def test_days_are_read_strictly(machine: Machine, declarant: Professional, value: str) -> None:
    assert fault(machine, posted(declarant, completed_on=value))["pointer"] == "/records/0/completed_on"


def test_the_end_is_not_before_the_start(machine: Machine, declarant: Professional) -> None:
    assert fault(machine, posted(declarant, completed_on="2026-02-28"))["code"] == "ends_before_start"


@pytest.mark.parametrize("value", MOMENTS, ids=lambda value: repr(value)[:20])
def test_moments_are_read_strictly(machine: Machine, declarant: Professional, value: str) -> None:
    sessions = [{"started_at": value, "ended_at": "2026-03-01T20:00:00+08:00"}]
    told = fault(machine, posted(declarant, sessions=sessions))
    assert (told["code"], told["pointer"]) == ("moment_shape", "/records/0/sessions/0/started_at")


@pytest.mark.parametrize(
    ("sessions", "code"),
    [
        ([{"started_at": "2026-03-01T19:00:00Z"}], "missing"),
        ([{"started_at": "2026-03-01T19:00:00Z", "ended_at": "2026-03-01T19:00:00Z"}], "session_order"),
        ([{"started_at": "2026-03-02T16:00:00Z", "ended_at": "2026-03-02T17:00:00Z"}], "session_outside"),
        ([{"started_at": "2026-02-28T15:00:00Z", "ended_at": "2026-02-28T15:30:00Z"}], "session_outside"),
        ([{"started_at": "2026-03-01T19:00:00Z", "ended_at": "2026-03-01T20:00:00Z", "place": 1}], "unknown_key"),
        ([{}] * 51, "too_many_sessions"),
        ([1], "wrong_type"),
        ({}, "wrong_type"),
        ("x", "wrong_type"),
    ],
)
def test_sessions_are_read_strictly(machine: Machine, declarant: Professional, sessions: Any, code: str) -> None:
    assert fault(machine, posted(declarant, sessions=sessions))["code"] == code


def test_a_session_is_of_the_day_it_is_in_shanghai(machine: Machine, declarant: Professional) -> None:
    sessions = [{"started_at": "2026-02-28T16:00:00Z", "ended_at": "2026-02-28T17:00:00Z"}]
    assert machine.post(posted(declarant, sessions=sessions))["counts"]["accepted"] == 1


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: repr(value)[:20])
def test_numbers_of_people_are_read_strictly(machine: Machine, declarant: Professional, value: str) -> None:
    told = fault(machine, posted(declarant, id_number=value))
    assert told["pointer"] == "/records/0/id_number"
    assert value not in told["message"] or not value


def test_old_young_and_abolished_places_are_no_error(machine: Machine) -> None:
    records = [
        {**posted_by(number), "record_id": f"p-{place}"}
        for place, number in ((place, people.id_number(place, serial=7)) for place in ("412701", "419001", "410173"))
    ]
    assert machine.post(*records)["counts"]["unmatched_person"] == 3


def posted_by(number: str) -> dict[str, Any]:
    return {
        "record_id": "x", "id_number": number, "name": "某人", "subject": "public", "title": "课", "hours": "1",
        "started_on": "2026-03-01", "completed_on": "2026-03-01",
    }  # fmt: skip


def test_a_small_x_is_the_large_one(machine: Machine) -> None:
    number = next(n for serial in range(400, 500) if (n := people.id_number(serial=serial)).endswith("X"))
    person = people.professional(number=number)
    assert machine.post(posted(person, id_number=number.lower()))["counts"]["accepted"] == 1


@pytest.mark.parametrize("key", ["name", "title", "course_code"])
@pytest.mark.parametrize("value", TEXTS, ids=lambda value: repr(value)[:20])
def test_texts_are_read_strictly(machine: Machine, declarant: Professional, key: str, value: str) -> None:
    assert fault(machine, posted(declarant, **{key: value}))["pointer"] == f"/records/0/{key}"


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "{{7*7}} %s ${x}", "' OR 1=1--", "𠮷田", "=1+1"])
def test_text_is_only_text(machine: Machine, declarant: Professional, value: str) -> None:
    assert machine.post(posted(declarant, title=value))["counts"]["accepted"] == 1
    assert HourEntry.objects.get().title == value


@pytest.mark.parametrize(
    "key", ["record_id", "id_number", "name", "subject", "public_kind", "title", "course_code", "hours", "started_on"]
)
@pytest.mark.parametrize("value", NOT_TEXT, ids=repr)
def test_nothing_else_stands_for_a_text(machine: Machine, declarant: Professional, key: str, value: Any) -> None:
    record = posted(declarant)
    record[key] = value
    told = fault(machine, record)
    assert (told["code"], told["pointer"]) == ("wrong_type", f"/records/0/{key}")


@pytest.mark.parametrize("value", ["", "x" * 65, "a b", "张", "a\n", "a/b", "\0", "\ud800"])
def test_ids_of_records_are_plain(machine: Machine, declarant: Professional, value: str) -> None:
    assert fault(machine, posted(declarant, value, title="课"))["code"] == "record_id_shape"


@pytest.mark.asvs("v5.0.0-15.3.3")
@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("status", "x", "unknown_key"),
        ("\0", "x", "unknown_key"),
        ("\ud800", "x", "unknown_key"),
        ("x" * 10_000, "x", "unknown_key"),
        ("subject", "elective", "subject"),
        ("public_kind", "compulsory", "public_kind"),
        ("assessment", "passed", "wrong_type"),
        ("assessment", {}, "missing"),
        ("assessment", {"result": "ok"}, "assessment_result"),
        ("assessment", {"result": ["passed"]}, "assessment_result"),
        ("assessment", {"result": "failed"}, "not_passed"),
        ("assessment", {"result": "passed", "score": 86}, "wrong_type"),
        ("assessment", {"result": "passed", "score": "8" * 21}, "too_long"),
        ("assessment", {"result": "passed", "by": "x"}, "unknown_key"),
    ],
)
def test_keys_and_words_are_those_of_the_contract(
    machine: Machine, declarant: Professional, key: str, value: Any, code: str
) -> None:
    record = posted(declarant)
    record[key] = value
    assert fault(machine, record)["code"] == code


@pytest.mark.parametrize(
    "key", ["record_id", "id_number", "name", "subject", "title", "hours", "started_on", "completed_on"]
)
def test_nothing_asked_for_may_be_missing(machine: Machine, declarant: Professional, key: str) -> None:
    record = posted(declarant)
    del record[key]
    told = fault(machine, record)
    assert (told["code"], told["pointer"]) == ("missing", f"/records/0/{key}")


@pytest.mark.parametrize("item", [1, "x", None, [], [[]], True], ids=repr)
def test_an_item_that_is_no_object_is_invalid(machine: Machine, declarant: Professional, item: Any) -> None:
    answer = machine.post(item, posted(declarant))
    assert [each["outcome"] for each in answer["items"]] == ["invalid", "accepted"]
    assert answer["items"][0]["record_id"] is None


def test_one_bad_of_five_hundred(machine: Machine) -> None:
    crowd = [people.professional(f"学员{number}") for number in range(20)]
    records = [posted(crowd[number % 20], f"r-{number}", hours="0.5", title=f"第{number}讲") for number in range(500)]
    records[250]["hours"] = "8.05"
    answer = machine.post(*records)
    assert answer["counts"] | {"accepted": 499, "invalid": 1} == answer["counts"]
    assert HourEntry.objects.count() == 499
    assert machine.post(*records)["counts"]["duplicate"] == 499
    assert HourEntry.objects.count() == 499
