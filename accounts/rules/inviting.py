"""Who may be asked to act for a unit, who may accept, and who may be relieved (S1-16: each unit names who does it)."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from accounts.enums import Duty, OrganizationKind
from accounts.rules.duties import reasons_not_to_grant
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import NAME_LIMIT, comparable, reasons_not_to_accept

LASTS = timedelta(days=14)


def reasons_not_to_invite(
    name: str, phone: str, duties: Collection[Duty], *, kinds: Collection[OrganizationKind], unit_name: str
) -> Iterator[Refusal]:
    yield from reasons_not_to_accept(name, field="name", label="姓名", limit=NAME_LIMIT)
    yield from reasons_not_to_accept_phone(phone, field="phone")
    if not duties:
        yield Refusal("no_duty", "请至少选择一项职责。", field="duties")
    for duty in duties:
        for reason in reasons_not_to_grant(duty, kinds, unit_name):
            yield Refusal(reason.code, reason.message, field="duties", clause=reason.clause)


def reasons_not_to_take_up(
    invited: str, name: str, *, expires_at: datetime, is_backed: bool, now: datetime
) -> Iterator[Refusal]:
    """`invited` is the name in the invitation, `name` that of the account; `is_backed`: who sent it still may."""
    if now >= expires_at:
        yield Refusal("expired", "这份邀请已经过期，请联系单位管理员重新邀请。")
    elif not is_backed:
        yield Refusal("not_backed", "发出邀请的人已经不管理这个单位，邀请已失效。")
    elif comparable(invited) != comparable(name):
        yield Refusal("another_name", "邀请上的姓名与您账号的姓名不同，请联系单位管理员核对。")


def reasons_not_to_relieve(duty: Duty, *, holders: int) -> Iterator[Refusal]:
    """`holders`: how many hold the duty at the unit, whoever is to be relieved among them."""
    if duty == Duty.MANAGE_UNIT and holders < 2:
        yield Refusal("last_manager", "单位至少要有一名管理人员，请先邀请接任的人。")
