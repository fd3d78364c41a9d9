"""When a unit can answer to the bureau of another place: its people take title review there (驻平单位, S3-01)."""

from collections.abc import Iterator
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refusal


@dataclass(frozen=True)
class StationingFacts:
    """`unit` and `bureau` are names; `answers_already` says that the unit answers to that bureau as it is."""

    unit: str
    bureau: str
    is_employer: bool
    is_bureau: bool
    answers_already: bool
    is_open: bool


def reasons_not_to_station(facts: StationingFacts) -> Iterator[Refusal]:
    """Why the unit cannot be put under the bureau as it stands."""
    if not facts.is_employer:
        message = "没有找到正常使用的用人单位，请核对统一社会信用代码。"
        yield Refusal("no_such_unit", message, field="organization")
        return
    if not facts.is_bureau:
        yield Refusal("no_such_bureau", "请从列表中选择人社部门。", field="bureau")
    elif facts.answers_already:
        message = f"{facts.unit}现在就归{facts.bureau}管理，不需要办理。"
        yield Refusal("answers_already", message, field="bureau", clause="S3-01")
    if facts.is_open:
        yield Refusal("still_open", f"{facts.unit}已有一份归属申请正在办理，请先等结果。")
