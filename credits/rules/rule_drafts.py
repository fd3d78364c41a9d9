"""Changing the regulation at a desk: where a draft may go, what it makes of the regulation, what stands against it.

A draft is one rule set: new, or in place of one there is. A new one may need years of another, which gives way. Years
that are over keep the rules they were judged by, unless somebody says why not.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ceportal.kernel.rules.dated import DatedFigure, DatedRule, is_year, overlap
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.enums import RuleDraftState as State
from credits.rules.rule_gaps import reasons_against_gaps
from credits.rules.ruleset import LEVELS, reasons_not_to_combine, reasons_not_to_load, reasons_not_to_say

NAME_LIMIT, DOCUMENT_LIMIT, NOTE_LIMIT, REASON_LIMIT = 100, 120, 300, 300
_ELSEWHERE = "那里没有另行规定的学时按本草案执行：请先在那里写明各科目的学时，或调整本草案。"
OPEN = frozenset({State.DRAFTING, State.WAITING, State.APPROVED})


class DraftMove(StrEnum):
    """What a hand, or the clock, does to a draft."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    RETURN = "return"
    DROP = "drop"
    TAKE_EFFECT = "take_effect"
    FAIL = "fail"


MOVES: Mapping[tuple[State, DraftMove], State] = {
    (State.DRAFTING, DraftMove.SUBMIT): State.WAITING,
    (State.WAITING, DraftMove.TAKE_BACK): State.DRAFTING,
    (State.WAITING, DraftMove.APPROVE): State.APPROVED,
    (State.WAITING, DraftMove.RETURN): State.DRAFTING,
    (State.DRAFTING, DraftMove.DROP): State.DROPPED,
    (State.APPROVED, DraftMove.DROP): State.DROPPED,
    (State.APPROVED, DraftMove.TAKE_EFFECT): State.IN_FORCE,
    (State.APPROVED, DraftMove.FAIL): State.DRAFTING,
}


@dataclass(frozen=True)
class DraftFacts:
    """A draft as the rules see it. `changes` and `gives_way` are codes of rule sets, empty for none."""

    rule: DatedRule
    effective_on: date
    changes: str = ""
    gives_way: str = ""
    reason: str = ""
    past_reason: str = ""


def reasons_not_to_move(state: str, move: DraftMove) -> Iterator[Refusal]:
    """The table says no."""
    if (State(state), move) not in MOVES:
        yield Refusal("no_such_move", f"这份草案现在是“{State(state).label}”，不能再这样办理。")


def with_draft(rules: Iterable[DatedRule], facts: DraftFacts) -> list[DatedRule]:
    """The regulation as the draft makes it: the set it changes is gone, the one that gives way is shorter."""
    kept = [rule for rule in rules if rule.code not in {facts.rule.code, facts.changes}]
    return [*(_shorter(rule, facts.rule) if rule.code == facts.gives_way else rule for rule in kept), facts.rule]


def as_if_in(rules: Iterable[DatedRule], facts: DraftFacts, year: int) -> list[DatedRule]:
    """The regulation in which the draft holds in `year`, whatever its own years: of a year with people in it.

    A year that the draft takes from the set it changes is judged as it will be: without that set.
    """
    rules = list(rules)
    if speaks_of(facts.rule, year) or any(rule.code == facts.changes and speaks_of(rule, year) for rule in rules):
        return with_draft(rules, facts)
    there = replace(facts.rule, code=f"{facts.rule.code}@{year}", year_from=year, year_to=year)
    return [*(rule for rule in rules if not overlap(rule, there)), there]


def speaks_of(rule: DatedRule, year: int) -> bool:
    return rule.year_from <= year and (rule.year_to is None or year <= rule.year_to)


def gives_way_to(giver: DatedRule, rule: DatedRule) -> tuple[int, int | None] | None:
    """The years that are left to `giver` beside `rule`; None when there are none, or two pieces."""
    if giver.year_from < rule.year_from:
        reaches_beyond = rule.year_to is not None and (giver.year_to is None or giver.year_to > rule.year_to)
        return None if reaches_beyond else (giver.year_from, rule.year_from - 1)
    if rule.year_to is not None and (giver.year_to is None or giver.year_to > rule.year_to):
        return rule.year_to + 1, giver.year_to
    return None


