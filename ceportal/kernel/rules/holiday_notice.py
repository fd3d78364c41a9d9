"""A year's holiday notice: read from its own sentences or from dates as people type them, and checked (A4, F11).

The notice writes 春节：1月28日（农历除夕、周二）至2月4日（周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
What stands in brackets names no further days (鼓励……除夕（2月9日）休息); a weekday there, and 共8天, must be right.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from ceportal.kernel.rules.refusal import Refusal

SATURDAY = 5
TEXT_LIMIT = 5000
# A notice may change days of the year before from here on: that of 2019 swapped 29 and 31 December 2018.
_TAIL = (12, 18)
_LONGEST_SPAN = 31
_WEEKDAYS = {sign: number % 7 for number, sign in enumerate("一二三四五六日天")} | {"天": 6}
_NUMBER = r"(?<![0-9])[0-9]{1,2}(?![0-9])"
# 2027年1月1日, 1月1日, 1日 in a sentence; 2027-01-01, 1/1 and the like where dates alone are typed.
_IN_WORDS = rf"(?:(?P<year>[0-9]{{4}})年)?(?:(?P<month>{_NUMBER})月)?(?P<day>{_NUMBER})日"
_IN_FIGURES = rf"(?:(?P<year2>[0-9]{{4}})[-/.])?(?P<month2>{_NUMBER})[-/.](?P<day2>{_NUMBER})(?![-/.]?[0-9])"
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_DAY = re.compile(rf"(?:{_IN_WORDS}|{_IN_FIGURES})(?P<aside>\([^)]*\))?")
_TO = re.compile(r"\s*(?:至|到|~|—+|–|-)\s*")
_TOKEN = re.compile(
    rf"(?P<token>{_DAY.pattern})|(?P<rest>放假|休息)|(?P<worked>上班)|共(?P<count>[0-9]{{1,2}})天|(?P<skipped>\([^)]*\))"
)
_SENTENCES = re.compile(r"[。;\n]")
_BETWEEN_DATES = re.compile(r"[\s,、，;；]*")


@dataclass
class HolidayNotice:
    """What a text says: days off, worked weekends, and sentences with dates that say neither."""

    rest: list[date] = field(default_factory=list)
    worked: list[date] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    faults: list[Refusal] = field(default_factory=list)


@dataclass
class _Reading:
    """Where one sentence has come to: the last date gives its month and year to what follows."""

    notice_year: int
    year: int
    month: int | None = None
    pending: list[date] = field(default_factory=list)
    settled: list[date] = field(default_factory=list)


def read_sentences(text: str, year: int, *, name: str = "text") -> HolidayNotice:
    """The notice in its own words. `faults` cite the field `name`."""
    found = HolidayNotice()
    for sentence in _SENTENCES.split(_plain(text)):
        _read_sentence(sentence, year, found, name)
    return found


def read_dates(text: str, year: int, *, name: str) -> tuple[list[date], list[Refusal]]:
    """Dates alone, single or from one 至 another, in any of the usual ways of writing them."""
    days: list[date] = []
    faults: list[Refusal] = []
    plain, place, reading = _plain(text).strip(), 0, _Reading(year, year)
    while place < len(plain):
        match = _DAY.match(plain, place)
        if match is None:
            message = (
                f"没有读懂“{plain[place : place + 12]}”。日期请写成 2027-01-01 或 1月1日，连续几天写成 1月1日至3日。"
            )
            return days, [*faults, Refusal("calendar_unread", message, field=name)]
        span, place = _span(plain, match, reading, faults, name)
        days += span
        place = _after(_BETWEEN_DATES, plain, place)
    return days, faults


def reasons_not_to_import(year: int, rest: Sequence[date], worked: Sequence[date]) -> Iterator[Refusal]:
    """Why these days off and worked weekends cannot be a year's notice.

    A notice may touch the last days of the year before (as those of 2011 and 2019 did), and names a day once.
    """
    days = [*rest, *worked]
    for day in sorted({day for day in days if not _is_of(day, year)}):
        message = (
            f"{year} 年的放假安排中有 {_words(day)}。只能有 {year} 年的日期，或 {year - 1} 年最后几天（12月18日起）。"
        )
        yield Refusal("calendar_year", message)
    for day in sorted({day for day in days if days.count(day) > 1}):
        how = "既写成放假又写成上班" if day in rest and day in worked else "出现了两次"
        yield Refusal("calendar_twice", f"{year} 年的放假安排中，{_words(day)}{how}。")
    for day in sorted({day for day in worked if day.weekday() < SATURDAY}):
        yield Refusal("calendar_weekday", f"{year} 年的放假安排把 {_words(day)}写成了调休上班日，但这天不是周末。")


def reasons_not_to_publish(rest: Sequence[date], year: int) -> Iterator[Refusal]:
    """A published notice gives the year's statutory days off; without those of fixed date it is no notice (A4)."""
    fixed = [date(year, 1, 1), date(year, 5, 1), date(year, 10, 1)]
    if missing := [day for day in fixed if day not in rest]:
        listed = "、".join(f"{day.month}月{day.day}日" for day in missing)
        yield Refusal("calendar_incomplete", f"放假日期中没有{listed}。请粘贴 {year} 年通知的全文，或补全日期。")


