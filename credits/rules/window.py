"""When the hours of a year can be declared: until its deadline, and after that only for who was let in (S0-12, S0-14,
S2-08, S3-02, S4-10; readings A5 to A9, A20).

A year is a calendar year in Shanghai and the year of what was learnt is that of its last day (A7, A9); every day here
is a day there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ceportal.kernel.rules.refusal import Refusal


@dataclass(frozen=True)
class YearLimits:
    """What the regulation of one year and place says of when it is declared; each figure with its clause.

    `closed_from` is the day from which former years are shut (None: from the deadline on), `grace_days` the working
    days to correct what was filed in time and returned.
    """

    deadline: date | None = None
    deadline_clause: str = "S4-10"
    back_year_clause: str = "S0-14"
    has_exception: bool = True
    closed_from: date | None = None
    grace_days: int = 0
    year: int = 0


@dataclass(frozen=True)
class Opening:
    """What lets one person in although the year has closed, each with the last day it does so.

    An exception the bureau granted by `document_no`, or a declaration filed in time that came back to be corrected.
    """

    excused_until: date | None = None
    document_no: str = ""
    correct_until: date | None = None


CLOSED = Opening()


def last_day(year: int, limits: YearLimits | None) -> date:
    """The last day on which everybody may declare the year: as the rule set says, else the year's last (A9)."""
    deadline = limits.deadline if limits and limits.deadline else date(year, 12, 31)
    if limits and limits.closed_from and limits.closed_from > deadline:
        return date.fromordinal(limits.closed_from.toordinal() - 1)
    return deadline


def last_day_for(year: int, limits: YearLimits | None, opening: Opening) -> date:
    """The same for one person."""
    own = (opening.excused_until, opening.correct_until)
    return max([last_day(year, limits), *(day for day in own if day)])


def is_open(year: int, *, today: date, limits: YearLimits | None, opening: Opening = CLOSED) -> bool:
    return today <= last_day_for(year, limits, opening)


def reasons_of_the_time(
    ended_on: date, *, today: date, limits: YearLimits | None, opening: Opening = CLOSED
) -> Iterator[Refusal]:
    """Why what ended on that day cannot be handed in today, whatever it is. `limits` is of the year of that day, None
    where no rule is known for it.
    """
    year = ended_on.year
    if ended_on > today:
        yield Refusal("not_over", "结束日期还没有到。学完并考核合格后再提交。", field="ended_on", clause="S2-13")
    elif not is_open(year, today=today, limits=limits, opening=opening):
        yield _closed(ended_on, today, limits, opening)
    elif limits is None:
        yield Refusal("no_rule", f"{year} 年度还没有学时规定，暂不能申报。", field="ended_on")


def reasons_of_another_year(ended_on: date | None, asked_year: int | None) -> Iterator[Refusal]:
    """What is declared for a year must have ended in it (A7)."""
    if ended_on and asked_year and ended_on.year != asked_year:
        message = (
            f"您填报的是 {asked_year} 年度，结束日期却在 {ended_on.year} 年。学时计入结束日期所在的年度："
            f"请核对日期，或另填一份 {ended_on.year} 年度的申报。"
        )
        yield Refusal("other_year", message, field="ended_on", clause="A7")


def in_words(year: int, *, today: date, limits: YearLimits | None, opening: Opening = CLOSED) -> str:
    """Until when the year can be declared, or since when no longer: a sentence for the page."""
    last = last_day_for(year, limits, opening)
    if today > last:
        return f"{year} 年度的申报已于 {words(last_day(year, limits))}截止。"
    if last == opening.correct_until and last > last_day(year, limits):
        return f"{year} 年度已截止；这项申报是按时提交后退回的，可在 {words(last)}前补正后重新提交。"
    if last == opening.excused_until and last > last_day(year, limits):
        return f"{year} 年度已截止；已批准您补报（{opening.document_no}），可在 {words(last)}前提交。"
    return f"{year} 年度的学习和申报都在 {words(last)}前完成。"


def words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _closed(ended_on: date, today: date, limits: YearLimits | None, opening: Opening) -> Refusal:
    """Within the year its deadline shuts it; a former year is locked (A8). Some places know an exception for special
    reasons, Kaifeng none (S2-08).
    """
    year, known = ended_on.year, limits or YearLimits()
    shut = words(last_day(year, limits))
    if year == today.year:
        message = f"{year} 年度的申报已于 {shut}截止。"
        return Refusal(
            "deadline_passed", f"{message}{_way_back(known)}", field="ended_on", clause=known.deadline_clause
        )
    message = f"学习于 {words(ended_on)}结束，属于 {year} 年度。{year} 年度的申报已于 {shut}截止，"
    if opening.correct_until:
        message += f"补正的期限也已于 {words(opening.correct_until)}截止，"
    message += f"原则上不再补报。{_way_back(known)}"
    return Refusal("year_closed", message, field="ended_on", clause=known.back_year_clause)


def _way_back(limits: YearLimits) -> str:
    return "如属特殊原因，可以申请补报。" if limits.has_exception else "您所在的地方不再开通补报。"
