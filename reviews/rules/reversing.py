"""Why hours can be taken back, each with the clause it rests on (S4-05, S4-16, A13)."""

from collections.abc import Iterator

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import strange_character
from reviews.enums import ReversalCode

REASON_LIMIT = 200
CLAUSES = {
    ReversalCode.BORROWED: "S4-16",
    ReversalCode.COMPOSED: "S4-16",
    ReversalCode.FALSE: "S4-16",
    ReversalCode.CONVERSION: "S4-16",
    ReversalCode.WRONGLY_REVIEWED: "S4-05",
    ReversalCode.COUNTED_TWICE: "A13",
    ReversalCode.SOURCE_CORRECTED: "S2-07",
}
_BREAKS = str.maketrans("", "", "\r\n\t")


def reasons_not_to_reverse(code: str, text: str) -> Iterator[Refusal]:
    """Why hours cannot be reversed with this reason."""
    if code not in ReversalCode.values:
        yield Refusal("reason_code", "请从列表中选择撤销原因。", field="reason_code")
    yield from _of_text(text, if_blank="请写明查实的情况，本人会看到。")


def reasons_not_to_decline(text: str) -> Iterator[Refusal]:
    """Why a source's wish to take hours back cannot be turned down in these words."""
    yield from _of_text(text, if_blank="请写明为什么不同意，平台会看到。")


def _of_text(text: str, *, if_blank: str) -> Iterator[Refusal]:
    if not text.strip():
        yield Refusal("reason_blank", if_blank, field="reason")
    elif len(text) > REASON_LIMIT:
        yield Refusal("reason_too_long", f"情况说明最多 {REASON_LIMIT} 个字，现在有 {len(text)} 个字。", field="reason")
    elif strange_character(text.translate(_BREAKS)) is not None:
        yield Refusal("strange_character", "情况说明中有无法显示的字符，请重新输入。", field="reason")


def wording(code: str, text: str) -> str:
    """冒用他人证书：经向发证单位核实…… — what stands in the entry, at most 300 characters."""
    return f"{ReversalCode(code).label}：{text.strip()}"[:300]
