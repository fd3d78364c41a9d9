"""The number of a certificate that came by a roster: read back to its roster and row, and to nothing else."""

from uuid import UUID

import pytest

from credits.rules.completions import is_like_ours, mark_of, read_row_number, row_number

ROSTER = UUID("123e4567-e89b-12d3-a456-426614174000")


def test_a_number_leads_back_to_its_row() -> None:
    number = row_number(2026, 42, 17, ROSTER)
    assert number == f"2026-C00042-00017-{mark_of(ROSTER, 17)}"
    read = read_row_number(number)
    assert read is not None
    assert (read.year, read.serial, read.row, read.mark) == (2026, 42, 17, mark_of(ROSTER, 17))
    assert mark_of(ROSTER, 17) != mark_of(ROSTER, 18)


@pytest.mark.parametrize(
    "number", ["", "2026-000042-9F3C", "2026-C42-17-9F3C", "2026-C00042-00017-9f3c", "２026-C00042"]
)
def test_what_is_written_otherwise_is_none(number: str) -> None:
    assert read_row_number(number) is None


def test_what_is_written_as_ours_is_looked_up_and_nothing_else() -> None:
    like = ("2026-000042-9F3C", "2026-C00042-00017-9F3C", "豫教继字 42", "")
    assert [is_like_ours(number) for number in like] == [True, True, False, False]
