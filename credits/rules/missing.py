"""“我的学时没到”: what may be asked of a platform, and what an answer must say (design: api)."""

from collections.abc import Iterator
from datetime import date

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import TITLE_LIMIT, reasons_not_to_accept
from credits.enums import MissingAnswer
from credits.rules.records import is_record_id

NOTE_LIMIT = 200
# Open questions of one person at a time, at all platforms together.
MOST_OPEN = 10
LIMIT_DAYS = 5


def reasons_not_to_ask(title: str, learned_on: date, note: str, *, open_now: int, today: date) -> Iterator[Refusal]:
    yield from reasons_not_to_accept(title, field="title", label="课程名称", limit=TITLE_LIMIT)
    if learned_on > today:
        yield Refusal("not_over", "学完的日期还没有到，请核对。", field="learned_on")
    elif learned_on == today:
        yield Refusal("too_soon", "平台一般当天或第二天报送，请明天再看。", field="learned_on")
    if note.strip():
        yield from reasons_not_to_accept(_flat(note), field="note", label="补充说明", limit=NOTE_LIMIT)
    if open_now >= MOST_OPEN:
        yield Refusal("many_open", f"您已有 {MOST_OPEN} 项在等平台答复，请等有了结果再提。")


def reasons_not_to_answer(answer: str, record_id: str, note: str) -> Iterator[Refusal]:
    """An answer is one of three; who says that it was sent names the record."""
    if answer not in MissingAnswer.values:
        yield Refusal("answer", "请选择一项答复。", field="answer")
    elif answer == MissingAnswer.SENT and not is_record_id(record_id):
        message = "请填写报送时用的 record_id（1 至 64 位的字母、数字或 . _ : -）。"
        yield Refusal("record_id", message, field="record_id")
    elif answer == MissingAnswer.NOT_COMPLETED and not note.strip():
        yield Refusal("note", "请说明还差什么，例如“考核未通过，可以补考”。", field="note")
    if note.strip():
        yield from reasons_not_to_accept(_flat(note), field="note", label="说明", limit=NOTE_LIMIT)


def _flat(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
