"""For what an institution loses its place on the lists, for a time or for good, and how it comes back.

The grounds are those of the documents (S0-18, S1-14, S4-14), of the rules of assessment (S0-17), and for platforms,
whose exit is asked for without a list of grounds, words of the bureau's own (S2-06).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

REASON_LIMIT, DOCUMENT_LIMIT = 300, 120


@dataclass(frozen=True)
class Ground:
    code: str
    words: str
    clause: str


GROUNDS = (
    Ground("inactive", "工作不主动", "S0-18"),
    Ground("of_little_use", "作用发挥不充分", "S0-18"),
    Ground("tasks_not_done", "不能完成培训任务", "S0-18"),
    Ground("chaotic", "教学管理混乱", "S4-14"),
    Ground("not_by_the_rules", "不按规定开展继续教育工作", "S4-14"),
    Ground("no_clear_aim", "培训目标不明确", "S4-14"),
    Ground("poor_teaching", "教学质量低劣", "S4-14"),
    Ground("pretext", "借用继续教育名义乱办班、乱收费", "S4-14"),
    Ground("raised_fees", "擅自提高收费标准", "S1-14"),
    Ground("failed_twice", "连续两年考核不合格", "S0-17"),
    Ground("failed_evaluation", "综合评估不合格", "S0-17"),
    Ground("other", "其他情形", "S2-06"),
)
_BY_CODE = {ground.code: ground for ground in GROUNDS}


def in_words(codes: Collection[str], reason: str) -> str:
    """The grounds as the public reads them; for what is no ground of the documents, the bureau's own words."""
    named = [_BY_CODE[code].words for code in codes if code != "other" and code in _BY_CODE]
    return "、".join(named) or reason


def reasons_not_to_remove(
    codes: Collection[str], *, reason: str, from_on: date, until_on: date | None, is_exit: bool, today: date
) -> Iterator[Refusal]:
    """Why an institution cannot be suspended or removed so. What ended before `from_on` stays as it is (A27)."""
    if not codes or not set(codes) <= set(_BY_CODE):
        yield Refusal("grounds", "请至少选择一项文件规定的情形。", field="grounds", clause="S4-14")
    yield from _about_words(reason, "reason", "事实和理由")
    if from_on < today:
        message = "生效日期不能早于今天：在此之前结束的培训班按原来的资格计。"
        yield Refusal("not_backwards", message, field="from_on", clause="A27")
    if until_on is not None and is_exit:
        yield Refusal("exit_without_end", "取消资格不设到期日；以后可以恢复。", field="until_on")
    elif until_on is not None and until_on < from_on:
        yield Refusal("ends_before_start", "到期日早于生效日期，请核对。", field="until_on")


def reasons_not_to_return(reason: str) -> Iterator[Refusal]:
    yield from _about_words(reason, "lift_reason", "恢复的理由")


def _about_words(text: str, field: str, label: str) -> Iterator[Refusal]:
    flat = text.replace("\r", " ").replace("\n", " ")
    yield from reasons_not_to_accept(flat, field=field, label=label, limit=REASON_LIMIT)