def touches_the_past(facts: DraftFacts, rules: Iterable[DatedRule], *, this_year: int) -> bool:
    """Whether years that are over would be judged by another rule."""
    changed = [rule.year_from for rule in rules if rule.code == facts.changes]
    return min([facts.rule.year_from, *changed]) < this_year


def reasons_not_to_keep(facts: DraftFacts) -> Iterator[Refusal]:
    """Why this cannot even stand in a draft: what cannot be read. What is still empty is no reason."""
    yield from (reason for reason in _reasons_against_words(facts) if reason.code != "empty")
    for field, year in (("year_from", facts.rule.year_from), ("year_to", facts.rule.year_to)):
        if year is not None and not is_year(year):
            yield Refusal("year", f"没有 {year} 年度，请填写四位数的年份。", field=field)
    for name, figure in facts.rule.figures.items():
        yield from reasons_not_to_say(name, figure)
    yield from reasons_not_to_load([replace(facts.rule, figures={})])


def reasons_not_to_submit(facts: DraftFacts, rules: Sequence[DatedRule], *, today: date) -> Iterator[Refusal]:
    """Everything against the draft beside the regulation in force."""
    unreadable = list(reasons_not_to_keep(facts))
    yield from unreadable
    yield from (reason for reason in _reasons_against_words(facts) if reason.code == "empty")
    yield from _reasons_against_past(facts, rules, today.year)
    yield from _reasons_against_day(facts, today)
    yield from _reasons_against_figures(facts, rules)
    yield from _reasons_against_neighbours(facts, rules)
    if not unreadable:
        after = with_draft(rules, facts)
        for was in (rule for rule in rules if rule.code in {facts.changes, facts.gives_way}):
            yield from reasons_against_gaps(was, facts.rule, rules, after, this_year=today.year)
        for reason in reasons_not_to_combine(after):
            yield reason if facts.rule.name in reason.message else replace(reason, message=reason.message + _ELSEWHERE)


def reasons_not_to_turn_down(reason: str) -> Iterator[Refusal]:
    if not reason.strip():
        yield Refusal("reason", "请写明理由，起草人会看到。", field="reason")
    else:
        yield from reasons_not_to_accept(reason, field="reason", label="理由", limit=REASON_LIMIT)


def said(rule: DatedRule) -> dict[str, Any]:
    """A rule set as JSON values: for the trail, and to be read again by `rule_said`."""
    figures = {field: [figure.text, figure.clause, figure.status] for field, figure in sorted(rule.figures.items())}
    return {
        "code": rule.code,
        "name": rule.name,
        "area": rule.area_code,
        "years": [rule.year_from, rule.year_to],
        "levels": [level for level in LEVELS if level in rule.levels],
        "trade": rule.trade,
        "document": rule.document,
        "note": rule.note,
        "figures": figures,
    }


def rule_said(values: Mapping[str, Any]) -> DatedRule:
    return DatedRule(
        code=values["code"],
        name=values["name"],
        area_code=values["area"],
        year_from=values["years"][0],
        year_to=values["years"][1],
        levels=frozenset(values["levels"]),
        trade=values["trade"],
        document=values["document"],
        note=values["note"],
        figures=figures_said(values["figures"], values["document"]),
    )


def figures_said(values: Mapping[str, Sequence[str]], document: str) -> dict[str, DatedFigure]:
    return {field: DatedFigure(text, clause, status, document) for field, (text, clause, status) in values.items()}


