"""Which tests of a run stay together in one process: those that share a town or a portal that takes long to build.

By their addresses, of which the first that fits counts. Not by `pytest.mark.xdist_group`: pytest-xdist 3.8.0 writes the
group into a field that pytest 9.2 no longer reads, and spreads them without a word.
"""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/matrix/test_strange_questions.py",
    "tests/matrix/",
    "tests/faults/",
    "tests/test_long_addresses.py",
    "tests/test_supervise.py",
)


def group_of(nodeid: str) -> str:
    """A test that is not of these is a group of its own."""
    return next((group for group in TOGETHER if nodeid.startswith(group)), nodeid)


class Together(LoadScopeScheduling):
    """The greatest groups first, each to one process; then test after test to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
