"""What is shared out between two databases by name is there: a name of nothing would share out nothing, unnoticed."""

from pathlib import Path

import pytest

from tests.databases.environments import ROOT
from tests.databases.shares import BEFORE, JOURNEYS, QUESTIONS, ROOMS, WITH_BOTH


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
