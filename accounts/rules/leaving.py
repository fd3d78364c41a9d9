"""Recording that somebody is no longer at work (A18, S3-01: 在职)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import Leaving
from ceportal.kernel.rules.refusal import Refusal

# Who left longer ago is a matter for the bureau: years that were judged long since would change.
LONGEST_AGO = timedelta(days=366)


@dataclass(frozen=True)
class LeavingFacts:
    """`day` is the last at work; `began_on` when the present employment began, where there is one."""

    how: str
    day: date | None
    began_on: date | None = None
    has_left: bool = False


def reasons_not_to_record(facts: LeavingFacts, *, today: date) -> Iterator[Refusal]:
    if facts.has_left:
        yield Refusal("has_left", "这位人员已经登记离职、退休或去世。")
    if facts.how not in Leaving.values:
        yield Refusal("how", "请选择离职、退休或去世。", field="how")
    if facts.day is None:
        yield Refusal("day", "请填写最后在岗的日期。", field="day")
    elif facts.day > today:
        yield Refusal("day", "日期不能晚于今天，请到时再登记。", field="day")
    elif facts.began_on is not None and facts.day < facts.began_on:
        yield Refusal("day", f"不能早于开始任职的日期（{facts.began_on}）。", field="day")
    elif facts.day < today - LONGEST_AGO:
        yield Refusal("day", "日期早于一年以前，请联系所在地人社部门核实。", field="day")
