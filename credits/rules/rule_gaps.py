"""Whether a change takes from a year that has begun what people are asked for, and puts nothing in its place."""

from collections.abc import Iterator, Sequence

from ceportal.kernel.rules.dated import DatedRule, applicable, merged, places_of
from ceportal.kernel.rules.refusal import Refusal
from credits.rules.ruleset import LEVELS

# What nobody is to be left without.
_NEEDED = {"total": "年度合计", "public": "公需科目", "professional": "专业科目"}
_PARTS = {"year_from": "起始年度", "year_to": "截止年度", "levels": "职称级别", "trade": "行业"}


def reasons_against_gaps(
    was: DatedRule, rule: DatedRule, before: Sequence[DatedRule], after: Sequence[DatedRule], *, this_year: int
) -> Iterator[Refusal]:
    """Whom of those that `was` speaks of nobody speaks of in the regulation `after`, which has `rule` in it."""
    last = this_year if was.year_to is None else min(this_year, was.year_to)
    years = range(was.year_from, last + 1)
    gaps = {
        (year, level): lost
        for year in years
        for level in LEVELS
        if was.holds(year, level, was.trade) and (lost := _lost(was, rule, before, after, year, level))
    }
    if not gaps:
        return
    first, end = min(year for year, _ in gaps), max(year for year, _ in gaps)
    span = f"{first}" if first == end else f"{first}–{end}"
    named = "、".join(label for name, label in _NEEDED.items() if any(name in lost for lost in gaps.values()))
    field = _cause(rule, *next(iter(gaps)))
    message = (
        f"“{was.name}”规定了 {span} 年度的{named}，按本草案，原来适用的人员会没有这些规定。"
        f"请保留原来的{_PARTS[field]}；以后年度的规则，请在规则集页面“为以后的年度另起一套”。"
    )
    yield Refusal("gap", message, field=field)


def _lost(
    was: DatedRule,
    rule: DatedRule,
    before: Sequence[DatedRule],
    after: Sequence[DatedRule],
    year: int,
    level: str,
) -> frozenset[str]:
    """What was asked and is no longer. What a set that speaks leaves out, it leaves out on purpose."""
    if any(each.code in {was.code, rule.code} and each.holds(year, level, was.trade) for each in after):
        return frozenset()
    places = places_of(was.area_code)
    held, left = (
        merged(applicable(book, places=places, year=year, level=level, trade=was.trade)) for book in (before, after)
    )
    return frozenset((_NEEDED.keys() & held.keys()) - left.keys())


def _cause(rule: DatedRule, year: int, level: str) -> str:
    """By which of its words `rule` does not speak of `level` in `year`."""
    if year < rule.year_from:
        return "year_from"
    if rule.year_to is not None and rule.year_to < year:
        return "year_to"
    return "levels" if rule.levels and level not in rule.levels else "trade"
