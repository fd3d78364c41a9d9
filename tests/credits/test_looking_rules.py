"""What must have been opened before an approval, and for how long (S3-06, A22)."""

from datetime import UTC, datetime, timedelta

import pytest

from credits.rules.looking import HASTY, UNSEEN, reasons_to_look_first, seconds_still_to_look


@pytest.mark.parametrize(
    ("unseen", "seconds", "said"),
    [
        ([], 0, []),
        (["通知", "课件"], 9, [(UNSEEN, "还不能办结：您还有 2 项没有查看——通知、课件。请逐项打开看过再办结。")]),
        ([], 9, [(HASTY, "材料打开的时间太短，请再看 9 秒，看清楚再办结。")]),
    ],
)
def test_what_was_not_opened_is_listed_and_what_was_hurried_counted(
    unseen: list[str], seconds: int, said: list[tuple[str, str]]
) -> None:
    found = list(reasons_to_look_first(unseen, still_to_look=seconds, act="办结"))
    assert [(reason.code, reason.message) for reason in found] == said
    assert all(reason.clause == "A22" for reason in found)


@pytest.mark.parametrize(
    ("opened", "after", "left"),
    [
        ([], 0, 0),
        ([0], 0, 5),
        ([0], 4.2, 1),
        ([0], 5, 0),
        ([0, 1], 6, 4),
        ([0, 1, 2], 15, 0),
        ([0, 100], 101, 4),
        ([0, 0, 0, 0], 10, 10),
    ],
)
def test_each_file_and_all_together_are_open_long_enough(opened: list[int], after: float, left: int) -> None:
    at = datetime(2026, 11, 16, 9, tzinfo=UTC)
    moments = [at + timedelta(seconds=seconds) for seconds in opened]
    assert seconds_still_to_look(moments, least=5, now=at + timedelta(seconds=after)) == left
