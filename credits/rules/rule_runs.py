"""What a rule set makes of somebody's year beside what another made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.enums import ResultChange
from credits.rules.requirements import Requirements, Standing, is_met, thresholds

REASON_LIMIT = 300


@dataclass(frozen=True)
class Found:
    """How a year stands by a rule set. `need` and `missing` are hours by threshold, as they are written."""

    rule_set: str = ""
    name: str = ""
    unit: str = "学时"
    obligation: str = ""
    is_met: bool = False
    need: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    missing: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def verdict(self) -> tuple[str, str, bool]:
        """What an account keeps of it."""
        return self.rule_set, self.obligation, self.is_met

    @property
    def asked_in_words(self) -> str:
        """年度合计 90、公需科目 30、专业科目 60 学时."""
        if not self.need:
            return "没有学时要求"
        return "、".join(f"{self.labels[kind]} {hours}" for kind, hours in self.need.items()) + f" {self.unit}"

    def as_it_stood(self, *, rule_set: str, obligation: str, is_met: bool) -> "Found":
        return replace(self, rule_set=rule_set, obligation=obligation, is_met=is_met)

    def as_json(self) -> dict[str, Any]:
        return {
            "rule_set": self.rule_set,
            "name": self.name,
            "is_met": self.is_met,
            "need": dict(self.need),
            "missing": dict(self.missing),
        }


def found_of(asked: Requirements | None, standing: Standing) -> Found:
    """A year without any rule asks nothing and is never met."""
    if asked is None:
        return Found()
    rows = thresholds(asked, standing)
    return Found(
        rule_set=asked.rule_set,
        name=asked.name,
        unit=asked.unit,
        obligation=asked.ground.kind if asked.ground else "",
        is_met=is_met(asked, standing),
        need={row.kind: f"{row.need.normalize():f}" for row in rows},
        missing={row.kind: f"{row.missing.normalize():f}" for row in rows if row.missing},
        labels={row.kind: row.label for row in rows},
    )


def result_change(before: Found, after: Found) -> ResultChange | None:
    if before.is_met == after.is_met:
        return None
    return ResultChange.LOST if before.is_met else ResultChange.GAINED


def is_asked_otherwise(before: Found, after: Found) -> bool:
    """Whether any threshold is another."""
    return (before.need, before.unit) != (after.need, after.unit)


def reasons_not_to_judge_past(year: int, reason: str, *, first_year: int, this_year: int) -> Iterator[Refusal]:
    """A year that runs is judged by itself; one that is over needs a reason, and rules: `first_year` has the first."""
    if year >= this_year:
        yield Refusal("not_over", f"{year} 年度还没有结束，规则变动后会自动重新核算。", field="year")
    elif year < first_year:
        message = f"{year} 年度没有学时规定：这里最早的规定从 {first_year} 年度起。"
        yield Refusal("year", message, field="year")
    if not reason.strip():
        yield Refusal("reason", "请写明为什么要按现行规则重新核算已结束的年度。", field="reason")
    else:
        yield from reasons_not_to_accept(reason.strip(), field="reason", label="理由", limit=REASON_LIMIT)


_KINDS = {"total": "合计", "public": "公需", "public_compulsory": "必修", "professional": "专业", "elective": "选修"}


def hours_in_words(hours: Mapping[str, str]) -> str:
    """合计 90、公需 30、专业 60: of what was kept of a year's judgement."""
    return "、".join(f"{_KINDS[kind]} {count}" for kind, count in hours.items() if kind in _KINDS)
