"""docs/clauses.md says what the tests say."""

import re

import pytest

from tests.clauses import table


def test_the_page_is_current() -> None:
    """When this fails: `python -m tests.clauses.table`."""
    assert table.TABLE.read_text(encoding="utf-8") == table.table(table.clauses(), table.shown())


def test_every_mark_names_a_clause() -> None:
    known = {clause.id for clause in table.clauses()}
    assert {(test.name, each) for test in table.shown() for each in test.ids if each not in known} == set()


def test_all_clauses_and_readings_are_there_once() -> None:
    ids = [clause.id for clause in table.clauses()]
    expected = {"S0": 22, "S1": 18, "S2": 16, "S3": 11, "S4": 19}
    assert [each for each in ids if each.startswith("S")] == [
        f"{document}-{number:02d}" for document, last in expected.items() for number in range(1, last + 1)
    ]
    assert [each for each in ids if each.startswith("A")] == [f"A{number}" for number in range(1, 31)]


def test_every_clause_stands_on_the_page() -> None:
    page = table.table(table.clauses(), [])
    assert re.findall(r"^\| ([SA]\d[\d-]*) \|", page, re.M) == [clause.id for clause in table.clauses()]


def test_what_is_marked_is_found() -> None:
    source = """
import pytest
pytestmark = [pytest.mark.django_db, pytest.mark.clause("A1")]

@pytest.mark.clause("S0-11", "S4-02")
@pytest.mark.parametrize("x", [1])
def test_ninety(x): ...

class TestMore:
    @pytest.mark.clause("S0-13")
    def test_no_carry_over(self): ...

def helper(): ...
"""
    assert list(table.marked(source)) == [
        ("test_ninety", ("A1", "S0-11", "S4-02")),
        ("TestMore::test_no_carry_over", ("A1", "S0-13")),
    ]


@pytest.mark.parametrize(
    ("clause", "tests", "expected"),
    [
        (table.Clause("S0-11", "九十"), [table.Shown("tests/x.py", "test_y", ("S0-11",))], "`tests/x.py::test_y`"),
        (table.Clause("S0-11", "九十"), [], "尚未"),
        (table.Clause("S0-01", "依据", "只说明依据"), [], "软件不能保证：只说明依据"),
    ],
)
def test_a_row_says_what_keeps_the_clause(clause: table.Clause, tests: list[table.Shown], expected: str) -> None:
    row = next(line for line in table.table([clause], tests).splitlines() if line.startswith(f"| {clause.id} "))
    assert row.endswith(f"| {expected} |")
