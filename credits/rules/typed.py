"""Hours and dates as people type them: read strictly, so that nothing is ever understood as something else (F12).

Python's `\\d`, `Decimal` and `date.fromisoformat` take Arabic digits, `1e1`, `NaN` and `2025-W01-1`; these do not.
"""

import re
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal

STEP = Decimal("0.5")
MOST_HOURS = Decimal(90)
OF_ONE_TRAINING = "一项学习最多申报"
EARLIEST_DAY = date(2000, 1, 1)
# What a Chinese input method gives for digits and the point; shown to the person as read.
_WIDE = {ord("０") + n: str(n) for n in range(10)} | {ord("．"): ".", ord("。"): ".", ord("　"): " "}
_HOURS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def narrow(text: str) -> str:
    """Full-width digits and points as plain ones, outer blanks off. Nothing else is mended silently."""
    return text.translate(_WIDE).strip(" ")


def reasons_not_to_read_hours(
    text: str, *, field: str = "hours_claimed", most_words: str = OF_ONE_TRAINING
) -> list[Refusal]:
    """Why `text` (narrowed) is no number of hours in steps of 0.5 (A16); empty when `Decimal(text)` is one."""
    if not _HOURS.fullmatch(text):
        return [Refusal("hours_shape", "请用数字填写学时，例如 8 或 8.5。", field=field)]
    return reasons_not_to_keep_hours(Decimal(text), field=field, most_words=most_words)


def reasons_not_to_keep_hours(
    hours: Decimal, *, field: str = "hours_claimed", most_words: str = OF_ONE_TRAINING
) -> list[Refusal]:
    """Why `hours` cannot be what one training gives, or what else `most_words` say is bounded alike."""
    if not hours.is_finite() or hours <= 0:
        return [Refusal("hours_not_positive", "学时应大于 0。", field=field)]
    if hours % STEP:
        return [Refusal("hours_step", "学时以 0.5 为单位，例如 8 或 8.5。", field=field, clause="A16")]
    if hours > MOST_HOURS:
        return [Refusal("hours_too_many", f"{most_words} {MOST_HOURS} 学时，请核对。", field=field)]
    return []


def reasons_not_to_read_day(text: str, *, field: str) -> list[Refusal]:
    """Why `text` is no day written YYYY-MM-DD in plain digits; empty when `date.fromisoformat(text)` is one."""
    if not _DAY.fullmatch(text):
        return [Refusal("day_shape", "日期请按“年-月-日”填写，例如 2026-03-09。", field=field)]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return [Refusal("day_unknown", "没有这一天，请核对日期。", field=field)]
    return reasons_not_to_keep_day(day, field=field)


def reasons_not_to_keep_day(day: date, *, field: str) -> list[Refusal]:
    if day < EARLIEST_DAY:
        return [Refusal("day_too_early", f"日期早于 {EARLIEST_DAY.year} 年，请核对。", field=field)]
    return []
