"""What an answer counts as."""

import pytest

from ceportal.kernel.rules.answering import counted_as


@pytest.mark.parametrize(
    ("path", "status", "seconds", "names"),
    [
        ("/my-year/", 200, 0.2, ["pages.answered"]),
        ("/my-year/", 302, 1.0, ["pages.answered"]),
        ("/my-year/", 200, 1.01, ["pages.answered", "pages.slow"]),
        ("/my-year/", 404, 0.1, ["pages.refused"]),
        ("/my-year/", 429, 0.1, ["pages.refused"]),
        ("/my-year/", 503, 2.0, ["pages.busy", "pages.slow"]),
        ("/my-year/", 500, 0.1, ["pages.failed"]),
        ("/api/v1/hours", 503, 0.1, ["machines.busy"]),
        ("/readyz", 503, 3.0, []),
    ],
)
def test_whom_it_was_for_how_it_ended_and_whether_it_was_slow(
    path: str, status: int, seconds: float, names: list[str]
) -> None:
    assert counted_as(path, status, seconds) == names
