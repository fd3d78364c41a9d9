"""How something asked of an office moves, and what a ruling on it must say (A18, A24, A25)."""

from collections.abc import Iterator, Mapping

from accounts.enums import Move
from accounts.enums import RequestState as State
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

MOVES: Mapping[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.WAITING,
    (State.RETURNED, Move.SUBMIT): State.WAITING,
    (State.WAITING, Move.APPROVE): State.GRANTED,
    (State.WAITING, Move.RETURN): State.RETURNED,
    (State.WAITING, Move.REJECT): State.REFUSED,
    (State.WAITING, Move.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Move.WITHDRAW): State.WITHDRAWN,
}
RULINGS = (Move.APPROVE, Move.RETURN, Move.REJECT)
REASON_LIMIT = 500


def reasons_not_to_move(state: str, move: Move) -> Iterator[Refusal]:
    """The table says no."""
    if (State(state), move) not in MOVES:
        yield Refusal("no_such_move", f"这份申请现在是“{State(state).label}”，不能{move.label}。")


def reasons_not_to_ask(reason: str, *, has_document: bool) -> Iterator[Refusal]:
    """What every request must bring: why, in words, and a document that shows it (A18)."""
    yield from _reasons_not_to_take_words(reason, "申请理由", "请写明申请理由。")
    if not has_document:
        yield Refusal("document_missing", "请上传证明材料（照片或 PDF）。", field="document", clause="A18")


def reasons_not_to_rule(move: str, reason: str) -> Iterator[Refusal]:
    """A ruling is one of three, and each says why: who asked reads it, and so does who comes after (A18)."""
    if move not in RULINGS:
        yield Refusal("move", "请选择批准、退回补正或不予批准。", field="move")
        return
    yield from _reasons_not_to_take_words(reason, "处理意见", "请写明处理意见，申请人会看到。")


def _reasons_not_to_take_words(text: str, label: str, missing: str) -> Iterator[Refusal]:
    flat = text.replace("\r", " ").replace("\n", " ").strip()
    if not flat:
        yield Refusal("reason_missing", missing, field="reason")
    else:
        yield from reasons_not_to_accept(flat, field="reason", label=label, limit=REASON_LIMIT)
