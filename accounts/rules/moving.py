"""When somebody can come to another unit, and when that takes effect (A23)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.enums import TransferKind
from ceportal.kernel.rules.refusal import Refusal

_NAMED = 3


@dataclass(frozen=True)
class TransferFacts:
    """`target` and `now` are names of units, `now` the principal employer; `pending` what waits with somebody.

    `has_left`: the person was recorded as no longer at work. `works_there`: at `target`, `leads_there`: chiefly.
    """

    kind: TransferKind
    target: str
    accepts: bool
    now: str = ""
    is_bureau: bool = False
    works_there: bool = False
    leads_there: bool = False
    has_left: bool = False
    is_open: bool = False
    pending: Sequence[str] = ()


def reasons_not_to_transfer(facts: TransferFacts) -> Iterator[Refusal]:
    """Why this cannot be asked as it stands."""
    if not facts.accepts:
        yield Refusal("unit_closed", "这个单位目前不接受人员调入，请重新选择。", field="target")
        return
    yield from _reasons_against_the_kind(facts)
    if facts.is_open:
        yield Refusal("still_open", "已有一份单位调转申请正在办理，请先等结果，或者撤回后再申请。")
    yield from reasons_to_settle_first(facts.pending)


def reasons_to_settle_first(pending: Sequence[str]) -> Iterator[Refusal]:
    """What waits with somebody is decided or taken back before anybody moves: its reviewer is the old unit's (A23)."""
    if pending:
        named = "、".join(pending[:_NAMED]) + (f" 等 {len(pending)} 项" if len(pending) > _NAMED else "")
        message = f"还有正在审核的事项：{named}。请等审核结束，或由本人撤回，再办理调转。"
        yield Refusal("pending", message, clause="A23")


def _reasons_against_the_kind(facts: TransferFacts) -> Iterator[Refusal]:
    if facts.kind == TransferKind.MOVE and facts.leads_there and not facts.has_left:
        yield Refusal("there_already", f"现在的主要单位就是{facts.target}，不需要办理。", field="target")
    elif facts.kind == TransferKind.LEAD and not facts.works_there:
        yield Refusal("not_there", f"还没有在{facts.target}登记任职，请先申请增加任职单位。", field="kind")
    elif facts.kind == TransferKind.LEAD and facts.leads_there:
        yield Refusal("there_already", f"{facts.target}已经是主要单位。", field="kind")
    elif facts.kind == TransferKind.JOIN:
        yield from _reasons_against_joining(facts)
    if facts.kind != TransferKind.MOVE and facts.is_bureau:
        yield Refusal("no_employer", "没有单位的，请选择“调入”，由人社部门管理。", field="kind")


def _reasons_against_joining(facts: TransferFacts) -> Iterator[Refusal]:
    if facts.works_there:
        yield Refusal("there_already", f"已经在{facts.target}登记任职。", field="kind")
    elif not facts.now:
        yield Refusal("no_principal", "现在没有主要单位，请选择“调入”。", field="kind")
