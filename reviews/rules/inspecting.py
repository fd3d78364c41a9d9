"""What may be done with something drawn in a spot check, and when (S2-07, S3-10, S4-16)."""

from collections.abc import Iterator

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character
from reviews.enums import REASON_LIMIT, Finding, InspectionMove, InspectionState, ReversalCode

CLAUSE = "S2-07"
# Working days within which more evidence, or a statement before an adverse finding, has to be there.
DAYS_TO_ANSWER = 5
MOVES: dict[tuple[str, InspectionMove], InspectionState] = {
    (InspectionState.OPEN, InspectionMove.ASK): InspectionState.EVIDENCE,
    (InspectionState.EVIDENCE, InspectionMove.ANSWER): InspectionState.OPEN,
    (InspectionState.EVIDENCE, InspectionMove.LAPSE): InspectionState.OPEN,
    (InspectionState.OPEN, InspectionMove.INTEND): InspectionState.HEARING,
    (InspectionState.HEARING, InspectionMove.STATE): InspectionState.OPEN,
    (InspectionState.HEARING, InspectionMove.LAPSE): InspectionState.OPEN,
    (InspectionState.OPEN, InspectionMove.FIND): InspectionState.CLOSED,
}
# After each of these somebody has so many days.
MOVES_THAT_ASK = frozenset({InspectionMove.ASK, InspectionMove.INTEND})
_BREAKS = str.maketrans("", "", "\r\n\t")


def reasons_not_to_say(text: str, label: str) -> Iterator[Refusal]:
    """Why these words cannot stand: all that happens in an inspection is said in words."""
    if not text.strip():
        yield Refusal("text_blank", f"请填写{label}。", field="text")
    elif len(text) > REASON_LIMIT:
        yield Refusal("text_too_long", f"{label}最多 {REASON_LIMIT} 个字。", field="text")
    elif strange_character(text.translate(_BREAKS)) is not None:
        yield Refusal("strange_character", f"{label}中有无法显示的字符，请重新输入。", field="text")


def reasons_not_to_find(finding: str, reversal_code: str, *, intended: str, was_heard: bool) -> Iterator[Refusal]:
    """Why there can be no such finding: an adverse one needs a ground, and that who it concerns was heard about it."""
    if finding not in Finding.values:
        yield Refusal("finding_missing", "请选择核查结论。", field="finding")
        return
    if finding == Finding.SOUND:
        return
    if reversal_code not in ReversalCode.values:
        yield Refusal("reversal_missing", "结论为有问题的，请选择撤销原因。", field="reversal_code")
    if not was_heard or intended != finding:
        yield Refusal("not_heard", "作出不利结论之前，请先听取本人对这一结论的意见。", field="finding", clause=CLAUSE)


def reasons_not_to_intend(finding: str, reversal_code: str) -> Iterator[Refusal]:
    """Why nobody can be heard about such a finding."""
    if finding not in Finding.values:
        yield Refusal("finding_missing", "请选择拟作的结论。", field="finding")
    elif finding == Finding.SOUND:
        yield Refusal("nothing_to_hear", "结论为属实的，可以直接办结。", field="finding")
    elif reversal_code not in ReversalCode.values:
        yield Refusal("reversal_missing", "结论为有问题的，请选择撤销原因。", field="reversal_code")
