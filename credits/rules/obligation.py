"""What the year asks of one person: all of it, less, or nothing, and on what ground (A18, A30, S3-01).

Nobody is excused by a guess: a new entrant owes the year like everybody (A18) unless a bureau granted otherwise, the
rule set of a trade says that its year begins after the title (A30), or the person no longer works (S3-01: 在职).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from ceportal.kernel.rules.dated import LAST_YEAR, DatedRule, is_year
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character
from credits.enums import ObligationKind
from credits.rules.requirements import HALF, ZERO, Figure, Ground, Requirements

# The thresholds that a reduction can lower, as the columns `less_…` name them.
REDUCIBLE = {
    "total": "年度合计",
    "public": "公需科目",
    "public_compulsory": "公需必修课",
    "professional": "专业科目",
    "elective": "选修科目",
}
# A grant is for a few years: whoever needs longer asks again, and the reason is looked at again.
LONGEST = 5
REASON_LIMIT, CLAUSE_LIMIT, DOCUMENT_LIMIT = 300, 80, 80
LEFT_CLAUSE = "A18"
AFTER_TITLE = "year_after_title"


@dataclass(frozen=True)
class Grant:
    """What a bureau granted for the years it still holds; `less` is by threshold, in hours."""

    kind: str
    year_from: int
    year_to: int | None
    reason: str
    clause: str
    document: str
    less: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    def holds(self, year: int) -> bool:
        return self.year_from <= year and (self.year_to is None or year <= self.year_to)


@dataclass(frozen=True)
class PersonFacts:
    """`titled_on`: the first title of the trade, where it is known. `left_on`: the last day at work."""

    titled_on: date | None = None
    left_on: date | None = None
    grants: tuple[Grant, ...] = ()


def as_asked_of(requirements: Requirements, facts: PersonFacts) -> Requirements:
    """What the year asks of this person: `ground` says why it is less than the rule, or nothing.

    Where nothing is asked the figures of the rule stay beside the ground: who learns them all the same has met them.
    """
    grant = next((grant for grant in facts.grants if grant.holds(requirements.year)), None)
    if grant is not None and grant.kind != ObligationKind.REDUCED:
        return replace(requirements, ground=_ground_of(grant))
    if ground := _left(requirements.year, facts.left_on) or _not_begun(requirements, facts.titled_on):
        return replace(requirements, ground=ground)
    return requirements if grant is None else _reduced(requirements, grant)


def begins_after_title(requirements: Requirements) -> bool:
    """Whether a person's first year is the one after their title (A30)."""
    starts = requirements.settings.get("starts")
    return starts is not None and starts.value == AFTER_TITLE


def trades_begun_after_title(rules: Iterable[DatedRule]) -> set[str]:
    """The trades in which some rule says so; empty stands for everybody's."""
    starts = ((rule.trade, rule.figures.get("starts")) for rule in rules)
    return {trade for trade, figure in starts if figure is not None and figure.text == AFTER_TITLE}


def reasons_not_to_grant(grant: Grant, *, others: Iterable[Grant], asked: Iterable[Requirements]) -> Iterator[Refusal]:
    """`others`: what the person has been granted and still holds. `asked`: what the rule asks in each of the years."""
    if grant.kind == ObligationKind.LEFT:
        yield Refusal("kind", "离职或退休在人员信息中登记，不在这里办理。", field="kind")
    yield from _reasons_against_years(grant)
    yield from _reasons_against_words(grant)
    yield from _reasons_against_less(grant)
    if any(_share_a_year(grant, other) for other in others):
        message = "这位人员在这些年度中已有免修、减免或其他调整，请先终止原来的，再作新的调整。"
        yield Refusal("overlap", message, field="year_from")
    if grant.kind == ObligationKind.REDUCED and all(hours.is_finite() for hours in grant.less.values()):
        for requirements in asked:
            yield from _reasons_against_reducing(grant, requirements)


def reasons_not_to_end(grant: Grant, *, last_year: int, reason: str) -> Iterator[Refusal]:
    """`last_year` is the last one in which it still holds; the year before its first: it never should have."""
    if not grant.year_from - 1 <= last_year <= (grant.year_to or LAST_YEAR):
        message = f"请填写仍然有效的最后一个年度，最早填 {grant.year_from - 1}（表示自始不予调整）。"
        yield Refusal("last_year", message, field="last_year")
    if not reason.strip():
        yield Refusal("reason", "请写明终止的原因，当事人会看到。", field="reason")
    elif len(reason) > REASON_LIMIT:
        yield Refusal("reason", f"原因最多 {REASON_LIMIT} 个字。", field="reason")
    elif strange_character(reason) is not None:
        yield Refusal("reason", "原因中有无法显示的字符，请重新输入。", field="reason")


def years_of(grant: Grant) -> Sequence[int]:
    """The years of a grant that ends; no more of them than a grant may have."""
    last = grant.year_from if grant.year_to is None else grant.year_to
    return range(grant.year_from, min(last, grant.year_from + LONGEST - 1) + 1)


