"""Cells that stay cells, and what an examination of the trail says; no database."""

from datetime import UTC, datetime

import pytest

from ceportal.kernel.rules.chaining import Event, Run, Running, examine, name_digest
from ceportal.kernel.rules.sheets_out import csv_text, plain_cell

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "　＝1", "|cmd", "%x", "\r\n=1"])
def test_text_that_could_start_a_formula_is_quoted(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert [plain_cell(value) for value in ("王明", "", "2026-11-20", 8.5, -3, None)] == [
        "王明", "", "2026-11-20", 8.5, -3, None
    ]  # fmt: skip


def test_a_table_begins_with_its_mark_and_heading() -> None:
    assert list(csv_text(["姓名", "学时"], [["=1", -2], ['说"是"', "a,b"]])) == [
        "\ufeff姓名,学时\r\n", "'=1,-2\r\n", '"说""是""","a,b"\r\n'
    ]  # fmt: skip


def test_a_sealed_run_is_whole_until_a_line_is_another() -> None:
    events = [Event(number, f'[{number}, "x"]', "2026-11-20 01:59:00.000000") for number in (1, 2)]
    running = Running("")
    for event in events:
        running.add(event.line)
    bare = Run(1, 1, 2, 2, NOW, "", "")
    sealed = Run(1, 1, 2, 2, NOW, "", running.digest(bare))
    assert examine(events, [sealed], {1: sealed.digest}, now=NOW).is_whole
    assert not examine([events[0], Event(2, '[2, "y"]', events[1].at)], [sealed], {}, now=NOW).is_whole


def test_a_name_is_sealed_for_its_event_alone() -> None:
    assert len(name_digest("1" * 32, "王明")) == 64
    assert len({name_digest("1" * 32, "王明"), name_digest("2" * 32, "王明"), name_digest("1" * 32, "王朋")}) == 3
