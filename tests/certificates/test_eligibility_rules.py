"""Which certificates are asked for by their numbers; no database."""

import pytest

from ceportal.kernel.rules.refusal import Refused
from certificates.rules.eligibility import MOST_FILES, Numbered, numbers_in
from certificates.rules.numbers import certificate_number

FIRST = certificate_number(area_code="410100", year=2026, sequence=1)
SECOND = certificate_number(area_code="410200", year=2025, sequence=2)


def test_each_number_stands_once_with_the_row_it_first_stood_in() -> None:
    text = f"\n{FIRST}\n  {SECOND}  王明\n\n{FIRST.lower()}\n"
    assert numbers_in(text) == [Numbered(2, FIRST), Numbered(3, SECOND)]


def test_rows_that_hold_no_number_are_kept_apart() -> None:
    assert numbers_in(f"王明\n{FIRST}\n王明") == [Numbered(1, None), Numbered(2, FIRST), Numbered(3, None)]


@pytest.mark.parametrize(("text", "code"), [(" \n\t\n", "no_numbers"), ("1\n" * (MOST_FILES + 1), "too_many_files")])
def test_there_are_rows_and_not_too_many(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        numbers_in(text)
    assert [(each.code, each.field) for each in refused.value.reasons] == [(code, "numbers")]
    assert len(numbers_in("1\n" * MOST_FILES)) == MOST_FILES


def test_a_wrong_check_character_makes_no_number() -> None:
    wrong = FIRST[:-1] + ("A" if FIRST[-1] != "A" else "B")
    assert [each.number for each in numbers_in(f"{wrong}\n{wrong}")] == [None, None]
