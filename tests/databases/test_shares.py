"""What is shared out between two databases by name is there: a name of nothing would share out nothing, unnoticed."""

from pathlib import Path
from typing import cast

import pytest

from tests.databases.environments import ROOT
from tests.databases.shares import BEFORE, FIRST, JOURNEYS, QUESTIONS, ROOMS, WITH_BOTH, is_its_turn


def _is_there(name: str) -> bool:
    """A folder, the beginning of a file's name, or of a test's in a file."""
    file, _, test = name.partition("::")
    path = Path(ROOT / file)
    if test:
        return f"def {test}" in path.read_text(encoding="utf-8")
    return path.is_dir() or any(path.parent.glob(f"{path.name}*"))


@pytest.mark.parametrize("name", [JOURNEYS, *QUESTIONS, *WITH_BOTH, *ROOMS, *BEFORE])
def test_what_is_named_is_there(name: str) -> None:
    assert _is_there(name)


def test_a_name_of_nothing_is_found() -> None:
    assert not _is_there("tests/credits/test_nobodys_hours")
    assert not _is_there("tests/matrix/test_matrix.py::test_nobody_")


class Run:
    """As much of a run as is asked: its seed, and whether it shares."""

    def __init__(self, seed: int, *, is_shared: bool = True) -> None:
        self.pluginmanager, self.seed, self.is_shared = self, seed, is_shared

    def hasplugin(self, name: str) -> bool:
        return self.is_shared and name == FIRST

    def getoption(self, name: str, default: int) -> int:
        return self.seed if name == "randomly_seed" else default


def test_what_takes_turns_comes_by_its_turn() -> None:
    """Of a hundred lines some thirty each run, others in the next, each within fifty; all where nobody shares."""
    lines = [f"line {number}" for number in range(100)]
    runs = [{line for line in lines if is_its_turn(line, cast(pytest.Config, Run(n)), in_=3)} for n in range(50)]
    assert all(15 < len(run) < 55 for run in runs)
    assert runs[0] != runs[1]
    assert set().union(*runs) == set(lines)
    alone = cast(pytest.Config, Run(0, is_shared=False))
    assert all(is_its_turn(line, alone, in_=3) for line in lines)