def digest_of(*rules: DatedRule) -> str:
    """Of all that the sets say, in whatever order they come."""
    sets = sorted((said(rule) for rule in rules), key=lambda values: str(values["code"]))
    return hashlib.sha256(json.dumps(sets, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _shorter(giver: DatedRule, rule: DatedRule) -> DatedRule:
    """What is left of the giver: all of it where the draft has come to speak of other people."""
    years = gives_way_to(giver, rule) if overlap(giver, rule) else None
    return replace(giver, year_from=years[0], year_to=years[1]) if years else giver


def _reasons_against_words(facts: DraftFacts) -> Iterator[Refusal]:
    rule = facts.rule
    asked = (
        ("name", rule.name, "名称", NAME_LIMIT, True),
        ("document", rule.document, "文件", DOCUMENT_LIMIT, False),
        ("note", rule.note, "说明", NOTE_LIMIT, False),
        ("reason", facts.reason, "修改的理由", REASON_LIMIT, True),
        ("past_reason", facts.past_reason, "涉及往年的理由", REASON_LIMIT, False),
    )
    for field, text, label, limit, is_needed in asked:
        if text.strip():
            yield from reasons_not_to_accept(text, field=field, label=label, limit=limit)
        elif is_needed:
            yield Refusal("empty", f"请填写{label}。", field=field)


def _reasons_against_past(facts: DraftFacts, rules: Sequence[DatedRule], this_year: int) -> Iterator[Refusal]:
    if touches_the_past(facts, rules, this_year=this_year) and not facts.past_reason.strip():
        message = (
            f"这份草案会改动 {this_year} 年以前年度的规则。往年的规则一般不改：请另起一套从 {this_year} 年度开始的"
            "规则；确需改动往年的，请写明理由。"
        )
        yield Refusal("past", message, field="past_reason")


def _reasons_against_day(facts: DraftFacts, today: date) -> Iterator[Refusal]:
    last = date(max(facts.rule.year_from, today.year), 12, 31) if is_year(facts.rule.year_from) else date.max
    if facts.effective_on < today:
        yield Refusal("effective_on", "生效日期不能早于今天。", field="effective_on")
    elif facts.effective_on > last:
        message = f"生效日期不能晚于 {last.year} 年 12 月 31 日：年度结束后才生效的规则，这一年度不会采用。"
        yield Refusal("effective_on", message, field="effective_on")


def _reasons_against_figures(facts: DraftFacts, rules: Sequence[DatedRule]) -> Iterator[Refusal]:
    rule = facts.rule
    if not rule.figures:
        yield Refusal("nothing", "请至少填写一项规定。", field="total")
    for name, figure in rule.figures.items():
        if figure.status == "candidate":
            message = "依据待核实的内容不能作为规定生效。核实后改为“有文件依据”，或改为“暂按执行”。"
            yield Refusal("candidate", message, field=name)
    is_verified = any(figure.status == "verified" for figure in rule.figures.values())
    if is_verified and not rule.document.strip():
        yield Refusal("document", "标为“有文件依据”的，请填写文件名称或文号。", field="document")
    if any(said(rule) == said(other) for other in rules if other.code == facts.changes):
        yield Refusal("unchanged", "内容和现行的规则集完全相同，没有要核准的修改。")


def _reasons_against_neighbours(facts: DraftFacts, rules: Sequence[DatedRule]) -> Iterator[Refusal]:
    rule = facts.rule
    giver = next((other for other in rules if other.code == facts.gives_way), None)
    if giver is not None and overlap(giver, rule) and gives_way_to(giver, rule) is None:
        message = f"“{giver.name}”的年度让出后会断开或一年不剩。请把截止年度留空，或者直接修改“{giver.name}”。"
        yield Refusal("overlap", message, field="year_from")
    for other in rules:
        if other.code not in {rule.code, facts.changes, facts.gives_way} and overlap(other, rule):
            message = (
                f"与“{other.name}”（{years_in_words(other)}）在同一地区、职称级别和行业有重叠的年度，请调整起止年度。"
            )
            yield Refusal("overlap", message, field="year_from")


def years_in_words(rule: DatedRule) -> str:
    """2026 年度起, 2016–2022 年度, 2025 年度."""
    if rule.year_to is None:
        return f"{rule.year_from} 年度起"
    return f"{rule.year_from} 年度" if rule.year_to == rule.year_from else f"{rule.year_from}–{rule.year_to} 年度"
