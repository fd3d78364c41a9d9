"""Reading the regulation from its rows: which fields there are, what each may hold, what a set may not say."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from ceportal.kernel.rules.dated import DatedFigure, DatedRule, applicable, merged, overlap, places_of
from ceportal.kernel.rules.refusal import Refusal
from credits.rules.requirements import HALF, Figure, Requirements, Setting


class Kind(StrEnum):
    """What a field holds. Hours and counts are numbers; the rest are words."""

    HOURS = "hours"
    COUNT = "count"
    RATIO = "ratio"
    MONTH_DAY = "month_day"
    DAY = "day"
    FLAG = "flag"
    TEXT = "text"


FIELDS = {
    "total": Kind.HOURS,
    "public": Kind.HOURS,
    "public_compulsory": Kind.HOURS,
    "professional": Kind.HOURS,
    "elective": Kind.HOURS,
    "professional_ratio": Kind.RATIO,
    "unit": Kind.TEXT,
    "minutes": Kind.COUNT,
    "ceiling_per_day": Kind.HOURS,
    "ceiling_person_day": Kind.HOURS,
    "carry_over": Kind.FLAG,
    "deadline": Kind.MONTH_DAY,
    "review_days_employer": Kind.COUNT,
    "review_days_authority": Kind.COUNT,
    "authority_clock_start": Kind.TEXT,
    "reviews_end_in_year": Kind.FLAG,
    "correction_grace_days": Kind.COUNT,
    "back_years": Kind.TEXT,
    "back_years_closed_from": Kind.DAY,
    "professional_by_roster": Kind.FLAG,
    "filing": Kind.TEXT,
    "filing_blocks_credit": Kind.FLAG,
    "spot_check": Kind.FLAG,
    "themes": Kind.TEXT,
    "themes_compulsory": Kind.TEXT,
    "themes_elective": Kind.TEXT,
    "certificate_name": Kind.TEXT,
    "certificate_supervised_by": Kind.TEXT,
    "consequences": Kind.TEXT,
    "starts": Kind.TEXT,
    "information_at": Kind.TEXT,
}
CHOICES = {
    "unit": ("学时", "学分"),
    "authority_clock_start": ("unit_decision", "declaration"),
    "back_years": ("closed", "exception"),
    "filing": ("monthly_end",),
    "starts": ("title_year", "year_after_title"),
}
STATUSES = ("verified", "assumed", "candidate")
THRESHOLDS = frozenset({"total", "public", "public_compulsory", "professional", "elective", "professional_ratio"})
LEVELS = ("正高级", "副高级", "中级", "助理级", "员级", "无")
# 高级 and 初级 as the documents say it (S1-06); asked for as one level they stand for the lower, the higher of the two.
GROUPS = {"高级": ("正高级", "副高级"), "初级": ("助理级", "员级")}
SPOKEN = {"高级": "副高级", "初级": "助理级"}
_NUMBERS = frozenset({Kind.HOURS, Kind.COUNT})
_PARTS = ("public", "professional", "elective")
_NUMERAL = re.compile(r"[0-9]{1,4}(\.[05])?", re.ASCII)


def levels_named(names: Iterable[str]) -> frozenset[str]:
    """The six levels meant by names that may be groups."""
    return frozenset(level for name in names for level in GROUPS.get(name, (name,)))


def trade_of(series: str, trades: Iterable[str]) -> str:
    """The trade with rules of its own that a title series belongs to (会计人员 → 会计), or none."""
    return max((trade for trade in trades if trade and series.startswith(trade)), key=len, default="")


def requirements_in(
    rules: Iterable[DatedRule], *, places: Sequence[str], year: int, level: str, trade: str = ""
) -> Requirements | None:
    """What the rules ask in the nearest of `places`; None where none of them sets a total (before September 2012)."""
    found = applicable(rules, places=places, year=year, level=SPOKEN.get(level, level), trade=trade)
    figures = merged(found)
    if "total" not in figures:
        return None
    source = next(rule for rule in reversed(found) if THRESHOLDS & rule.figures.keys())
    return Requirements(
        rule_set=source.code,
        name=source.name,
        document=source.document,
        unit=figures["unit"].text if "unit" in figures else "学时",
        year=year,
        area_code=places[-1],
        level=level,
        trade=trade,
        figures={name: _figure(figure) for name, figure in figures.items() if FIELDS[name] in _NUMBERS},
        settings={
            name: _setting(name, figure, year) for name, figure in figures.items() if FIELDS[name] not in _NUMBERS
        },
    )


def fields_of(requirements: Requirements) -> dict[str, Figure | Setting]:
    """Every field that applies, numbers and words, in the order of `FIELDS`."""
    held: dict[str, Figure | Setting] = {**requirements.figures, **requirements.settings}
    return {name: held[name] for name in FIELDS if name in held}


def _figure(figure: DatedFigure) -> Figure:
    return Figure(Decimal(figure.text), figure.clause, figure.status, figure.document)


def _setting(name: str, figure: DatedFigure, year: int) -> Setting:
    """A day of the year (12-31) is given as the day of the year asked for."""
    text = f"{year}-{figure.text}" if FIELDS[name] is Kind.MONTH_DAY else figure.text
    return Setting(text, figure.clause, figure.status, figure.document)


def reasons_not_to_load(rules: Sequence[DatedRule]) -> Iterator[Refusal]:
    """Why the regulation `rules` cannot stand: each set by itself, any two of them, and what they say together."""
    for rule in rules:
        yield from _reasons_against(rule)
    for one, other in combinations(rules, 2):
        if overlap(one, other):
            message = f"规则集“{one.name}”与“{other.name}”在同一地区、职称级别和行业有重叠的年度，请调整起止年度。"
            yield Refusal("overlap", message, field="year_from")


def reasons_not_to_combine(rules: Sequence[DatedRule]) -> Iterator[Refusal]:
    """Parts above the total where a set and those of wider places hold together. `rules` must each be readable."""
    for rule in rules:
        for level in sorted(rule.levels) or ["中级"]:
            places = places_of(rule.area_code)
            found = applicable(rules, places=places, year=rule.year_from, level=level, trade=rule.trade)
            yield from _reasons_against_parts(rule, merged(found))


def _reasons_against(rule: DatedRule) -> Iterator[Refusal]:
    if rule.year_to is not None and rule.year_to < rule.year_from:
        yield Refusal("years", f"规则集“{rule.name}”的截止年度早于起始年度。", field="year_to")
    if strange := rule.levels - set(LEVELS):
        yield Refusal(
            "level", f"规则集“{rule.name}”中没有这样的职称级别：{'、'.join(sorted(strange))}。", field="levels"
        )
    for name, figure in rule.figures.items():
        yield from _reasons_against_figure(rule, name, figure)


def _reasons_against_figure(rule: DatedRule, name: str, figure: DatedFigure) -> Iterator[Refusal]:
    where = f"规则集“{rule.name}”的 {name}"
    if name not in FIELDS:
        yield Refusal("field", f"{where} 不是规则的项目。", field=name)
        return
    if not figure.clause.strip():
        yield Refusal("clause", f"{where} 没有注明依据的条款。", field=name)
    if figure.status not in STATUSES:
        yield Refusal("status", f"{where} 没有注明依据是否可靠（{figure.status!r}）。", field=name)
    if figure.text and not _can_be_read(name, figure.text):
        yield Refusal("value", f"{where} 的值“{figure.text}”不正确。", field=name)


def _reasons_against_parts(rule: DatedRule, figures: dict[str, DatedFigure]) -> Iterator[Refusal]:
    def hours(name: str) -> Decimal:
        return Decimal(figures[name].text) if name in figures else Decimal(0)

    if "total" in figures and sum(map(hours, _PARTS)) > hours("total"):
        message = f"规则集“{rule.name}”中各科目学时之和超过了年度合计 {hours('total')}，无法同时满足。"
        yield Refusal("parts", message, field="total")
    if hours("public_compulsory") > hours("public"):
        message = f"规则集“{rule.name}”中必修课学时多于公需科目学时。"
        yield Refusal("compulsory", message, field="public_compulsory", clause="A28")


def _can_be_read(name: str, text: str) -> bool:
    if name in CHOICES:
        return text in CHOICES[name]
    match FIELDS[name]:
        case Kind.HOURS:
            return bool(_NUMERAL.fullmatch(text)) and Decimal(text) % HALF == 0
        case Kind.COUNT:
            return text.isascii() and text.isdigit() and len(text) <= 4
        case Kind.RATIO:
            return bool(re.fullmatch(r"[1-9][0-9]?/[1-9][0-9]?", text)) and Fraction(text) <= 1
        case Kind.MONTH_DAY:
            return _is_day(f"2001-{text}")
        case Kind.DAY:
            return _is_day(text)
        case Kind.FLAG:
            return text in {"yes", "no"}
    return len(text) <= 300


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
