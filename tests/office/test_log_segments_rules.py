"""Which segments of PostgreSQL's log a restore would miss: their names count in two halves, by their size."""

import pytest

from ceportal.office.rules.log_segments import missing_segments

MB = 2**20


@pytest.mark.parametrize(
    ("names", "size", "missing"),
    [
        (["000000010000000000000005", "000000010000000000000006.partial"], 16, []),
        (["000000010000000000000005", "000000010000000000000007"], 16, ["000000010000000000000006"]),
        # A name goes over at 256 segments of 16 MB, at 64 of 64 MB.
        (["0000000100000000000000FF", "000000010000000100000001"], 16, ["000000010000000100000000"]),
        (["00000001000000000000003F", "000000010000000100000000"], 64, []),
        (["00000001000000000000003F", "000000010000000100000001"], 64, ["000000010000000100000000"]),
        # A timeline goes on where the one before it ended.
        (["000000010000000000000005", "000000020000000000000006"], 16, []),
        (["000000010000000000000005", "00000002.history", "lost+found"], 16, []),
    ],
)
def test_none_may_be_missing_up_to_the_newest(names: list[str], size: int, missing: list[str]) -> None:
    assert missing_segments(names, first=names[0], size=size * MB) == missing


def test_one_at_least_is_needed() -> None:
    assert missing_segments([], first="000000010000000000000005", size=16 * MB) == ["000000010000000000000005"]


def test_what_is_older_than_the_backup_is_not_its_affair() -> None:
    names = ["000000010000000000000002", "000000010000000000000005"]
    assert missing_segments(names, first="000000010000000000000005", size=16 * MB) == []
