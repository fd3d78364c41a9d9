"""Lists of who is commended or sanctioned: what they say, whom they name, who publishes them (S1-08, S4-16)."""

from collections.abc import Iterator
from datetime import date

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept, strange_character
from ceportal.office.enums import RollKind

TITLE_LIMIT, NUMBER_LIMIT, WORDS_LIMIT, REASON_LIMIT = 80, 60, 2000, 200
MOST_NAMES = 500


def reasons_not_to_write(
    kind: str, title: str, document_no: str, words: str, *, decided_on: date, shown_until: date | None, today: date
) -> Iterator[Refusal]:
    """Everything that is missing or wrong, in the order of the page. Sanctions end being shown on a day."""
    yield from reasons_not_to_accept(title, field="title", label="标题", limit=TITLE_LIMIT)
    yield from reasons_not_to_accept(document_no, field="document_no", label="文号", limit=NUMBER_LIMIT)
    if decided_on > today:
        yield Refusal("not_yet", "决定日期不能晚于今天。", field="decided_on")
    if len(words) > WORDS_LIMIT:
        yield Refusal("too_long", f"说明最多 {WORDS_LIMIT} 个字，现在有 {len(words)} 个字。", field="words")
    elif any(strange_character(each) for each in words if each not in "\r\n\t"):
        yield Refusal("strange_character", "说明中有无法显示的字符，请重新输入。", field="words")
    if kind == RollKind.SANCTION and shown_until is None:
        yield Refusal("no_end", "通报处理要写明公示到哪一天，到期自动撤下。", field="shown_until")
    elif shown_until is not None and shown_until < today:
        yield Refusal("ended", "公示截止日期已经过去，请核对。", field="shown_until")


def reasons_not_to_name(reason: str, *, is_somebody: bool, named: int) -> Iterator[Refusal]:
    if not is_somebody:
        message = "没有找到。人员请填证件号码，单位请填统一社会信用代码或全称；只能列入本地区、本行业的人员和单位。"
        yield Refusal("no_addressee", message, field="to")
    yield from reasons_not_to_accept(reason, field="reason", label="事由", limit=REASON_LIMIT)
    if named >= MOST_NAMES:
        yield Refusal("too_many", f"一份名单最多 {MOST_NAMES} 个，请分成几份。", field="to")


def reasons_not_to_publish(*, named: int, is_own: bool) -> Iterator[Refusal]:
    """A list is published by another than who wrote it."""
    if not named:
        yield Refusal("nobody", "名单上还没有人员或单位。")
    if is_own:
        yield Refusal("two_people", "起草的人不能自己公布，请由另一位经办人核对后公布。")


def reasons_not_to_withdraw(reason: str) -> Iterator[Refusal]:
    yield from reasons_not_to_accept(reason, field="reason", label="撤下的原因", limit=300)
