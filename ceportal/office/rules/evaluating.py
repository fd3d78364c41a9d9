"""What an evaluation of a unit looks at, and what it must say (S1-11, S1-15)."""

from collections.abc import Iterator, Mapping

from ceportal.kernel.rules.refusal import Refusal
from ceportal.office.enums import Grade

# The four things the documents name, by the columns of an evaluation.
POINTS = {"plan": "年度计划", "work": "培训工作情况", "content": "学习内容", "effect": "学习效果"}
WORDS_LIMIT = 600


def reasons_not_to_evaluate(said: Mapping[str, str], *, year: int, this_year: int, is_own: bool) -> Iterator[Refusal]:
    """`said` holds a grade for each of `POINTS`, and `words`. Nobody evaluates the unit they belong to (A24)."""
    if is_own:
        yield Refusal("own", "不能评估自己所在的单位。", clause="A24")
    if not this_year - 1 <= year <= this_year:
        yield Refusal("year", "只能评估本年度和上一年度。", field="year")
    for name, label in POINTS.items():
        if said.get(name) not in Grade.values:
            yield Refusal("grade", f"请对“{label}”作出评价。", field=name)
    words = said.get("words", "").strip()
    if not words and Grade.POOR in said.values():
        yield Refusal("words_missing", "有一项“需要改进”，请写明问题和改进要求。", field="words")
    if len(words) > WORDS_LIMIT:
        yield Refusal("too_long", f"评估意见最多 {WORDS_LIMIT} 个字，现在有 {len(words)} 个字。", field="words")
