"""When two accounts can be made one: the same human was registered twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refusal

NOT_FOUND = Refusal(
    "not_found",
    "没有找到姓名相同、使用这个号码的另一个已核准账号。请核对号码；姓名不同的，请先更正姓名。",
    field="number",
)

MERGED = Refusal("merged", "这个账号已经合并到您的另一个账号，请退出后用那个账号登录，再办理。")
NO_ACCOUNT = Refusal("no_account", "没有找到使用这个号码的已核准账号，请核对号码。", field="goes_on")


@dataclass(frozen=True)
class MergeFacts:
    """`pending` is what of the account to be closed waits with somebody; `is_open` that one of the two is asked for."""

    is_open: bool = False
    is_closed: bool = False
    pending: Sequence[str] = ()


def reasons_not_to_merge(facts: MergeFacts) -> Iterator[Refusal]:
    if facts.is_closed:
        yield Refusal("closed", "这个账号已经合并到别的账号。", field="number")
    elif facts.is_open:
        yield Refusal("still_open", "已有一份合并账号的申请正在办理，请先等结果。")
    if facts.pending:
        named = "、".join(facts.pending[:3])
        message = f"要停用的账号还有正在办理的事项：{named}。请等办完，或登录那个账号撤回，再申请合并。"
        yield Refusal("pending", message, clause="A23")
