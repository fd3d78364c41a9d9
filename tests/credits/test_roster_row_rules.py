"""When one row of a registered roster can be put right, and how typed rows become those of a sheet."""

from decimal import Decimal

import pytest

from credits.enums import RosterState, RowState
from credits.rules.roster_rows import reasons_not_to_change_hours, reasons_not_to_correct, typed_rows
from credits.rules.rosters import COLUMNS


@pytest.mark.parametrize(
    ("roster", "row", "reason", "codes"),
    [
        (RosterState.DONE, RowState.CREDITED, "请假一天", []),
        (RosterState.DONE, RowState.WAITING, "不是本班学员", []),
        (RosterState.UNDONE, RowState.CREDITED, "错", ["not_done"]),
        (RosterState.DONE, RowState.UNDONE, "错", ["not_correctable"]),
        (RosterState.DONE, RowState.FAILED, " ", ["not_correctable", "reason_missing"]),
        (RosterState.DONE, RowState.HELD, "长" * 201, ["too_long"]),
    ],
    ids=["credited", "waiting", "undone roster", "undone row", "failed row", "long words"],
)
def test_only_what_was_registered_is_corrected_and_never_silently(
    roster: str, row: str, reason: str, codes: list[str]
) -> None:
    assert [each.code for each in reasons_not_to_correct(roster, row, reason)] == codes


@pytest.mark.parametrize(
    ("state", "hours", "is_filed", "codes"),
    [
        (RowState.CREDITED, "8", False, []),
        (RowState.HELD, "12", False, ["same"]),
        (RowState.CREDITED, "12.5", False, ["over_class"]),
        (RowState.WAITING, "8", False, ["only_taken_back"]),
        (RowState.DUPLICATE, "8", True, ["only_taken_back"]),
        (RowState.CREDITED, "8", True, ["is_filed"]),
    ],
    ids=["less", "the same", "more than the class", "nobody yet", "counts elsewhere", "filed"],
)
def test_other_hours_fit_the_class_and_a_filed_month_stays(
    state: str, hours: str, is_filed: bool, codes: list[str]
) -> None:
    found = reasons_not_to_change_hours(state, Decimal(hours), stood=Decimal(12), most=Decimal(12), is_filed=is_filed)
    assert [each.code for each in found] == codes


def test_typed_rows_are_those_of_a_sheet_by_their_number_on_the_page() -> None:
    person = {"id_number": "４１0203", "name": "张 三", "hours": "８.5", "result": "合格", "remark": ""}
    rows = typed_rows([{"result": "合格"}, person])
    assert [cell.text for cell in rows[0].cells] == list(COLUMNS)
    assert [(row.number, row.is_blank) for row in rows[1:]] == [(1, True), (2, False)]
    assert [cell.text for cell in rows[2].cells] == ["410203", "张 三", "8.5", "合格", ""]
