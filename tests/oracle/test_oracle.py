"""The oracle is somebody else: it knows nothing of the portal, and the two would notice when they differ."""

import ast
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import strategies as st

from credits.rules.regulation_file import rule_in
from tests.oracle import days, hours, law
from tests.oracle.test_law import SETS, asked_of, same, same_verdict
from tests.oracle.trials import SOME, agree


@pytest.mark.parametrize("module", [law, days, hours])
def test_the_oracle_imports_nothing_of_the_portal(module) -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    foreign = {name for name in named if name.split(".")[0] not in sys.stdlib_module_names}
    assert foreign <= {"yaml", "tests.oracle.law"}


@pytest.mark.parametrize(
    ("field", "value"), [("total", "90.5"), ("public", "29.5"), ("deadline", "12-30"), ("professional", "")]
)
def test_one_figure_read_otherwise_is_noticed(field: str, value: str) -> None:
    changed = deepcopy(SETS)
    next(one for one in changed if one["code"] == "henan-2025")["values"][field][0] = value
    question = ("410203", 2025, "中级", "")
    found, said = asked_of([rule_in(entry) for entry in SETS], question), law.what_is_asked(changed, *question)
    with pytest.raises(AssertionError):
        same(found, said)


def test_half_an_hour_more_or_less_is_noticed() -> None:
    question = ("410203", 2025, "中级", "")
    found, said = asked_of([rule_in(entry) for entry in SETS], question), law.what_is_asked(SETS, *question)
    held = {"public": 60, "public_compulsory": 0, "professional": 120, "elective": 0}
    same_verdict(found, said, held)
    with pytest.raises(AssertionError):
        same_verdict(found, {**said, "professional": said["professional"]._replace(value="60.5")}, held)


def test_fewer_trials_than_asked_for_are_noticed() -> None:
    with pytest.raises(AssertionError):
        agree(lambda is_new: None, SOME, is_new=st.booleans())


@pytest.mark.parametrize(
    ("start", "due", "is_provisional"),
    [
        ("2025-09-28", "2025-10-11", False),
        ("2025-12-25", "2026-01-04", False),
        ("2026-02-14", "2026-02-28", False),
        ("2026-12-28", "2027-01-05", True),
        ("2027-02-04", "2027-02-15", True),
    ],
)
def test_the_oracle_knows_the_vectors_of_the_notices(start: str, due: str, is_provisional: bool) -> None:
    assert days.due_on(date.fromisoformat(start), 5) == (date.fromisoformat(due), is_provisional)
