"""When a unit can get another name or supervisor or become part of another one, and who has a say in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.enums import UnitChangeKind
from accounts.rules.registration import SUPERVISOR_ELSEWHERE, UNIT_NAME_LIMIT
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept


@dataclass(frozen=True)
class UnitChangeFacts:
    """`is_plain`: an employer and nothing else. `is_same`: it is so already. `other_fits`: the supervisor is one of its
    place, or the unit to merge into an active employer; `other_has_somebody` who could agree there.
    """

    kind: UnitChangeKind
    new_name: str = ""
    is_plain: bool = True
    is_same: bool = False
    name_is_taken: bool = False
    other_fits: bool = True
    other_has_somebody: bool = True
    is_open: bool = False


def reasons_not_to_change(facts: UnitChangeFacts) -> Iterator[Refusal]:
    """Why this cannot be asked as it stands."""
    yield from {
        UnitChangeKind.RENAME: _not_to_rename,
        UnitChangeKind.SUPERVISOR: _not_to_change_hands,
        UnitChangeKind.MERGE: _not_to_merge,
    }[facts.kind](facts)
    if facts.is_open:
        yield Refusal("still_open", "本单位已有一份变更申请正在办理，请先等结果，或者撤回后再申请。")


def _not_to_rename(facts: UnitChangeFacts) -> Iterator[Refusal]:
    shape = reasons_not_to_accept(facts.new_name, field="new_name", label="新的单位名称", limit=UNIT_NAME_LIMIT)
    yield from shape
    if not shape and facts.is_same:
        yield Refusal("same_name", "新的名称与现在的名称相同。", field="new_name")
    elif not shape and facts.name_is_taken:
        yield Refusal("unit_name_taken", "同一地区已有同名单位，请核对。", field="new_name")


def _not_to_change_hands(facts: UnitChangeFacts) -> Iterator[Refusal]:
    if not facts.other_fits:
        yield SUPERVISOR_ELSEWHERE
    elif facts.is_same:
        yield Refusal("same_supervisor", "现在就是这个主管部门，不需要变更。", field="supervisor")


def _not_to_merge(facts: UnitChangeFacts) -> Iterator[Refusal]:
    if not facts.is_plain:
        message = "本单位还承担行业主管、施教或平台等职能，合并请联系省级人社部门办理。"
        yield Refusal("more_than_employer", message, field="organization")
    elif not facts.other_fits or facts.is_same:
        yield Refusal("no_such_unit", "没有找到可以并入的用人单位，请核对统一社会信用代码。", field="target")
    elif not facts.other_has_somebody:
        message = "对方单位现在没有管理员，请对方先办理“更换管理员”。"
        yield Refusal("nobody_there", message, field="target")
