"""Appeals, unlikely speeds and the lines of a filing; no database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from credits.enums import DeclarationState, EntryKind, Subject
from reviews.rules.appealing import reasons_not_to_appeal
from reviews.rules.filing_rows import HEADING, row_of
from reviews.rules.watching import FAST_COUNT, LEAST_SECONDS, has_a_run, is_unlikely_speed

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OPEN = {"is_appealed": False, "is_renewed": False, "has_next_level": True}


@pytest.mark.parametrize(
    ("state", "changes", "codes"),
    [
        (DeclarationState.REJECTED, {}, []),
        (DeclarationState.REVERSED, {}, []),
        (DeclarationState.APPROVED, {}, ["not_appealable"]),
        (DeclarationState.RETURNED, {}, ["not_appealable"]),
        (DeclarationState.REJECTED, {"is_appealed": True}, ["appealed_once"]),
        (DeclarationState.REJECTED, {"is_renewed": True}, ["renewed"]),
        (DeclarationState.REVERSED, {"has_next_level": False}, ["no_next_level"]),
    ],
)
def test_what_was_refused_can_be_appealed_once(state: str, changes: dict[str, bool], codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_appeal(state, **{**OPEN, **changes})] == codes


@pytest.mark.parametrize(("apart", "count", "runs"), [(7, 40, True), (8, 40, False), (7, 39, False), (0, 0, False)])
def test_so_many_in_a_row_lie_too_close_together(apart: int, count: int, runs: bool) -> None:
    slow = [MORNING - timedelta(hours=hour) for hour in (2, 1)]
    assert has_a_run(slow + [MORNING + timedelta(seconds=apart * number) for number in range(count)]) is runs


def test_quicker_than_anybody_reads_is_so_many_on_average() -> None:
    shortest = timedelta(seconds=LEAST_SECONDS * (FAST_COUNT - 1))
    assert not is_unlikely_speed(FAST_COUNT, MORNING, MORNING + shortest)
    assert is_unlikely_speed(FAST_COUNT, MORNING, MORNING + shortest - timedelta(seconds=1))
    assert not is_unlikely_speed(FAST_COUNT - 1, MORNING, MORNING)


def test_a_line_of_a_filing_stands_under_its_heading() -> None:
    line = {
        "position": 1, "name": "王明", "id_mask": "410203********1232", "unit": "中学", "area": "龙亭区", "year": 2026,
        "subject": Subject.PUBLIC, "kind": EntryKind.CREDIT, "title": "研修", "hours": "8.5", "by": "李审核",
        "recorded_on": "2026-11-02",
    }  # fmt: skip
    row = dict(zip(HEADING, row_of(line), strict=True))
    assert (row["科目"], row["类型"], row["学时"]) == (Subject.PUBLIC.label, EntryKind.CREDIT.label, Decimal("8.5"))
    assert (row["序号"], row["姓名"], row["证件号码"], row["经手"]) == (1, "王明", "410203********1232", "李审核")
