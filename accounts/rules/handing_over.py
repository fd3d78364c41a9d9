"""When the administration of a unit can be asked to pass to somebody (S1-16), and which duties they take over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from accounts.enums import Duty, OrganizationKind
from accounts.rules.duties import DUTIES, OF_A_NEW_UNIT
from ceportal.kernel.rules.refusal import Refusal


@dataclass(frozen=True)
class HandOverFacts:
    """`is_office`: the unit is a bureau or an authority. `asker_is_of_unit` works or acts there, `asker_is_above`
    approves units in an office above it, `asker_is_elsewhere` works at another unit.
    """

    is_there: bool
    is_office: bool = False
    asker_is_of_unit: bool = False
    asker_is_above: bool = False
    asker_is_elsewhere: bool = False
    names_somebody: bool = False
    successor_is_of_unit: bool = False
    is_open: bool = False


def reasons_not_to_hand_over(facts: HandOverFacts) -> Iterator[Refusal]:
    """Why this cannot be asked. A clerk who is new and in no register yet may ask for themself: the paper says who
    they are, and whoever decides sees that the portal does not know them.
    """
    if not facts.is_there:
        yield Refusal("no_such_unit", "这个单位目前没有正常使用，请重新选择。", field="organization")
        return
    is_stranger = facts.asker_is_elsewhere or facts.is_office
    if not (facts.asker_is_of_unit or facts.asker_is_above) and is_stranger:
        message = "只有本单位的人员、它的主管部门或所在地人社部门可以申请更换管理员。"
        yield Refusal("not_of_the_unit", message, field="organization", clause="S1-16")
    if facts.asker_is_above and not facts.asker_is_of_unit and not facts.names_somebody:
        yield Refusal("nobody_named", "请填写接任人的手机号码。", field="successor")
    elif facts.names_somebody and not facts.successor_is_of_unit:
        message = "在这个单位的人员中没有找到这个手机号码。接任人还没有账号的，请本人建立账号后自己申请。"
        yield Refusal("no_such_successor", message, field="successor")
    if facts.is_open:
        yield Refusal("still_open", "接任人已有一份同样的申请正在办理，请先等结果。")


def duties_to_take_over(left: Collection[Duty], kinds: Collection[OrganizationKind]) -> list[Duty]:
    """What those who leave held at the unit, and what the one who registers a unit has: as far as it is held at units
    of these kinds.
    """
    wanted = {*left, *OF_A_NEW_UNIT}
    return [duty for duty in Duty if duty in wanted and DUTIES[duty].held_at.intersection(kinds)]
