"""What the regulation asks: its rows, as the rules want them."""

from collections import defaultdict
from typing import Any

from accounts.models import Area, TitleSeries
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE, DatedFigure, DatedRule, places_of
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.models import Activity, RuleSet
from credits.rules.requirements import Requirements
from credits.rules.ruleset import TRADE_LIMIT, requirements_in, trade_named

RuleBook = tuple[DatedRule, ...]
_FIGURE = ("values__field", "values__value", "values__clause", "values__status")
_RULE = ("code", "name", "area_code", "year_from", "year_to", "trade", "document", "note")
# Where the document stands in a row, behind the levels.
_DOCUMENT = 1 + _RULE.index("document")


def rule_book() -> RuleBook:
    """The whole regulation in one query: read it once where many people are judged."""
    figures: dict[int, dict[str, DatedFigure]] = defaultdict(dict)
    rules: dict[int, tuple[Any, ...]] = {}
    said = RuleSet.objects.order_by("area_code", "year_from", "code", "pk", "values__pk")
    for key, *columns in said.values_list("pk", "levels", *_RULE, *_FIGURE):
        rules.setdefault(key, tuple(columns[:-4]))
        field, value, clause, status = columns[-4:]
        if field is not None:
            figures[key][field] = DatedFigure(value, clause, status, columns[_DOCUMENT])
    return tuple(
        DatedRule(**dict(zip(_RULE, columns, strict=True)), levels=frozenset(levels), figures=figures[key])
        for key, (levels, *columns) in rules.items()
    )


def requirements(
    area: Area | str, year: int, level: str, trade: str = "", *, book: RuleBook | None = None
) -> Requirements | None:
    """What `year` asks in a place of a level and trade. None for a year without any rule (before September 2012)."""
    rules = rule_book() if book is None else book
    return requirements_in(rules, places=places(area), year=year, level=level, trade=trade)


def first_year_of(area: Area) -> int | None:
    """The first year in which anything is asked in a place; None where nothing ever is."""
    around = places(area)
    years = (rule.year_from for rule in rule_book() if rule.area_code in around and "total" in rule.figures)
    return min(years, default=None)


def read_trade(text: str, book: RuleBook) -> tuple[str, list[Refusal]]:
    """The trade that somebody asks about, as the rules know it; or why there is none. Nothing written is no trade."""
    written = text.strip()
    if not written:
        return "", []
    if faults := reasons_not_to_accept(written, field="/trade", label="行业（trade）", limit=TRADE_LIMIT):
        return "", faults
    trades = {rule.trade for rule in book if rule.trade}
    series = list(TitleSeries.objects.order_by("code").values_list("name", flat=True))
    trade = trade_named(written, trades=trades, series=series)
    if trade is None:
        known = "、".join([*sorted(trades), *series])
        return "", [Refusal("trade", f"没有“{written}”这个行业。可以写的有：{known}。", field="/trade")]
    return trade, []


def places(area: Area | str) -> tuple[str, ...]:
    """A place and those around it, the widest first. What stands directly below the province is known by its row."""
    row = area if isinstance(area, Area) else Area.objects.filter(code=area).first()
    return (EVERYWHERE, COUNTRY, *row.codes) if row else places_of(str(area))


def names_set_aside() -> list[str]:
    """The rule sets of which a file says otherwise than the desk that wrote them."""
    return list(RuleSet.objects.exclude(file_set_aside="").values_list("name", flat=True))


def as_rule(row: RuleSet) -> DatedRule:
    return DatedRule(
        code=row.code,
        name=row.name,
        area_code=row.area_code,
        year_from=row.year_from,
        year_to=row.year_to,
        levels=frozenset(row.levels),
        trade=row.trade,
        document=row.document,
        note=row.note,
        figures={
            value.field: DatedFigure(value.value, value.clause, value.status, row.document)
            for value in row.values.all()
        },
    )


def activities() -> list[Activity]:
    """The ways to earn hours, in the order pages offer them."""
    return list(Activity.objects.all())
