"""What can be complained of, for how long it may wait, and what an answer must say (S0-04, S1-14, S4-14, S4-18)."""

from collections.abc import Iterator, Mapping

from accounts.enums import Move
from accounts.rules.requesting import reasons_not_to_rule
from bases.enums import ComplaintKind
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

CLAUSES: Mapping[str, str] = {
    ComplaintKind.CLASSES: "S1-14",
    ComplaintKind.FEES: "S1-14",
    ComplaintKind.RAISED: "S1-14",
    ComplaintKind.SINGLE: "S0-04",
    ComplaintKind.FORCED: "S4-18",
    ComplaintKind.FALSE: "S4-16",
    ComplaintKind.SECRET: "S0-16",
    ComplaintKind.QUALITY: "S4-14",
    ComplaintKind.OTHER: "S1-14",
}
# Working days until the answer. No document sets a limit for complaints: it is the portal's own, to be confirmed.
LIMIT_DAYS = 15
# Who has so many open waits for an answer first.
MOST_OPEN = 5
WORDS_LIMIT, NAME_LIMIT, PUBLIC_LIMIT = 500, 120, 300


def reasons_not_to_complain(
    kind: str, reason: str, *, has_unit: bool, named: str, has_place: bool, others_open: int
) -> Iterator[Refusal]:
    """Why this is no complaint yet. A unit is chosen, or named together with its place; evidence is not asked for."""
    if kind not in ComplaintKind.values:
        yield Refusal("kind", "请选择投诉的事项。", field="kind")
    if has_unit == bool(named.strip()):
        message = (
            "只能投诉一个单位：已经选择的，不要再填写名称。" if has_unit else "请选择被投诉的单位，或写出它的名称。"
        )
        yield Refusal("unit", message, field="named" if has_unit else "about")
    elif not has_unit:
        yield from reasons_not_to_accept(named, field="named", label="单位名称", limit=NAME_LIMIT)
        if not has_place:
            yield Refusal("place", "列表中没有的单位，请选择它在什么地方。", field="area")
    yield from reasons_not_to_accept(_flat(reason), field="reason", label="情况说明", limit=WORDS_LIMIT)
    if others_open >= MOST_OPEN:
        message = f"您有 {others_open} 件投诉还没有答复，请等有了答复再提出新的。"
        yield Refusal("too_many", message)


def reasons_not_to_answer(move: str, reason: str, public_words: str) -> Iterator[Refusal]:
    """Why this is no answer: each says why, and an upheld one also what everybody may read of it (S1-14)."""
    yield from reasons_not_to_rule(move, reason)
    if move == Move.APPROVE:
        yield from reasons_not_to_accept(
            _flat(public_words), field="public_words", label="公开的结果", limit=PUBLIC_LIMIT
        )


def _flat(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
