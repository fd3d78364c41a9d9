"""Reading the regulation from its rows: which fields there are, what each may hold, what a set may not say."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from ceportal.kernel.rules.dated import DatedFigure, DatedRule, applicable, merged, overlap, places_of
from ceportal.kernel.rules.refusal import Refusal
from credits.rules.requirements import HALF, Figure, Requirements, Setting, part_of
from credits.rules.rule_fields import RULE_FIELDS, Kind, RuleField

FIELDS = {name: field.kind for name, field in RULE_FIELDS.items()}
CHOICES = {name: tuple(field.values) for name, field in RULE_FIELDS.items() if field.values}
STATUSES = ("verified", "assumed", "candidate")
THRESHOLDS = frozenset({"total", "public", "public_compulsory", "professional", "elective", "professional_ratio"})
LEVELS = ("正高级", "副高级", "中级", "助理级", "员级", "无")
# 高级 and 初级 as the documents say it (S1-06); asked for as one level they stand for the lower, the higher of the two.
GROUPS = {"高级": ("正高级", "副高级"), "初级": ("助理级", "员级")}
SPOKEN = {"高级": "副高级", "初级": "助理级"}
_NUMBERS = frozenset({Kind.HOURS, Kind.COUNT})
_PARTS = ("public", "professional", "elective")
TEXT_LIMIT = 300
TRADE_LIMIT = 40
# 卫生 is short for 卫生技术人员; one sign is short for nothing.
_FEWEST_SIGNS = 2
# 次年01-31: a day of the year after the one the rule is about.
NEXT_YEAR = "次年"
_LINK = re.compile(r"https?://[^\s<>\"']+", re.ASCII)
# What is our own reading or convention is no clause of a document.
_OURS = re.compile(r"A[0-9]{1,2}|default", re.ASCII)
_SHAPES = {
    Kind.HOURS: "请填写学时数，以 0.5 为一档，例如 90 或 7.5",
    Kind.COUNT: "请填写整数",
    Kind.RATIO: "请写成不大于 1 的分数，例如 2/3",
    Kind.MONTH_DAY: "请写成月-日，例如 12-31",
    Kind.DAY: "请写成年-月-日，例如 2027-01-01",
    Kind.FLAG: "请从列表中选择",
    Kind.LINK: "请填写以 http:// 或 https:// 开头的网址",
    Kind.TEXT: f"请从列表中选择，或写得短一些（最多 {TEXT_LIMIT} 个字）",
}
_NUMERAL = re.compile(r"[0-9]{1,4}(\.[05])?", re.ASCII)


def levels_named(names: Iterable[str]) -> frozenset[str]:
    """The six levels meant by names that may be groups."""
    return frozenset(level for name in names for level in GROUPS.get(name, (name,)))


def trade_of(series: str, trades: Iterable[str]) -> str:
    """The trade with rules of its own that a title series belongs to (会计人员 → 会计), or none."""
    return max((trade for trade in trades if trade and series.startswith(trade)), key=len, default="")


def trade_named(text: str, *, trades: Collection[str], series: Iterable[str]) -> str | None:
    """The trade that is asked about by its own name or that of a title series, whole or begun; None if there is none.

    会计人员 is read as 会计. A series without rules of its own is judged like everybody and stays as it was written.
    """
    if not text or text in trades:
        return text
    named = (name for name in series if len(text) >= _FEWEST_SIGNS and name.startswith(text))
    found = next(named, None)
    return None if found is None else trade_of(found, trades) or text


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
    text = _day_of(year, figure.text) if FIELDS[name] is Kind.MONTH_DAY else figure.text
    return Setting(text, figure.clause, figure.status, figure.document)


def _day_of(year: int, text: str) -> str:
    later = text.startswith(NEXT_YEAR)
    return f"{year + later}-{text.removeprefix(NEXT_YEAR)}"


def reasons_not_to_load(rules: Sequence[DatedRule]) -> Iterator[Refusal]:
    """Why the regulation `rules` cannot stand: each set by itself, any two of them, and what they say together."""
    for rule in rules:
        yield from _reasons_against(rule)
    for one, other in combinations(rules, 2):
        if overlap(one, other):
            message = f"规则集“{one.name}”与“{other.name}”在同一地区、职称级别和行业有重叠的年度，请调整起止年度。"
            yield Refusal("overlap", message, field="year_from")


def reasons_not_to_combine(rules: Sequence[DatedRule]) -> Iterator[Refusal]:
    """Parts above the total where a set and those of wider places hold together, in any year from which one of them
    speaks. `rules` must each be readable.
    """
    for rule in rules:
        places = places_of(rule.area_code)
        near = [other for other in rules if other.area_code in places]
        levels = sorted(rule.levels) or LEVELS
        told = {
            reason
            for year in sorted(_turning_years(rule, near))
            for level in levels
            for reason in _reasons_against_parts(
                rule, merged(applicable(near, places=places, year=year, level=level, trade=rule.trade))
            )
        }
        yield from sorted(told, key=lambda reason: reason.message)


def _turning_years(rule: DatedRule, others: Iterable[DatedRule]) -> set[int]:
    """The years within `rule` from which something else may hold."""
    starts = {rule.year_from, *(other.year_from for other in others)}
    starts |= {other.year_to + 1 for other in others if other.year_to is not None}
    return {year for year in starts if rule.year_from <= year and (rule.year_to is None or year <= rule.year_to)}


def _reasons_against(rule: DatedRule) -> Iterator[Refusal]:
    if rule.year_to is not None and rule.year_to < rule.year_from:
        yield Refusal("years", f"规则集“{rule.name}”的截止年度早于起始年度。", field="year_to")
    if strange := rule.levels - set(LEVELS):
        yield Refusal(
            "level", f"规则集“{rule.name}”中没有这样的职称级别：{'、'.join(sorted(strange))}。", field="levels"
        )
    for name, figure in rule.figures.items():
        for reason in reasons_not_to_say(name, figure):
            yield replace(reason, message=f"规则集“{rule.name}”：{reason.message}")


def reasons_not_to_say(name: str, figure: DatedFigure) -> Iterator[Refusal]:
    """Why a figure cannot stand in any rule set."""
    if name not in RULE_FIELDS:
        yield Refusal("field", f"{name} 不是规则的项目。", field=name)
        return
    field = RULE_FIELDS[name]
    if not figure.clause.strip():
        yield Refusal("clause", f"{field.label}没有注明依据的条款。", field=name)
    if figure.status not in STATUSES:
        yield Refusal("status", f"{field.label}没有注明依据是否可靠（{figure.status!r}）。", field=name)
    if figure.status == "verified" and _OURS.fullmatch(figure.clause.strip()):
        message = (
            f"{field.label}以“{figure.clause}”为依据，那是本平台的理解或约定，不是文件的条款，不能标为“有文件依据”。"
        )
        yield Refusal("unfounded", message, field=name, clause="A26")
    if figure.text and not _can_be_read(name, figure.text):
        yield Refusal("value", f"{field.label}“{figure.text}”不正确，{_shape_of(field)}。", field=name)


def _shape_of(field: RuleField) -> str:
    """How a value is written, and of a number between what."""
    shape = _SHAPES[field.kind]
    return f"{shape}，范围是 {field.least}–{field.most}" if field.kind in _NUMBERS else shape


def _reasons_against_parts(rule: DatedRule, figures: dict[str, DatedFigure]) -> Iterator[Refusal]:
    def hours(name: str) -> Decimal:
        return Decimal(figures[name].text) if name in figures else Decimal(0)

    asked = sum(map(hours, _PARTS))
    if "total" in figures and "professional" not in figures and "professional_ratio" in figures:
        asked += part_of(hours("total"), Fraction(figures["professional_ratio"].text))
    if "total" in figures and asked > hours("total"):
        message = f"规则集“{rule.name}”中各科目学时之和 {asked} 超过了年度合计 {hours('total')}，无法同时满足。"
        yield Refusal("parts", message, field="total")
    if hours("public_compulsory") > hours("public"):
        message = f"规则集“{rule.name}”中必修课学时多于公需科目学时。"
        yield Refusal("compulsory", message, field="public_compulsory", clause="A28")


def _can_be_read(name: str, text: str) -> bool:
    if name in CHOICES:
        return text in CHOICES[name]
    match FIELDS[name]:
        case Kind.HOURS:
            return bool(_NUMERAL.fullmatch(text)) and Decimal(text) % HALF == 0 and _is_in_range(name, text)
        case Kind.COUNT:
            return text.isascii() and text.isdigit() and len(text) <= 7 and _is_in_range(name, text)
        case Kind.RATIO:
            return bool(re.fullmatch(r"[1-9][0-9]?/[1-9][0-9]?", text)) and Fraction(text) <= 1
        case Kind.MONTH_DAY:
            return _is_day(f"2001-{text.removeprefix(NEXT_YEAR)}")
        case Kind.DAY:
            return _is_day(text)
        case Kind.LINK:
            return bool(_LINK.fullmatch(text)) and len(text) <= TEXT_LIMIT
    return len(text) <= TEXT_LIMIT and text.isprintable()


def _is_in_range(name: str, text: str) -> bool:
    return RULE_FIELDS[name].least <= Decimal(text) <= RULE_FIELDS[name].most


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
