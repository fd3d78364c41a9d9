"""A pytest plugin for the first database of a run on two: what the second takes over is left to it."""

import pytest

from tests.databases.shares import is_of_the_second


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = [item for item in items if is_of_the_second(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
