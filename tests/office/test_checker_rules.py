"""The night's hour, and the texts over which digests are taken."""

import hashlib
from datetime import UTC, datetime

import pytest

from ceportal.office.rules.checking import last_night, line_of, seal_digest, sheet_text_digest, utc_text


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), datetime(2026, 11, 20, 18, tzinfo=UTC)),
        (datetime(2026, 11, 20, 17, 59, tzinfo=UTC), datetime(2026, 11, 19, 18, tzinfo=UTC)),
    ],
)
def test_the_night_begins_at_two_in_shanghai(now: datetime, night: datetime) -> None:
    assert last_night(now) == night


def test_texts() -> None:
    assert line_of([1, "学", None], is_spaced=True) == '[1, "学", null]'
    assert line_of([1, "学", None], is_spaced=False) == '[1,"学",null]'
    assert utc_text(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)) == "2026-01-02 03:04:05.000006"
    assert sheet_text_digest({"b": "学", "a": 1}) == hashlib.sha256('{"a":1,"b":"学"}'.encode()).hexdigest()
    assert seal_digest("p", [1, "m"], ["x", "y"]) == hashlib.sha256(b'p\nx\ny\n[1, "m"]').hexdigest()
