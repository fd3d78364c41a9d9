"""docs/operations/faults.md names every fault of the list once, with its tests, its control and its figure, and what of
it runs only in `make test-deep`; and of each what the operator's page says.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from ceportal.office.rules.alarms import ALARMS
from tests.office import test_mending
from tests.portals import ROOT

FAULTS = [f"X{number}" for number in range(1, 26)]
# Shown by a target of its own, besides its tests.
TARGETS = {"`make drill`"}
_TEST = re.compile(r"`(tests/[\w/]+\.py)?::(\w+)`")
_TICKED = re.compile(r"`[^`]+`")
_AS = re.compile(r"\bas (X\d+)")


@dataclass(frozen=True)
class Found:
    """A test as it stands in its file: `says` is its name with its docstring."""

    is_deep: bool
    says: str


@cache
def found_in(file: str) -> dict[str, Found]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    marks = [node for node in tree.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node.targets)]
    all_deep = any("mark.deep" in ast.unparse(node.value) for node in marks)
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            # A mark of one of several parameters is not the test's.
            is_deep = any(ast.unparse(each) == "pytest.mark.deep" for each in node.decorator_list)
            found[node.name] = Found(all_deep or is_deep, f"{node.name} {ast.get_docstring(node) or ''}")
    return found


def named(cell: str) -> Iterator[tuple[str, bool]]:
    """`file::test` and whether it stands after the word deep; `::test` is of the file before it."""
    quick = len(cell.partition("deep")[0])
    file = ""
    for match in _TEST.finditer(cell):
        file = match[1] or file
        yield f"{file}::{match[2]}", match.start() > quick


def rows() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "operations" / "faults.md").read_text(encoding="utf-8").partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| X")]
    return {row[0].partition(" ")[0]: row for row in cells}


def test_the_table_names_every_fault_once_with_a_figure() -> None:
    assert list(rows()) == FAULTS
    for fault, (_, _, _, figure, where) in rows().items():
        assert re.search(r"\d|\w{3}", figure), fault
        assert where in {"both", "PostgreSQL", "none"}, fault


@pytest.mark.parametrize("fault", FAULTS)
def test_it_names_tests_there_are_and_says_which_are_deep(fault: str) -> None:
    _, shown, control, figure, _ = rows()[fault]
    assert [*named(shown)], "nothing shows it"
    assert not [*named(figure)], "a test among the figures is not seen"
    for cell in (shown, control):
        assert {*_TICKED.findall(_TEST.sub("", cell))} <= TARGETS, "not a test by its file and name"
        for test, is_said_deep in named(cell):
            file, _, name = test.partition("::")
            assert name in found_in(file), test
            assert found_in(file)[name].is_deep == is_said_deep, test


@pytest.mark.parametrize("fault", FAULTS)
def test_its_control_is_a_test_that_says_it_is_this_faults_control(fault: str) -> None:
    """By its name (`negative_control`, `x3_…`), or by its docstring: "Control of X3"."""
    controls = [*named(control_of(fault))]
    assert controls
    for test, _ in controls:
        file, _, name = test.partition("::")
        says = found_in(file)[name].says
        is_ours = re.search(rf"control of ((X\d+, |X\d+ and )*){fault}\b", says, re.IGNORECASE)
        assert is_ours or f"test_{fault.lower()}_" in says or "negative_control" in name, test


def control_of(fault: str) -> str:
    """The cell, with that of the row it refers to."""
    cell = rows()[fault][2]
    return cell + "".join(control_of(other) for other in _AS.findall(cell))


def test_of_each_fault_it_says_what_the_operators_page_names() -> None:
    text = (ROOT / "docs" / "operations" / "faults.md").read_text(encoding="utf-8").partition("\n## ")[2]
    told = [row.split(" | ") for row in text.splitlines() if row.startswith("| X")]
    assert sorted(fault for row in told for fault in re.findall(r"X\d+", row[0])) == sorted(FAULTS)
    codes = {code for row in told for code in re.findall(r"`(\w+)`", row[1])}
    assert codes <= {alarm.code for alarm in ALARMS}
    assert all(hasattr(test_mending, name) for row in told for name in re.findall(r"`(\w+)`", row[2]))
