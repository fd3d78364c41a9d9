"""What held about a person on a day, whatever order it was recorded in (A19)."""

from datetime import date

import pytest

from accounts.rules.history import Change, value_on, values_in_turn

PRESENT = {"level": "高级", "trade": ""}
RAISED = Change(date(2025, 7, 1), {"level": "中级"}, {"level": "副高级"})
AGAIN = Change(date(2026, 7, 1), {}, {"level": "高级"})
UNKNOWN = Change(date(2025, 7, 1), {}, {})


@pytest.mark.clause("A19")
@pytest.mark.parametrize(
    ("day", "changes", "level"),
    [
        (date(2025, 6, 30), [RAISED, AGAIN], "中级"),
        (date(2025, 7, 1), [RAISED, AGAIN], "副高级"),
        (date(2026, 6, 30), [RAISED, AGAIN], "副高级"),
        (date(2026, 7, 1), [RAISED, AGAIN], "高级"),
        (date(2020, 1, 1), [AGAIN], "高级"),
        (date(2025, 7, 1), [UNKNOWN], "高级"),
        (date(2020, 1, 1), [], "高级"),
    ],
)
def test_what_held_on_a_day(day: date, changes: list[Change], level: str) -> None:
    assert value_on(day, changes, PRESENT) == {"level": level, "trade": ""}


def test_everything_that_ever_held_the_oldest_first() -> None:
    assert [held["level"] for held in values_in_turn([RAISED, AGAIN], PRESENT)] == ["中级", "副高级", "高级"]
    assert [held["level"] for held in values_in_turn([AGAIN], PRESENT)] == ["高级"]
    assert values_in_turn([UNKNOWN], PRESENT) == [PRESENT]
