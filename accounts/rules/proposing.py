"""An employer that is not registered yet, named by somebody who works there (issue 5, S4-08)."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.rules.registration import UNIT_NAME_LIMIT
from ceportal.kernel.rules.id_number import reasons_not_to_accept_uscc
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable, reasons_not_to_accept

REGISTERED = Refusal("unit_registered", "这个单位已经注册，请返回上一步查找并选择它。", field="unit_name")


@dataclass(frozen=True)
class Proposed:
    """`uscc` is empty where it is not known."""

    name: str
    uscc: str = ""

    def __bool__(self) -> bool:
        return bool(self.name.strip() or self.uscc)


def reasons_not_to_propose(proposed: Proposed, *, is_registered: bool) -> Iterator[Refusal]:
    """Why no unit can be kept in mind under this name and code."""
    reasons = reasons_not_to_accept(proposed.name, field="unit_name", label="单位名称", limit=UNIT_NAME_LIMIT)
    if not reasons and not comparable(proposed.name):
        reasons = [Refusal("blank", "请填写单位名称。", field="unit_name")]
    yield from reasons
    if proposed.uscc:
        yield from reasons_not_to_accept_uscc(proposed.uscc, field="unit_uscc")
    if is_registered and not reasons:
        yield REGISTERED