def _ground_of(grant: Grant) -> Ground:
    return Ground(grant.kind, grant.reason, grant.clause, grant.document)


def _left(year: int, left_on: date | None) -> Ground | None:
    """On 31 December of the year the person was no longer at work (A19)."""
    if left_on is None or left_on.year > year:
        return None
    return Ground(ObligationKind.LEFT, f"已于 {left_on} 离职或退休", LEFT_CLAUSE)


def _not_begun(requirements: Requirements, titled_on: date | None) -> Ground | None:
    """Accountants start in the year after their title (A30)."""
    if titled_on is None or titled_on.year < requirements.year or not begins_after_title(requirements):
        return None
    starts = requirements.settings["starts"]
    words = f"职称于 {titled_on} 取得，自 {titled_on.year + 1} 年度开始参加继续教育"
    return Ground(ObligationKind.NOT_YET, words, starts.clause, starts.document)


def _reduced(requirements: Requirements, grant: Grant) -> Requirements:
    figures = dict(requirements.figures)
    for name in REDUCIBLE:
        less, figure = grant.less.get(name, ZERO), getattr(requirements, name)
        if less and figure is not None:
            value = max(ZERO, figure.value - less)
            figures[name] = Figure(value, grant.clause, figure.status, grant.document, reduced_from=figure.value)
    return replace(requirements, figures=figures, ground=_ground_of(grant))


def _reasons_against_years(grant: Grant) -> Iterator[Refusal]:
    if not is_year(grant.year_from):
        yield Refusal("year_from", "请填写正确的起始年度，例如 2026。", field="year_from")
    if grant.year_to is None:
        if grant.kind != ObligationKind.ELSEWHERE:
            yield Refusal("year_to", "请填写截止年度。", field="year_to")
    elif grant.year_to < grant.year_from or not is_year(grant.year_to):
        yield Refusal("year_to", "截止年度不能早于起始年度。", field="year_to")
    elif grant.year_to >= grant.year_from + LONGEST:
        yield Refusal("year_to", f"一次最多 {LONGEST} 个年度，期满后可再次办理。", field="year_to")


def _reasons_against_words(grant: Grant) -> Iterator[Refusal]:
    asked = (
        ("reason", grant.reason, "原因", REASON_LIMIT),
        ("clause", grant.clause, "依据", CLAUSE_LIMIT),
        ("document_no", grant.document, "批准文号", DOCUMENT_LIMIT),
    )
    for name, text, label, limit in asked:
        if not text.strip():
            yield Refusal(name, f"请填写{label}。", field=name, clause="A18")
        elif len(text) > limit:
            yield Refusal(name, f"{label}最多 {limit} 个字。", field=name)
        elif strange_character(text) is not None:
            yield Refusal(name, f"{label}中有无法显示的字符，请重新输入。", field=name)


def _reasons_against_less(grant: Grant) -> Iterator[Refusal]:
    for name, hours in grant.less.items():
        if not hours.is_finite() or hours < 0 or hours % HALF:
            message = f"{REDUCIBLE[name]}的减免学时应不小于 0，以 0.5 为一档。"
            yield Refusal("half_steps", message, field=f"less_{name}", clause="A16")
    is_reduced = any(hours.is_finite() and hours > 0 for hours in grant.less.values())
    if grant.kind == ObligationKind.REDUCED and not is_reduced:
        yield Refusal("less", "请填写减免的学时。", field="less_total")
    if grant.kind != ObligationKind.REDUCED and is_reduced:
        yield Refusal("less", "只有“减免学时”才填写减免的学时。", field="less_total")


def _reasons_against_reducing(grant: Grant, requirements: Requirements) -> Iterator[Refusal]:
    """Less than nothing, less of what is not asked, or parts that no longer fit under the total."""
    year = requirements.year
    for name, hours in grant.less.items():
        figure = getattr(requirements, name)
        if hours > (figure.value if figure else ZERO):
            most = f"最多减免 {figure.value:f}" if figure else "没有这项要求"
            yield Refusal("too_much", f"{year} 年度的{REDUCIBLE[name]}{most}。", field=f"less_{name}")
    left = _reduced(requirements, grant)
    need = {name: figure.value if (figure := getattr(left, name)) else ZERO for name in REDUCIBLE}
    if need["total"] <= 0:
        yield Refusal("all", f"{year} 年度的学时全部减去了，请改选“免修”。", field="less_total")
    if need["public"] + need["professional"] + need["elective"] > need["total"]:
        message = f"减免后 {year} 年度各科目之和多于年度合计，请把合计少减一些，或把科目多减一些。"
        yield Refusal("parts", message, field="less_total")
    if need["public_compulsory"] > need["public"]:
        message = f"减免后 {year} 年度的必修课多于公需科目，请一并减免必修课。"
        yield Refusal("compulsory", message, field="less_public_compulsory", clause="A28")


def _share_a_year(one: Grant, other: Grant) -> bool:
    return (other.year_to is None or one.year_from <= other.year_to) and (
        one.year_to is None or other.year_from <= one.year_to
    )
