"""When a reviewer may decide, and what a decision must say (S0-20, S3-06, S4-17; inputs.md F)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.enums import Move
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character
from credits.rules.looking import NO_BLIND_APPROVAL, reasons_to_look_first
from reviews.enums import REASON_LIMIT, ReasonCode

# So many may be approved in one go; each was looked at by itself.
MOST_TOGETHER = 20
MOVES = (Move.APPROVE, Move.RETURN, Move.REJECT)
# Line breaks are part of a written reason; every other control character is not.
_BREAKS = str.maketrans("", "", "\r\n\t")
_STEP = Decimal("0.5")


@dataclass(frozen=True)
class Verdict:
    """What a reviewer wants to decide. `hours` (in steps of 0.5) only with an approval."""

    move: str
    hours: Decimal | None = None
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Looked:
    """What the decision is about: the hours claimed, those proposed to this reviewer (claimed, or what the stage
    before recognised), and the labels of what this reviewer has not opened of the current version.

    `is_open` says that no rule counts these hours and nobody has set them yet: this reviewer does, and says by what.
    `still_to_look`: for how many seconds more the evidence has to be open, as the rule set wants it.
    """

    claimed: Decimal
    proposed: Decimal
    unseen: Sequence[str] = ()
    is_open: bool = False
    still_to_look: int = 0


def reasons_not_to_decide(verdict: Verdict, looked: Looked) -> Iterator[Refusal]:
    """Why `verdict` cannot stand; nothing when it can."""
    if verdict.move == Move.APPROVE:
        yield from _reasons_not_to_approve(verdict, looked)
    elif verdict.move in MOVES:
        yield from _reasons_not_to_turn_down(verdict)
    else:
        yield Refusal("move", "请选择通过、退回补正或不予通过。", field="move")
    yield from _faults_of_text(verdict)


def reasons_not_to_take_together(count: int) -> Iterator[Refusal]:
    """Why `count` cannot be approved in one go."""
    if not count:
        yield Refusal("nothing_chosen", "请先勾选要一起通过的申报。")
    elif count > MOST_TOGETHER:
        text = f"一次最多一起通过 {MOST_TOGETHER} 项，现在选了 {count} 项，请分几次办理。"
        yield Refusal("too_many_together", text, clause=NO_BLIND_APPROVAL)


def differs(verdict: Verdict, looked: Looked) -> bool:
    """Whether other hours are recognised than those proposed."""
    return verdict.hours is not None and verdict.hours.is_finite() and verdict.hours != looked.proposed


def _reasons_not_to_approve(verdict: Verdict, looked: Looked) -> Iterator[Refusal]:
    yield from reasons_to_look_first(looked.unseen, still_to_look=looked.still_to_look)
    yield from _faults_of_hours(verdict.hours, looked.claimed)
    if looked.is_open and not verdict.reason.strip():
        text = "这一项没有可以直接计算的规定，学时由您认定：请写明按什么认定，申报人会看到。"
        yield Refusal("reason_blank", text, field="reason")
    elif differs(verdict, looked) and not verdict.reason.strip():
        text = f"认定的学时与{_proposed_by(looked)}不同，请说明理由，申报人会看到。"
        yield Refusal("reason_blank", text, field="reason")


def _proposed_by(looked: Looked) -> str:
    return "申报的" if looked.proposed == looked.claimed else "用人单位认定的"


def _faults_of_hours(hours: Decimal | None, claimed: Decimal) -> Iterator[Refusal]:
    if hours is None or not hours.is_finite():
        yield Refusal("hours_blank", "请填写认定的学时。", field="hours")
    elif hours <= 0:
        yield Refusal("hours_positive", "认定的学时必须大于 0。不认定任何学时，请选“不予通过”。", field="hours")
    elif hours > claimed:
        text = f"认定的学时不能多于申报的 {claimed.normalize():f} 学时。"
        yield Refusal("hours_too_many", text, field="hours")
    elif hours % _STEP:
        yield Refusal("hours_step", "学时以 0.5 为一档，例如 7.5 或 8。", field="hours")


def _reasons_not_to_turn_down(verdict: Verdict) -> Iterator[Refusal]:
    if verdict.reason_code not in ReasonCode.values:
        yield Refusal("reason_code", "请从列表中选择原因。", field="reason_code")
    if not verdict.reason.strip():
        act = "退回补正" if verdict.move == Move.RETURN else "不予通过"
        yield Refusal("reason_blank", f"{act}必须写明理由，让申报人知道问题在哪里、怎样改。", field="reason")


def _faults_of_text(verdict: Verdict) -> Iterator[Refusal]:
    if len(verdict.reason) > REASON_LIMIT:
        text = f"理由最多 {REASON_LIMIT} 个字，现在有 {len(verdict.reason)} 个字。"
        yield Refusal("reason_too_long", text, field="reason")
    elif strange_character(verdict.reason.translate(_BREAKS)) is not None:
        yield Refusal("strange_character", "理由中有无法显示的字符，请重新输入。", field="reason")
    if verdict.move == Move.APPROVE and verdict.reason_code and verdict.reason_code not in ReasonCode.values:
        yield Refusal("reason_code", "请从列表中选择原因。", field="reason_code")
