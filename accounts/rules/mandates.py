"""Whom the province may let manage and issue certificates for it, and since when until when (S1-13)."""

from collections.abc import Iterator
from datetime import date

from accounts.enums import MandateState
from ceportal.kernel.rules.refusal import Refusal


def reasons_not_to_mandate(
    *, is_eligible: bool, since: date, until: date | None, today: date, others: list[tuple[date, date | None]]
) -> Iterator[Refusal]:
    """`is_eligible`: a bureau below the province, or an industry authority of the province. `until` is the last day,
    None where none was set; `others` are the first and last days of what the same office holds and nobody has ended.
    """
    if not is_eligible:
        yield Refusal(
            "not_eligible", "只能委托市、县人社部门或省级行业主管部门。", field="organization", clause="S1-13"
        )
    if since < today:
        yield Refusal("past", "委托从今天或以后开始；以前发放的证书不变。", field="since")
    if until is not None and until < since:
        yield Refusal("backwards", "截止日期不能早于开始日期。", field="until")
    elif any(since <= (last or date.max) and first <= (until or date.max) for first, last in others):
        yield Refusal("taken", "这个部门在这段时间已有委托，请先终止原来的委托。", field="organization")


def state_of(*, since: date, until: date | None, is_ended: bool, today: date) -> MandateState:
    """How a mandate stands on a day."""
    if is_ended:
        return MandateState.ENDED
    if today < since:
        return MandateState.COMING
    return MandateState.OVER if until is not None and until < today else MandateState.IN_FORCE
