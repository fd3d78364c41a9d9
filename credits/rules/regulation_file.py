"""The shape of the files in `credits/regulation`: from what YAML gives to rules, or the reasons why not.

A rule set is `{code, name, area, years: [from, to], document, status, values: {field: [what, clause, status?]}}`;
`levels`, `trade` and `note` where they apply.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ceportal.kernel.rules.dated import DatedFigure, DatedRule
from ceportal.kernel.rules.refusal import Refusal
from credits.rules.ruleset import STATUSES, levels_named

_RULE_SET = {"code", "name", "area", "years", "document", "status", "values", "levels", "trade", "note"}
_ACTIVITY = {
    *("code", "name", "explanation", "attended", "evidence", "clause", "status"),
    *("asks", "labels", "leaves_out", "artefact"),
}
_NEEDED = ("code", "name", "area", "years", "status", "values")


def reasons_not_to_read(entry: Any) -> Iterator[Refusal]:
    """Why `entry` has not the shape of a rule set."""
    if not isinstance(entry, Mapping):
        yield Refusal("shape", "规则文件的每一项应是一个规则集。")
        return
    name = entry.get("code", "?")
    if strange := set(entry) - _RULE_SET:
        yield Refusal("shape", f"规则集 {name} 中有不认识的项目：{'、'.join(sorted(map(str, strange)))}。")
    if missing := [key for key in _NEEDED if not entry.get(key)]:
        yield Refusal("shape", f"规则集 {name} 缺少：{'、'.join(missing)}。")
        return
    if not _are_years(entry["years"]):
        yield Refusal("years", f"规则集 {name} 的 years 应为 [起始年度, 截止年度]，没有截止的写 null。", field="years")
    for field, value in entry["values"].items():
        if not isinstance(value, list) or len(value) not in {2, 3}:
            yield Refusal("clause", f"规则集 {name} 的 {field} 应写成 [值, 依据条款]。", field=str(field))


def rule_in(entry: Mapping[str, Any]) -> DatedRule:
    """The rule set of an entry that `reasons_not_to_read` has nothing against."""
    document = entry.get("document", "")
    return DatedRule(
        code=entry["code"],
        name=entry["name"],
        area_code=str(entry["area"]),
        year_from=entry["years"][0],
        year_to=entry["years"][1],
        levels=levels_named(entry.get("levels", ())),
        trade=entry.get("trade", ""),
        document=document,
        note=entry.get("note", ""),
        figures={field: _figure(value, entry["status"], document) for field, value in entry["values"].items()},
    )


def reasons_not_to_offer(entries: Sequence[Any]) -> Iterator[Refusal]:
    """Why `entries` cannot be the catalogue of activities."""
    seen: set[str] = set()
    for entry in entries:
        code = entry.get("code", "")
        if set(entry) - _ACTIVITY or not (code and entry.get("name") and isinstance(entry.get("evidence"), list)):
            yield Refusal("shape", f"学习方式 {code or '?'} 的项目不完整或不认识。")
        if not entry.get("clause") or entry.get("status", "verified") not in STATUSES:
            yield Refusal("clause", f"学习方式 {code} 没有注明依据的条款或是否可靠。", field="clause")
        if code in seen:
            yield Refusal("twice", f"学习方式 {code} 出现了两次。", field="code")
        seen.add(code)


def days_in(year: int, text: str) -> list[date]:
    """`01-01 01-02` as days of the year, 2022-12-31 as one of another. Raises ValueError for a day there is not."""
    return [date.fromisoformat(part if len(part) > len("01-01") else f"{year}-{part}") for part in text.split()]


def _figure(value: Sequence[Any], status: str, document: str) -> DatedFigure:
    text, clause, own = value[0], value[1], value[2] if len(value) > 2 else status
    return DatedFigure("" if text is None else str(text), str(clause or ""), str(own), document)


def _are_years(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], int)
        and (value[1] is None or isinstance(value[1], int))
    )
