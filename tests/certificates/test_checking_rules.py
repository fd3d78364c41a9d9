"""What can be checked in one go; no database."""

import pytest

from ceportal.kernel.rules.refusal import Refused
from certificates.rules.checking import (
    MOST_BYTES,
    MOST_LINES,
    Line,
    faults_of_numbered,
    lines_in,
    reasons_not_to_take,
)

NUMBER = "410100-2026-0000001-K"


def test_a_file_is_taken_up_to_five_megabytes() -> None:
    assert not list(reasons_not_to_take(MOST_BYTES))
    assert [(each.code, each.field) for each in reasons_not_to_take(MOST_BYTES + 1)] == [("file_too_large", "file")]


@pytest.mark.parametrize(
    ("row", "number", "name"),
    [
        (f"{NUMBER} 王明", NUMBER, "王明"), (f"{NUMBER}\t王明", NUMBER, "王明"), (f"{NUMBER}，王明；", NUMBER, "王明"),
        (f"  {NUMBER},  买买提·艾力  ", NUMBER, "买买提·艾力"),
        ("410100 2026 0000001K 王明", "410100 2026 0000001K", "王明"),
        ("４１０１００ 王明", "４１０１００", "王明"), ("王明", "", ""), (NUMBER, "", ""), (f"王明 {NUMBER}", "", ""),
    ],
)  # fmt: skip
def test_a_row_is_a_number_and_a_name(row: str, number: str, name: str) -> None:
    assert lines_in(f"\n{row}\n\n") == [Line(2, row.strip(), number, name)]


@pytest.mark.parametrize(("text", "code"), [(" \n\t\n", "no_lines"), ("1 王\n" * (MOST_LINES + 1), "too_many_lines")])
def test_there_are_rows_and_not_too_many(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        lines_in(text)
    assert [(each.code, each.field) for each in refused.value.reasons] == [(code, "lines")]
    assert len(lines_in("1 王\n" * MOST_LINES)) == MOST_LINES


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        ({"certificate_number": NUMBER, "name": "王明"}, []),
        ({"certificate_number": NUMBER}, [("unknown_key", "")]),
        ({"certificate_number": NUMBER, "name": "王明", "token": "x"}, [("unknown_key", "")]),
        ([NUMBER, "王明"], [("unknown_key", "")]),
        (
            {"certificate_number": 1, "name": ["王明"]},
            [("certificate_number", "/certificate_number"), ("name", "/name")],
        ),
        ({"certificate_number": NUMBER, "name": "王\x00明"}, [("strange_character", "/name")]),
    ],
)
def test_a_question_by_number_says_what_is_wrong_with_it(asked: object, faults: list[tuple[str, str]]) -> None:
    assert [(each.code, each.field or "") for each in faults_of_numbered(asked)] == faults
