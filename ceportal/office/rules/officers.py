"""Each unit's officer, how many it owes learning to, and the training of officers (S1-16, S3-08, S1-09)."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from accounts.rules.registration import mobile_in
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import NAME_LIMIT, reasons_not_to_accept

OFFICE_LIMIT, PHONE_LIMIT, TITLE_LIMIT, PLACE_LIMIT, CONTENT_LIMIT = 60, 30, 80, 100, 500
MOST_PEOPLE = 200_000
MOST_HOURS = Decimal(90)


def reasons_not_to_name_officer(name: str, office: str, phone: str) -> Iterator[Refusal]:
    """The number is an office's: it stands in lists that others read."""
    yield from reasons_not_to_accept(name, field="name", label="姓名", limit=NAME_LIMIT)
    yield from reasons_not_to_accept(office, field="office", label="所在部门", limit=OFFICE_LIMIT)
    if phone and mobile_in(phone):
        yield Refusal(
            "mobile", "请填办公电话，不要填手机号码：上级部门的名册会显示它。没有办公电话的不填。", field="phone"
        )
    elif phone and not all(each.isascii() and (each.isdigit() or each in "- ") for each in phone):
        yield Refusal("office_phone_shape", "办公电话只写数字和短横线，例如 0371-23456789。", field="phone")
    elif len(phone) > PHONE_LIMIT:
        yield Refusal("too_long", f"办公电话最多 {PHONE_LIMIT} 个字。", field="phone")


def reasons_not_to_count(obliged: int) -> Iterator[Refusal]:
    if not 0 <= obliged <= MOST_PEOPLE:
        yield Refusal("headcount", f"请填 0 到 {MOST_PEOPLE:,} 之间的人数。", field="obliged")


def reasons_not_to_hold(
    title: str, place: str, content: str, *, started_on: date, ended_on: date, hours: Decimal, today: date
) -> Iterator[Refusal]:
    """Of a training of officers that is over."""
    yield from reasons_not_to_accept(title, field="title", label="培训名称", limit=TITLE_LIMIT)
    yield from reasons_not_to_accept(content, field="content", label="培训内容", limit=CONTENT_LIMIT)
    if place:
        yield from reasons_not_to_accept(place, field="place", label="地点", limit=PLACE_LIMIT)
    if ended_on < started_on:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")
    elif ended_on > today:
        yield Refusal("not_over", "培训还没有结束，结束后再登记。", field="ended_on")
    if not 0 < hours <= MOST_HOURS or hours % Decimal("0.5"):
        yield Refusal("hours_shape", f"学时以 0.5 为单位，大于 0，最多 {MOST_HOURS}。", field="hours")


def share(registered: int, obliged: int | None) -> Decimal | None:
    """Per cent of those who ought to take part, one decimal; None where nobody has said how many there are."""
    if not obliged:
        return None
    return (Decimal(registered) * 100 / obliged).quantize(Decimal("0.1"), ROUND_HALF_UP)
