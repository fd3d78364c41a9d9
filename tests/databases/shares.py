"""What a run on two databases tries with one of them: each thing once, all of them between the two.

A run on one database alone, or on each, tries everything. Races, faults and what speaks SQL of its own are tried with
both, other services with PostgreSQL and in every other file with SQLite; shared are the cells of the great table (who
gets what at which address), strange questions page by page, made-up requests operation by operation, the pages that
Django's test client asks for, and the journeys that a browser makes through doors that have tests of their own.
"""

from zlib import crc32

import pytest

FIRST, SECOND = "tests.databases.first", "tests.databases.again"
# The name in the environment of a folder in which the processes of a run share what was said of pictures.
PICTURES = "TEST_PICTURES_DIR"
JOURNEYS = "tests/browser/"
QUESTIONS = (
    "tests/matrix/test_strange_questions.py::test_in_",
    "tests/credits/test_api_fuzz.py::test_no_request_breaks_",
)
WITH_BOTH = (f"{JOURNEYS}test_river.py", "tests/clauses/")
# Rooms without SQL of their own.
ROOMS = tuple(f"tests/{room}/" for room in ("accounts", "bases", "certificates", "reviews"))

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


def is_shared(config: pytest.Config) -> bool:
    """Whether this run is one of two that share; any other tries whatever there is."""
    return config.pluginmanager.hasplugin(FIRST) or is_the_second(config)


def is_the_second(config: pytest.Config) -> bool:
    return bool(config.pluginmanager.hasplugin(SECOND))


def is_of_one(item: pytest.Item) -> bool:
    if item.nodeid.startswith(WITH_BOTH):
        return False
    return item.nodeid.startswith((JOURNEYS, *QUESTIONS, *BEFORE)) or _asks(item) or _serves(item)


def is_of_the_second(item: pytest.Item) -> bool:
    """Every other file of journeys and every other question, and the pages of three files of five: what brings no
    database, and what is decided before one is asked, is the first one's alone.
    """
    if not is_of_one(item) or item.nodeid.startswith(BEFORE):
        return False
    if _serves(item):
        return True
    if item.nodeid.startswith(QUESTIONS):
        return crc32(item.nodeid.encode()) % 2 == 1
    lot = crc32(item.nodeid.split("::")[0].encode())
    return lot % 5 < 3 if _asks(item) else lot % 2 == 1


def _asks(item: pytest.Item) -> bool:
    """For a page, by the test client, within one transaction: races and faults commit, and are tried with both."""
    return not _commits(item) and "client" in getattr(item, "fixturenames", ())


def _serves(item: pytest.Item) -> bool:
    """By no page, within one transaction, in every other file of those rooms."""
    if not item.nodeid.startswith(ROOMS) or item.nodeid.startswith(BEFORE):
        return False
    is_plain = item.get_closest_marker("django_db") is not None and not _commits(item) and not _asks(item)
    return is_plain and crc32(item.nodeid.split("::")[0].encode()) % 2 == 1


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    is_said = marker is not None and marker.kwargs.get("transaction")
    return bool(is_said) or "transactional_db" in getattr(item, "fixturenames", ())
