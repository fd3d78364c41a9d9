"""Who may stand in for a reviewer who is away, and for how long."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ceportal.kernel.rules.refusal import Refusal

MOST_DAYS = 90


def reasons_not_to_deputize(
    *, found: Sequence[object], is_away: bool, holds_it: bool, until: date, today: date
) -> Iterator[Refusal]:
    """`found` are those of the unit who bear the name that was given; `is_away`: it is who goes away themselves."""
    if not found:
        yield Refusal("nobody", "本单位没有这个姓名的在职人员账号，请核对姓名；新同事须先注册。", field="name")
    elif len(found) > 1:
        yield Refusal("several", "本单位有几个人叫这个姓名，请改请别人，或由单位管理员授予审核职责。", field="name")
    elif is_away:
        yield Refusal("oneself", "不能请自己代审，请填写同事的姓名。", field="name")
    elif holds_it:
        yield Refusal("holds_it", "这位同事本来就可以审核，不用再请代审。", field="name")
    if until < today:
        yield Refusal("past", "代审到哪一天为止，不能早于今天。", field="until")
    elif until > today + timedelta(days=MOST_DAYS):
        yield Refusal("too_long", f"一次代审最长 {MOST_DAYS} 天；长期离岗请办理更换管理员。", field="until")
