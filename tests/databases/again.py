"""A pytest plugin for the second database of a run: what asks for no database was tried with the first one.

Only in rooms whose tests start no portal and no command by themselves, which read the address of the database; what is
about the looks and the scripts of pages, whatever database they come from; and what brings its own or looks at files.
"""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

import pytest

Thing = TypeVar("Thing")
NAME = "tests.databases.again"
ROOMS = tuple(f"tests/{room}/" for room in ("accounts", "certificates", "credits", "kernel", "oracle", "reviews"))
LOOKS = tuple(f"tests/browser/test_{name}.py" for name in ("draft_page", "legibility", "outside", "window", "zones"))
OF_NO_DATABASE = tuple(
    f"tests/test_{name}.py" for name in ("compose", "habits", "house", "long_addresses", "system_packages", "units")
)
DATABASES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tried = [item for item in items if was_tried(item)]
    config.hook.pytest_deselected(items=tried)
    kept = set(items).difference(tried)
    items[:] = [item for item in items if item in kept]


def was_tried(item: pytest.Item) -> bool:
    if item.nodeid.startswith(LOOKS):
        return True
    return item.nodeid.startswith((*ROOMS, *OF_NO_DATABASE)) and not wants_a_database(item)


def wants_a_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASES.isdisjoint(fixtures)


def some(things: Sequence[Thing], of: str, config: pytest.Config) -> Sequence[Thing]:
    """All of them with the first database; with the second every third, beginning elsewhere for each `of`."""
    return things[crc32(of.encode()) % 3 :: 3] if config.pluginmanager.hasplugin(NAME) else things
