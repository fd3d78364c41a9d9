"""The quick way through a batch is never wider than the one that says why: what it takes, that one takes alike."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.rules.posted import sound_records
from credits.rules.records import Record, read, reasons_not_to_read
from tests.credits.test_record_rules import NUMBER, RECORD, SESSION, TODAY

FULL = {
    **RECORD, "name": "买买提•艾力", "public_kind": "compulsory", "course_code": "GX-01", "sessions": [SESSION],
    "assessment": {"result": "passed", "score": "92"},
}  # fmt: skip
TEXTS = (
    *("", " ", "8", "8.5", "8.50", "08", "90", "90.5", "0", "0.0", "1e1", "８", "public", "professional", "elective"),
    *("2026-03-01", "2026-3-1", "20260301", "2026-11-21", "1999-12-31", "2026-02-30", "2026-W10-1", "compulsory"),
    *("2026-03-01T00:00:00", "坏\u202e字", "全　角", "张\n", "R-1\n", "９" * 18, "\u115f", "\ufffd", "h12345678"),
    *(NUMBER, NUMBER[:15], NUMBER + "\n", "a" * 64, "a" * 65, "长" * 120, "长" * 121),
)
THINGS = (
    *(None, 1, 8.5, True, [], {}, [SESSION], [SESSION, SESSION], [{**SESSION, "x": "y"}], {"result": 1}),
    *({"result": "passed"}, {"result": "failed"}, {"result": "passed", "score": " "}, {"score": "1"}),
)
PLAIN = st.one_of(st.text(max_size=12), st.sampled_from(TEXTS), st.sampled_from(THINGS))


def quick(*records: Any, **how: Any) -> list[Record | None]:
    return sound_records(json.dumps({"records": records}, **how).encode(), today=TODAY, most=1000)


@given(key=st.sampled_from([*FULL, "colour"]), value=PLAIN, is_ascii=st.booleans())
def test_what_is_taken_quickly_has_no_fault_and_is_read_alike(key: str, value: Any, is_ascii: bool) -> None:
    posted = {**FULL, key: value}
    (taken,) = quick(posted, ensure_ascii=is_ascii)
    if taken is not None:
        assert reasons_not_to_read(posted, today=TODAY) == []
        assert taken == read(posted)


@pytest.mark.parametrize("posted", [RECORD, FULL, {**RECORD, "id_number": NUMBER.lower()}], ids=["few", "all", "small"])
@pytest.mark.parametrize("how", [{}, {"ensure_ascii": False}, {"indent": 2}], ids=["ascii", "utf-8", "spaced"])
def test_what_platforms_send_is_taken_quickly(posted: dict[str, Any], how: dict[str, Any]) -> None:
    assert quick(posted, **how) == [read(posted)]


def test_one_bad_record_costs_its_neighbours_nothing() -> None:
    assert quick(RECORD, {**RECORD, "hours": 8}, FULL) == [read(RECORD), None, read(FULL)]
    assert quick(RECORD, {**RECORD, "title": "坏\u202e字"}, FULL) == [read(RECORD), None, read(FULL)]


TWICE = json.dumps({"records": [RECORD]})[:-3]


@pytest.mark.parametrize(
    "body",
    [
        TWICE + ', "hours": "2.0"}]}',
        TWICE + ', "title": "有\\"引号: 的"}]}',
        TWICE + '}], "records": []}',
        TWICE + '}], "more": 1}',
        TWICE + "}]}x",
        "[]",
        "{}",
        "",
        '{"records": {}}',
        '{"records": []}',
        "\ufeff" + TWICE + "}]}",
        '{"records": [' + "[" * 100_000,
    ],
    ids=lambda body: body[-20:] if isinstance(body, str) else "",
)
def test_of_a_body_that_is_no_batch_nothing_is_said(body: str) -> None:
    assert sound_records(body.encode(), today=TODAY, most=1000) == []


def test_more_than_a_batch_may_hold_is_not_read() -> None:
    assert sound_records(json.dumps({"records": [RECORD] * 3}).encode(), today=TODAY, most=2) == []


def test_bytes_that_are_no_text_are_not_read() -> None:
    body = json.dumps({"records": [RECORD]}, ensure_ascii=False).encode("gb18030")
    assert not any(sound_records(body, today=TODAY, most=1000))


def test_a_session_outside_its_days_is_left_to_the_other_way() -> None:
    late = {"started_at": "2026-03-05T19:00:00+08:00", "ended_at": "2026-03-05T20:00:00+08:00"}
    assert quick({**FULL, "sessions": [late]}) == [None]
    assert quick({**FULL, "sessions": []}) == [read({**FULL, "sessions": []})]
    assert quick({**FULL, "course_code": "坏\u202e"}) == quick(
        {**FULL, "assessment": {"result": "passed", "score": ""}}
    )
