"""When a city may file a month, and how the frozen list is sealed (S2-07; reading A10)."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.working_days import WorkCalendar, last_working_day

CLAUSE = "S2-07"
# From when a month may be filed (the rule set's field `filing`).
MONTHLY_END, MONTH_OVER = "monthly_end", "month_over"
# How far back months are filed one by one; what is older goes with the first of them.
MONTHS_BACK = 12


@dataclass(frozen=True)
class FiledMonth:
    """A month already filed: by whom and when, in the reader's words."""

    month: date
    by: str
    at: str


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def oldest_to_file(today: date) -> date:
    """The first of the months that may still be filed."""
    months = today.year * 12 + today.month - MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)


def month_named(month: date) -> str:
    return f"{month.year}年{month.month}月"


def reasons_not_to_file(
    month: date,
    *,
    today: date,
    calendar: WorkCalendar,
    filed: FiledMonth | None,
    later: FiledMonth | None,
    earlier: date | None = None,
    opens: str = MONTHLY_END,
) -> Iterator[Refusal]:
    """Why `month` (its first day) cannot be filed today.

    `filed` is the filing of that very month, `later` one of a later month, `earlier` the first month before it in which
    something waits to be filed, when there are such. A month may be filed from its last working day on, or once it is
    over, as the rule set `opens` it.
    """
    words = month_named(month)
    if filed:
        yield Refusal("month_filed", f"{words}已由{filed.by}于{filed.at}备案，不能重复备案。", clause=CLAUSE)
        return
    if later:
        text = f"{month_named(later.month)}已经备案，{words}漏记的学时已随它一并备案。"
        yield Refusal("later_month_filed", text, clause=CLAUSE)
        return
    opens_on = month_after(month) if opens == MONTH_OVER else last_working_day(month.year, month.month, calendar)
    if today < opens_on:
        day = f"{opens_on.month}月{opens_on.day}日"
        if opens_on.year != today.year:
            day = f"{opens_on.year}年{day}"
        when = "次月首日" if opens == MONTH_OVER else "当月最后一个工作日"
        text = f"{words}的备案从{when}（{day}）起办理，请到时再来。"
        yield Refusal("month_not_over", text, clause=CLAUSE)
        return
    if month < oldest_to_file(today):
        text = f"{words}已经过去太久，不再单独备案；当时漏记的学时随最近的月份一并备案。"
        yield Refusal("month_too_old", text, clause=CLAUSE)
        return
    if earlier:
        text = f"请先备案前面的月份：{month_named(earlier)}还没有备案。"
        yield Refusal("earlier_month_open", text, clause=CLAUSE)


def canonical(line: Mapping[str, Any]) -> str:
    """One line of a filing as it is sealed: JSON, keys in order, no blanks."""
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Seal:
    """The running digest of a filing: its head and the digest before it, then every line in order."""

    def __init__(self, head: Mapping[str, Any], previous_digest: str) -> None:
        self._hash = hashlib.sha256(f"{previous_digest}\n{canonical(head)}".encode())

    def add(self, line: Mapping[str, Any]) -> None:
        self._hash.update(f"\n{canonical(line)}".encode())

    def digest(self) -> str:
        return self._hash.hexdigest()


def seal(head: Mapping[str, Any], previous_digest: str, lines: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over the digest before, the head and every line: 64 hex digits."""
    running = Seal(head, previous_digest)
    for line in lines:
        running.add(line)
    return running.digest()