def _read_sentence(sentence: str, year: int, found: HolidayNotice, name: str) -> None:
    reading, faults = _Reading(year, year), found.faults
    place = 0
    while match := _TOKEN.search(sentence, place):
        place = match.end()
        if match["token"]:
            span, place = _span(sentence, _at(sentence, match.start()), reading, faults, name)
            reading.pending += span
        elif match["count"]:
            faults += _fault_of_count(int(match["count"]), reading, sentence, name)
        elif reading.pending and not match["skipped"]:
            (found.rest if match["rest"] else found.worked).extend(reading.pending)
            reading.settled, reading.pending = reading.pending, []
    if reading.pending:
        found.idle.append(sentence.strip())


def _fault_of_count(said: int, reading: _Reading, sentence: str, name: str) -> Iterator[Refusal]:
    """共8天 counts what was just said to be off."""
    days = reading.settled or reading.pending
    if days and len(days) != said:
        message = f"“{sentence.strip()[:40]}”写着共 {said} 天，按起止日期却是 {len(days)} 天，请核对。"
        yield Refusal("calendar_count", message, field=name)


def _span(
    text: str, first: re.Match[str], reading: _Reading, faults: list[Refusal], name: str
) -> tuple[list[date], int]:
    """The day at `first`, or all from it to the one after 至; and where reading goes on."""
    start, place = _day(first, reading, faults, name), first.end()
    second = _DAY.match(text, _after(_TO, text, place)) if _TO.match(text, place) else None
    if second is None:
        return ([start] if start else []), place
    if start and start.month == 12 and not (second["year"] or second["year2"]) and _month_of(second, 12) == 1:
        start = _over_new_year(first, start, reading)
    end, place = _day(second, reading, faults, name), second.end()
    if start is None or end is None:
        return [], place
    length = (end - start).days + 1
    if not 1 <= length <= _LONGEST_SPAN:
        message = f"从 {_words(start)}到 {_words(end)}不是一段假期，请核对起止日期。"
        faults.append(Refusal("calendar_span", message, field=name))
        return [], place
    return [start + timedelta(days=step) for step in range(length)], place


def _over_new_year(first: re.Match[str], start: date, reading: _Reading) -> date:
    """12月31日至1月2日: without a year it begins in the year before the notice's, with one it ends in the next."""
    if first["year"] or first["year2"]:
        reading.year += 1
        return start
    return start.replace(year=start.year - 1)


def _day(match: re.Match[str], reading: _Reading, faults: list[Refusal], name: str) -> date | None:
    year, month = match["year"] or match["year2"], match["month"] or match["month2"]
    if year:
        reading.year = int(year)
    elif month and int(month) < (reading.month or 0) and reading.year == reading.notice_year - 1:
        # 2026年12月31日、1月1日: the year before was named for its own days alone.
        reading.year = reading.notice_year
    reading.month = int(month) if month else reading.month
    try:
        day = date(reading.year, reading.month or 0, int(match["day"] or match["day2"]))
    except ValueError:
        faults.append(Refusal("calendar_no_day", f"没有“{match[0]}”这一天，请核对日期。", field=name))
        return None
    said = _WEEKDAY.search(match["aside"] or "")
    if said and _WEEKDAYS[said[1]] != day.weekday():
        message = f"{_words(day)}不是{said[0]}，是周{'一二三四五六日'[day.weekday()]}。请核对年度和日期。"
        faults.append(Refusal("calendar_not_that_weekday", message, field=name))
    return day


def _month_of(match: re.Match[str], default: int) -> int:
    return int(match["month"] or match["month2"] or default)


def _at(text: str, place: int) -> re.Match[str]:
    """The date that was found here before."""
    return cast(re.Match[str], _DAY.match(text, place))


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _is_of(day: date, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and (day.month, day.day) >= _TAIL)


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(text: str) -> str:
    """Full-width digits, brackets and commas as plain ones; 。 and 、 stay as they are."""
    return unicodedata.normalize("NFKC", text)
