"""Putting right what somebody was registered under: the name, the number, the phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from accounts.enums import CorrectionKind, IdKind
from accounts.rules.registration import reasons_not_to_accept_number
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import NAME_LIMIT, reasons_not_to_accept

CONFIRM, DECIDE = 0, 1
NOT_THE_SAME = Refusal(
    "not_the_same", "与申请人填写的号码不一致。请对照证明材料重新输入；材料与申请不符的，请退回补正。", field="number"
)


@dataclass(frozen=True)
class CorrectionFacts:
    """`value` is what shall stand there, normalised; `is_same` that it does, `is_taken` that it is somebody else's."""

    what: CorrectionKind
    value: str
    id_kind: IdKind | None = None
    is_same: bool = False
    is_taken: bool = False


def reasons_not_to_correct(facts: CorrectionFacts, *, today: date) -> Iterator[Refusal]:
    """Why this cannot be asked as it stands. The field is `name` or `number`."""
    shape = _shape(facts, today)
    yield from shape
    if shape:
        return
    field = "name" if facts.what == CorrectionKind.NAME else "number"
    if facts.is_same:
        yield Refusal("same", f"与现在登记的{facts.what.label}相同，不需要更正。", field=field)
    elif facts.is_taken:
        message = f"这个{facts.what.label}已被另一个账号使用。如果那也是您本人的账号，请申请合并账号。"
        yield Refusal("taken", message, field=field)


def _shape(facts: CorrectionFacts, today: date) -> list[Refusal]:
    if facts.what == CorrectionKind.NAME:
        return reasons_not_to_accept(facts.value, field="name", label="姓名", limit=NAME_LIMIT)
    if facts.what == CorrectionKind.PHONE:
        return reasons_not_to_accept_phone(facts.value, field="number")
    if facts.id_kind is None:
        return [Refusal("id_kind", "请选择证件种类。", field="id_kind")]
    found = reasons_not_to_accept_number(facts.id_kind, facts.value, today=today)
    return [
        Refusal(reason.code, reason.message, field="id_kind" if reason.field == "id_kind" else "number")
        for reason in found
    ]
