"""What a run on two databases tries with one of them: each thing once, all of them between the two.

A run on one database alone, or on each, tries everything. Doors, services and races are tried with both; shared are the
cells of the great table (who gets what at which address), strange questions page by page, and the journeys that a
browser makes through doors that have tests of their own.
"""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import pytest

Thing = TypeVar("Thing")
FIRST, SECOND = "tests.databases.first", "tests.databases.again"
JOURNEYS, QUESTIONS = "tests/browser/", "tests/matrix/test_strange_questions.py::test_in_"
WITH_BOTH = tuple(f"{JOURNEYS}test_{name}.py" for name in ("river", "three_sources"))

# What is decided before any database is asked: the answer to other methods, what an uploaded file is worth.
BEFORE = tuple(
    f"tests/{name}"
    for name in (
        "kernel/test_file_zoo.py", "kernel/test_honest_scans.py",
        "matrix/test_matrix.py::test_to_look_", "matrix/test_matrix.py::test_no_other_method_",
    )
)  # fmt: skip


def some(things: Sequence[Thing], of: str, config: pytest.Config) -> Sequence[Thing]:
    """Two of three with the first database, every third with the second, beginning elsewhere for each `of`."""
    first = crc32(of.encode()) % 3
    if config.pluginmanager.hasplugin(SECOND):
        return things[first::3]
    if config.pluginmanager.hasplugin(FIRST):
        return [thing for place, thing in enumerate(things) if place % 3 != first]
    return things


def is_of_one(nodeid: str) -> bool:
    return nodeid.startswith((JOURNEYS, QUESTIONS, *BEFORE)) and not nodeid.startswith(WITH_BOTH)


def is_of_the_second(nodeid: str) -> bool:
    """Every other file of journeys and every other question, so that each database carries some."""
    if not is_of_one(nodeid) or nodeid.startswith(BEFORE):
        return False
    shared = nodeid if nodeid.startswith(QUESTIONS) else nodeid.split("::")[0]
    return crc32(shared.encode()) % 2 == 1
