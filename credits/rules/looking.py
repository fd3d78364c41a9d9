"""What of its evidence a reviewer must have opened, and for how long, before anything is approved (S3-06, A22)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil

from ceportal.kernel.rules.refusal import Refusal
from credits.rules.rule_fields import RULE_FIELDS

UNSEEN, HASTY = "unseen", "hasty"
# S3-06 asks for it in one city; for all of them it is our reading.
NO_BLIND_APPROVAL = "A22"
# No rule set asks for more seconds a file.
MOST_DWELL = int(RULE_FIELDS["dwell_seconds"].most)


def seconds_still_to_look(opened_at: Sequence[datetime], *, least: int, now: datetime) -> int:
    """How long files opened at these moments have still to be looked at, where each asks for `least` seconds.

    Each has been open for so long, and all together for so long times their number, however the windows lie.
    """
    if not opened_at:
        return 0
    enough = max(max(opened_at) + timedelta(seconds=least), min(opened_at) + timedelta(seconds=least * len(opened_at)))
    return max(0, ceil((enough - now).total_seconds()))


def reasons_to_look_first(unseen: Sequence[str], *, still_to_look: int = 0, act: str = "通过") -> Iterator[Refusal]:
    """Why there can be no `act` yet: the labels of what was not opened, else the seconds that are missing."""
    if unseen:
        listed = "、".join(unseen)
        text = f"还不能{act}：您还有 {len(unseen)} 项没有查看——{listed}。请逐项打开看过再{act}。"
        yield Refusal(UNSEEN, text, clause=NO_BLIND_APPROVAL)
    elif still_to_look:
        text = f"材料打开的时间太短，请再看 {still_to_look} 秒，看清楚再{act}。"
        yield Refusal(HASTY, text, clause=NO_BLIND_APPROVAL)
