"""When a unit can be renamed, change its supervisor or be merged: by the rules alone."""

from dataclasses import replace

import pytest

from accounts.enums import UnitChangeKind
from accounts.rules.unit_changes import UnitChangeFacts, reasons_not_to_change

RENAME = UnitChangeFacts(kind=UnitChangeKind.RENAME, new_name="开封市第一高级中学")
SUPERVISOR = UnitChangeFacts(kind=UnitChangeKind.SUPERVISOR)
MERGE = UnitChangeFacts(kind=UnitChangeKind.MERGE)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (RENAME, []),
        (replace(RENAME, new_name=" "), ["blank"]),
        (replace(RENAME, new_name="单" * 101, is_same=True), ["too_long"]),
        (replace(RENAME, new_name="甲\u202e"), ["strange_character"]),
        (replace(RENAME, is_same=True, name_is_taken=True), ["same_name"]),
        (replace(RENAME, name_is_taken=True, is_open=True), ["unit_name_taken", "still_open"]),
        (SUPERVISOR, []),
        (replace(SUPERVISOR, other_fits=False, is_same=True), ["supervisor_elsewhere"]),
        (replace(SUPERVISOR, is_same=True), ["same_supervisor"]),
        (MERGE, []),
        (replace(MERGE, is_plain=False), ["more_than_employer"]),
        (replace(MERGE, is_same=True), ["no_such_unit"]),
        (replace(MERGE, other_fits=False, other_has_somebody=False), ["no_such_unit"]),
        (replace(MERGE, other_has_somebody=False), ["nobody_there"]),
    ],
)
def test_what_can_be_asked(facts: UnitChangeFacts, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_change(facts)] == codes
