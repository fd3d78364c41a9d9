"""A pytest plugin (`-p tests.house.alone`): only the tests of rules, and of those only what asks for no database.

A test of rules stands in a module that imports one. What is left tries the regulation by itself, at its boundaries,
within seconds: `tests.house.branches` counts the branches it takes, `make mutants` the wrong rules it notices.
"""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.databases.again import wants_a_database
from tests.house.files import PROGRAMS, RIVER
from tests.refusals import must_be_sentences

# mutmut runs a test several times in one process, and may make it slow: neither is a fault of the test. That it fails
# is enough: no time is spent on finding the smallest example.
settings.register_profile(
    "alone",
    max_examples=50,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("alone")
must_be_sentences()
ROOMS = frozenset(RIVER)
# Who imports one of these tries servers and whole portals.
SERVERS = frozenset({"tests.buckets", "tests.databases.servers", "tests.portals"})


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """True leaves a module out; None lets pytest decide."""
    if collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    return None if is_of_rules(collection_path.read_text(encoding="utf-8")) else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if wants_a_database(item) or item.get_closest_marker("deep")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted((item for item in items if item not in left_out), key=takes_long)


def takes_long(item: pytest.Item) -> bool:
    """Made-up questions come last: most wrong rules are noticed by a case that somebody wrote down."""
    return "/oracle/" in item.nodeid or hasattr(getattr(item, "obj", None), "hypothesis")


def is_of_rules(source: str) -> bool:
    """Whether a module's text imports a rule, and neither marks all its tests with `django_db` nor starts servers."""
    if "rules" not in source:
        return False
    body = ast.parse(source).body
    marks = [ast.unparse(node) for node in body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)]
    if any("django_db" in mark for mark in marks):
        return False
    imported = [node for node in body if isinstance(node, ast.ImportFrom)]
    return any(map(_imports_a_rule, imported)) and SERVERS.isdisjoint(node.module or "" for node in imported)


def _imports_a_rule(node: ast.ImportFrom) -> bool:
    """`from credits.rules import …`, `from ceportal.kernel.rules.dated import …`; a program alone is none."""
    parts = (node.module or "").split(".")
    named = {parts[-1]} if parts[-1] != "rules" else {alias.name for alias in node.names}
    return "rules" in parts and not ROOMS.isdisjoint(parts) and not named <= PROGRAMS
