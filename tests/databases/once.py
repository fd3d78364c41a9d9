"""A pytest plugin for the second database of a deep run: what asks for no database was tried with the first one.

What `make test` shares out is tried with each (unlike `tests.databases.again`).
"""

import pytest

from tests.databases.again import asks_for_none


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tried = [item for item in items if asks_for_none(item)]
    config.hook.pytest_deselected(items=tried)
    items[:] = [item for item in items if not asks_for_none(item)]
