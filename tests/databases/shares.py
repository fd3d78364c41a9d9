"""What a run on two databases tries with one of them: each thing once, all of them between the two.

A run on one database alone, or on each, tries everything. Doors, services and races are tried with both; shared are the
cells of the great table (who gets what at which address), strange questions page by page, made-up requests operation by
operation, the pages that Django's test client asks for, and the journeys that a browser makes through doors that have
tests of their own.
"""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import pytest

Thing = TypeVar("Thing")
FIRST, SECOND = "tests.databases.first", "tests.databases.again"
# The name in the environment of a folder in which the processes of a run share what was said of pictures.
PICTURES = "TEST_PICTURES_DIR"
JOURNEYS = "tests/browser/"
QUESTIONS = (
    "tests/matrix/test_strange_questions.py::test_in_",
    "tests/credits/test_api_fuzz.py::test_no_request_breaks_",
)
WITH_BOTH = (*(f"{JOURNEYS}test_{name}.py" for name in ("river", "three_sources")), "tests/clauses/")

# What is decided before any database is asked (the answer to other methods, what an uploaded file is worth), and what
# goes the same way through doors that have tests with both (tables of requirements, a platform's ten minutes, desks row
# by row, how often somebody may try).
BEFORE = tuple(
    f"tests/{name}"
    for name in (
        "accounts/test_stuffing.py", "credits/test_conformance.py", "credits/test_reconcile_doors.py",
        "credits/test_requirements_table.py", "kernel/test_limits_over_http.py", "matrix/test_desks.py",
        "office/test_demo_machine.py", "test_canary.py", "faults/test_first_batch.py",
        "kernel/test_file_zoo.py", "kernel/test_honest_scans.py",
        "matrix/test_matrix.py::test_to_look_", "matrix/test_matrix.py::test_no_other_method_",
    )
)  # fmt: skip


def some(things: Sequence[Thing], of: str, config: pytest.Config) -> Sequence[Thing]:
    """Three of four with the first database, where a request takes half the time; every fourth with the second,
    beginning elsewhere for each `of`.
    """
    first = crc32(of.encode()) % 4
    if config.pluginmanager.hasplugin(SECOND):
        return things[first::4]
    if config.pluginmanager.hasplugin(FIRST):
        return [thing for place, thing in enumerate(things) if place % 4 != first]
    return things


def is_shared(config: pytest.Config) -> bool:
    """Whether this run is one of two that share; any other tries whatever there is."""
    return config.pluginmanager.hasplugin(FIRST) or config.pluginmanager.hasplugin(SECOND)


def is_of_one(item: pytest.Item) -> bool:
    if item.nodeid.startswith(WITH_BOTH):
        return False
    return item.nodeid.startswith((JOURNEYS, *QUESTIONS, *BEFORE)) or _asks(item)


def is_of_the_second(item: pytest.Item) -> bool:
    """Every other file of journeys and every other question, and the pages of three files of five: what brings no
    database, and what is decided before one is asked, is the first one's alone.
    """
    if not is_of_one(item) or item.nodeid.startswith(BEFORE):
        return False
    if item.nodeid.startswith(QUESTIONS):
        return crc32(item.nodeid.encode()) % 2 == 1
    lot = crc32(item.nodeid.split("::")[0].encode())
    return lot % 5 < 3 if _asks(item) else lot % 2 == 1


def _asks(item: pytest.Item) -> bool:
    """For a page, by the test client, within one transaction: races and faults commit, and are tried with both."""
    marker = item.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction")
    return not commits and {"client", "transactional_db"} & set(getattr(item, "fixturenames", ())) == {"client"}
