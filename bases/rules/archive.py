"""教学档案: what a base keeps of a class, how its people judge it, what their units saw of it later (S2-09, S0-16)."""

from collections.abc import Iterator, Mapping
from datetime import date

from bases.enums import ClassPaperKind, ClassState, Effect, Result
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

LABEL_LIMIT, WORDS_LIMIT, MOST_PAPERS = 60, 300, 60
MOST_POINTS = 5
# What people give points for.
ASKED = {"content": "内容是否有用", "teaching": "老师讲得怎样", "service": "组织和服务"}
# With fewer one could tell who said what.
FEWEST = 3


def reasons_not_to_keep(state: str, kind: str, label: str, *, count: int) -> Iterator[Refusal]:
    if state not in {ClassState.OPEN, ClassState.CANCELLED}:
        yield Refusal("not_held", f"这个班现在是“{ClassState(state).label}”，公布后才建立档案。")
    if kind not in ClassPaperKind.values:
        yield Refusal("kind", "请选择材料的种类。", field="kind")
    if count >= MOST_PAPERS:
        yield Refusal("too_many", f"一个班最多留存 {MOST_PAPERS} 份材料。", field="document")
    yield from reasons_not_to_accept(label, field="label", label="材料名称", limit=LABEL_LIMIT)


def reasons_not_to_judge(
    points: Mapping[str, int], words: str, *, ended_on: date, result: str, has_judged: bool, today: date
) -> Iterator[Refusal]:
    """Who was in the class says so once, when it is over and they know how they did."""
    if ended_on > today or result not in Result.values:
        yield Refusal("not_over", "培训班结束、登记考核结果后再评价。")
    if has_judged:
        yield Refusal("has_judged", "您已经评价过这个班。")
    for name, label in ASKED.items():
        if not 1 <= points.get(name, 0) <= MOST_POINTS:
            yield Refusal("points", f"请为“{label}”选择 1 到 {MOST_POINTS} 分。", field=name)
    if words.strip():
        yield from _about(words, "words", "意见和建议")


def reasons_not_to_follow_up(
    effect: str, words: str, *, ended_on: date, has_followed: bool, today: date
) -> Iterator[Refusal]:
    if ended_on >= today:
        yield Refusal("not_over", "培训班结束后再填写跟踪问效。")
    if has_followed:
        yield Refusal("has_followed", "本单位已经填写过。")
    if effect not in Effect.values:
        yield Refusal("effect", "请选择培训效果。", field="effect")
    yield from _about(words, "words", "具体情况")


def average(points: int, count: int) -> str:
    """One decimal, as a school gives marks: 4.3."""
    tenths = (points * 20 + count) // (2 * count)
    return f"{tenths // 10}.{tenths % 10}"


def _about(words: str, field: str, label: str) -> Iterator[Refusal]:
    flat = words.replace("\r", " ").replace("\n", " ")
    yield from reasons_not_to_accept(flat, field=field, label=label, limit=WORDS_LIMIT)
