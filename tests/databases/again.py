"""A pytest plugin for the second database of a run: what asks for no database was tried with the first one.

Only in rooms whose tests start no portal and no command by themselves, which read the address of the database; what
brings its own or looks at files; and the first database's share of what is tried once (`tests.databases.shares`).
"""

import pytest

from tests.databases.shares import is_of_one, is_of_the_second

ROOMS = tuple(
    f"tests/{room}/" for room in ("accounts", "bases", "certificates", "credits", "kernel", "oracle", "reviews")
)
OF_NO_DATABASE = tuple(
    f"tests/{name}.py"
    for name in (
        "clauses/test_table", "security/test_asvs", "security/test_inventory", "security/test_policy", "test_compose",
        "test_habits", "test_house", "test_long_addresses", "test_rule_proofs", "test_system_packages", "test_units",
    )
)  # fmt: skip
DATABASES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tried = [item for item in items if was_tried(item)]
    config.hook.pytest_deselected(items=tried)
    kept = set(items).difference(tried)
    items[:] = [item for item in items if item in kept]


def was_tried(item: pytest.Item) -> bool:
    if is_of_one(item) and not is_of_the_second(item):
        return True
    return asks_for_none(item)


def asks_for_none(item: pytest.Item) -> bool:
    """Where it stands nobody reads the address of a database by themselves, and it asks for none."""
    return item.nodeid.startswith((*ROOMS, *OF_NO_DATABASE)) and not wants_a_database(item)


def wants_a_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASES.isdisjoint(fixtures)
