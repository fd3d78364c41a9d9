"""Days and moments as they are typed to commands."""

import pytest

from ceportal.kernel.rules.moments import moment_in


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-09-28", "2025-09-28T00:00:00"),
        ("2025-12-25T16:30", "2025-12-25T16:30:00"),
        ("2025-12-25 16:30:05.5", "2025-12-25T16:30:05.500000"),
        ("2025-12-25T16:30Z", "2025-12-25T16:30:00+00:00"),
    ],
)
def test_what_names_a_day_or_a_moment(text: str, moment: str) -> None:
    found = moment_in(text)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "text",
    ["", "昨天", "20250928", "2025-W40-1", "2025-09-28x16:30", "2025-09-31", "2025-09-28T25:00", "２０２５-09-28"],
)
def test_what_names_none(text: str) -> None:
    assert moment_in(text) is None
