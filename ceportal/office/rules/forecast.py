"""What December is likely to bring, said so that anybody can reckon it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ceportal.kernel.rules.working_days import WorkCalendar

DECEMBER = 12
_RECENT = 30


@dataclass(frozen=True)
class Forecast:
    """Declarations expected in December of `year`, a working day of it, and the way to that number in words."""

    year: int
    expected: int
    a_day: int
    words: str


def december(submitted: Mapping[date, int], *, today: date, calendar: WorkCalendar) -> Forecast:
    """From what was handed in on each day: last December, grown as this year has so far; without a last year as many a
    working day as in the last thirty days.
    """
    days = sum(calendar.is_worked(date(today.year, DECEMBER, day)) for day in range(1, 32)) or 1
    last = _between(submitted, date(today.year - 1, DECEMBER, 1), date(today.year - 1, DECEMBER, 31))
    until = min(today, date(today.year, 11, 30))
    then = _between(submitted, date(today.year - 1, 1, 1), _a_year_before(until))
    if last and then:
        now = _between(submitted, date(today.year, 1, 1), until)
        expected = round(last * now / then)
        words = (
            f"去年 12 月申报 {last} 件；今年截至 {until.month} 月 {until.day} 日申报 {now} 件，去年同期 {then} 件。"
            f"按同样的增减推算：{last} × {now} ÷ {then} ≈ {expected} 件。"
        )
    else:
        begin = today - timedelta(days=_RECENT)
        recent = _between(submitted, begin + timedelta(days=1), today)
        worked = sum(calendar.is_worked(begin + timedelta(days=step)) for step in range(1, _RECENT + 1)) or 1
        expected = round(recent * days / worked)
        words = (
            f"没有去年的数据。近 {_RECENT} 天（{worked} 个工作日）申报 {recent} 件，12 月有 {days} 个工作日："
            f"{recent} ÷ {worked} × {days} ≈ {expected} 件。年底通常更多，请按偏少估计。"
        )
    return Forecast(today.year, expected, -(-expected // days), words)


def capacity(decided: Mapping[date, int], *, today: date, calendar: WorkCalendar) -> Decimal:
    """Decisions a working day over the last thirty days before today, to a tenth: few are not none."""
    days = [today - timedelta(days=step) for step in range(1, _RECENT + 1)]
    worked = sum(calendar.is_worked(day) for day in days) or 1
    total = Decimal(sum(decided.get(day, 0) for day in days))
    return (total / worked).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _between(counts: Mapping[date, int], first: date, last: date) -> int:
    return sum(count for day, count in counts.items() if first <= day <= last)


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
