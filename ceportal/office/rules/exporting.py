"""Lists of people that leave the portal: with a purpose, up to a size, and above another by two (issue of exports)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

# From so many rows on somebody else has to agree; more than that leave in no one file.
ROWS_FOR_TWO = 10_000
MOST_ROWS = 100_000
KEPT = timedelta(days=7)
PURPOSE_LIMIT = 200


def reasons_not_to_ask(rows: int, purpose: str) -> Iterator[Refusal]:
    if not purpose.strip():
        yield Refusal("purpose", "请写明导出的用途，会留下记录。", field="purpose")
    else:
        yield from reasons_not_to_accept(purpose.strip(), field="purpose", label="用途", limit=PURPOSE_LIMIT)
    if rows == 0:
        yield Refusal("nothing_to_export", "筛选出的名单是空的，没有可以导出的内容。")
    elif rows > MOST_ROWS:
        yield Refusal("too_many_rows", f"一次最多导出 {MOST_ROWS} 行，现在超过了。请先按单位、部门或姓名筛选。")


def needs_two(rows: int) -> bool:
    return rows > ROWS_FOR_TWO


def reasons_not_to_decide(*, is_own: bool, grants: bool, reason: str) -> Iterator[Refusal]:
    """Nobody agrees to an export of their own; who does not agree says why."""
    if is_own:
        yield Refusal("own", "自己申请的导出须由本单位另一人核准。")
    elif not grants:
        yield from reasons_not_to_accept(reason.strip(), field="reason", label="不同意的原因", limit=PURPOSE_LIMIT)


def seconds_left(began_at: datetime | None, now: datetime, *, done: int, total: int) -> int | None:
    """By the pace so far; None as long as that tells nothing."""
    if began_at is None or done == 0 or done > total:
        return None
    return round((now - began_at).total_seconds() * (total - done) / done)


def watermark(name: str, unit: str, purpose: str, day: str) -> str:
    """Stands in the first line of the file and at the foot of each printed page."""
    return f"{unit} {name} 于 {day} 导出，用途：{purpose}。含个人信息，请勿外传。"
