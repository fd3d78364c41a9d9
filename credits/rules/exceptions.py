"""Who may still declare a closed year for a special reason, and what a grant must say (S0-14, S2-08; A8, A20)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.rules.window import YearLimits, is_open, last_day, words

DOCUMENT_LIMIT = 80
# How many years back the page offers; and how long a grant lets somebody in at most.
YEARS_BACK = 6
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class ClosedYear:
    """A year as somebody's page shows it. `reasons` say why it cannot be asked for; none when it can."""

    year: int
    closed_on: date
    clause: str
    reasons: tuple[Refusal, ...] = ()
    excused_until: date | None = None


def back_years(known: Mapping[int, YearLimits | None], *, today: date, excused: Mapping[int, date]) -> list[ClosedYear]:
    """The closed years of `known`, the latest first. `excused` are those granted already, with the last day."""
    closed = [year for year in sorted(known, reverse=True) if not is_open(year, today=today, limits=known[year])]
    return [_back_year(year, known, today=today, excused=excused) for year in closed]


def reasons_not_to_ask_for(
    years: Collection[int], *, today: date, known: Mapping[int, YearLimits | None], excused: Mapping[int, date]
) -> Iterator[Refusal]:
    """Why these years cannot be asked for. What the present year says of former ones holds for all of them (A20)."""
    if not years:
        yield Refusal("no_year", "请选择要补报的年度。", field="years")
    for year in sorted(years):
        yield from _reasons_against(year, known, today=today, excused=excused)


def reasons_not_to_grant(document_no: str, valid_until: date | None, *, today: date) -> Iterator[Refusal]:
    """A grant names the bureau's paper and the last day on which it lets the person in."""
    yield from reasons_not_to_accept(document_no, field="document_no", label="批准文号", limit=DOCUMENT_LIMIT)
    if valid_until is None:
        yield Refusal("no_last_day", "请填写补报截止的日期。", field="valid_until")
    elif valid_until < today:
        yield Refusal("past_last_day", "补报截止的日期已经过去，请核对。", field="valid_until")
    elif valid_until > today + LONGEST:
        yield Refusal("far_last_day", "补报最多可以开放一年，请核对日期。", field="valid_until")


def shut_everywhere(closed: Sequence[ClosedYear]) -> Refusal | None:
    """The reason, where the place opens no former year at all (S2-08)."""
    reasons = [reason for each in closed for reason in each.reasons if reason.code == "no_exception"]
    return reasons[0] if closed and len(reasons) == len(closed) else None


def years_in_words(years: Collection[int]) -> str:
    """2023、2024 年度."""
    return f"{'、'.join(map(str, sorted(years)))} 年度"


def _back_year(
    year: int, known: Mapping[int, YearLimits | None], *, today: date, excused: Mapping[int, date]
) -> ClosedYear:
    limits, reasons = known[year], tuple(_reasons_against(year, known, today=today, excused=excused))
    clause = limits.back_year_clause if limits else ""
    return ClosedYear(year, last_day(year, limits), clause, reasons, excused.get(year))


def _reasons_against(
    year: int, known: Mapping[int, YearLimits | None], *, today: date, excused: Mapping[int, date]
) -> Iterator[Refusal]:
    limits = known.get(year)
    shut = next((each for each in (limits, known.get(today.year)) if each and not each.has_exception), None)
    if limits is None:
        yield Refusal("no_rule", f"{year} 年度没有学时规定，不需要补报。", field="years")
    elif is_open(year, today=today, limits=limits):
        message = f"{year} 年度可以申报到 {words(last_day(year, limits))}，直接申报就可以，不用申请补报。"
        yield Refusal("year_open", message, field="years")
    elif shut:
        message = f"{year} 年度不能补报：按您所在地方的规定，补报（补录）通道不再开通。"
        yield Refusal("no_exception", message, field="years", clause=shut.back_year_clause)
    elif year in excused:
        message = f"{year} 年度已经批准您补报，可在 {words(excused[year])}前申报。"
        yield Refusal("excused_already", message, field="years")
