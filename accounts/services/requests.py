"""Asking an office, and its answer: what every kind of request has in common.

What may be asked, and what follows from a grant, is the affair of the room that owns the kind: it calls these in its
own transaction. Each move is one conditional update on state, stage and round; the second of two hands gets `MovedOn`.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, RequestState
from accounts.models import Organization, Professional, Request, User
from accounts.rules.merging import MERGED
from accounts.rules.requesting import MOVES, reasons_not_to_move, reasons_not_to_rule
from accounts.selectors.requests import request_models, who_can_decide
from accounts.services.notices import tell
from accounts.services.routing import rule_on, send_on, settle
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

Row = TypeVar("Row", bound=Request)
_OUTCOMES = {
    RequestState.GRANTED: "已批准",
    RequestState.RETURNED: "被退回，请补正后重新提交",
    RequestState.REFUSED: "没有批准",
}


@transaction.atomic
def hand_in(
    asked: Request, *, to: Organization | None, duty: Duty, stage: int = 0, by: User, now: datetime, **changes: Any
) -> None:
    """Let it wait with `to`, for the first time or again after it was returned; `changes` are its new content."""
    refuse_if_any(reasons_not_to_move(asked.state, Move.SUBMIT))
    refuse_if_merged(getattr(asked, "professional_id", None))
    if to is None:
        raise refuse("nobody_in_charge", "这个地区还没有负责处理的人社部门，请联系上级人社部门。")
    was = asked.state
    is_sent = send_on(
        _as_read(asked), state=MOVES[RequestState(was), Move.SUBMIT], stage=stage, to=to, duty=duty, now=now,
        new_round=True, submitted_at=now, decided_at=None, **changes,
    )  # fmt: skip
    if not is_sent:
        raise moved_on(asked)
    _leave_word(asked, Move.SUBMIT, was=was, by=by, now=now)
    tell_deciders(asked, now=now)


def refuse_if_merged(professional_id: int | None) -> None:
    """Lock whose matter it is, so that nothing is handed in while the account is merged into another, or after it."""
    if professional_id is None:
        return
    if Professional.objects.select_for_update(no_key=True).get(pk=professional_id).merged_into_id is not None:
        raise Refused([MERGED])


@transaction.atomic
def let_go(person: Professional, *, by: User, now: datetime) -> None:
    """What was returned to somebody whose account is closed is withdrawn: nobody could mend it any more."""
    for model in request_models():
        if any(field.name == "professional" for field in model._meta.fields):
            rows: QuerySet[Any] = model._default_manager.all()
            for asked in rows.filter(professional=person, state=RequestState.RETURNED):
                if settle(_as_read(asked), state=RequestState.WITHDRAWN):
                    _leave_word(asked, Move.WITHDRAW, was=RequestState.RETURNED, by=by, now=now)


@transaction.atomic
def withdraw(asked: Request, *, by: User, now: datetime) -> None:
    """The side that asked takes it back, as long as it is not decided."""
    if by.pk not in {asked.asked_by_id, asked.declarant_id}:
        raise refuse("not_yours", "只有申请人可以撤回申请。")
    refuse_if_any(reasons_not_to_move(asked.state, Move.WITHDRAW))
    was = asked.state
    if not settle(_as_read(asked), state=MOVES[RequestState(was), Move.WITHDRAW]):
        raise moved_on(asked)
    _leave_word(asked, Move.WITHDRAW, was=was, by=by, now=now)


@transaction.atomic
def rule(asked: Request, move: str, *, seen_round: int, reason: str, by: User, now: datetime, **changes: Any) -> None:
    """The last word of a round: granted, returned or refused. What a grant brings about is the caller's."""
    may_rule(asked, move, seen_round=seen_round, reason=reason, by=by)
    was, ruling = asked.state, Move(move)
    new = MOVES[RequestState(was), ruling]
    if not settle(_as_read(asked), state=new, state_reason=reason.strip(), decided_at=now, **changes):
        raise moved_on(asked)
    rule_on(asked, move=ruling, by=by, now=now, reason=reason.strip())
    _leave_word(asked, ruling, was=was, by=by, now=now)
    tell_askers(asked, asked.outcomes.get(asked.state) or _OUTCOMES[RequestState(asked.state)], now=now)


@transaction.atomic
def pass_on(
    asked: Request, *, to: Organization | None, duty: Duty, seen_round: int, reason: str, by: User, now: datetime,
    **changes: Any,
) -> None:  # fmt: skip
    """Approved at this stage; it goes to the next one, whose clock starts now (A3)."""
    may_rule(asked, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    if to is None:
        raise refuse("nobody_in_charge", "这个地区还没有负责处理的人社部门，请联系上级人社部门。")
    was = asked.state
    is_sent = send_on(
        _as_read(asked), state=RequestState.WAITING, stage=asked.stage + 1, to=to, duty=duty, now=now, **changes
    )
    if not is_sent:
        raise moved_on(asked)
    rule_on(asked, move=Move.APPROVE, by=by, now=now, reason=reason.strip())
    _leave_word(asked, Move.APPROVE, was=was, by=by, now=now)
    tell_deciders(asked, now=now)


def may_rule(asked: Request, move: str, *, seen_round: int, reason: str, by: User) -> None:
    """Raise `Refused` unless `by` may rule so on what they saw; `MovedOn` when it is no longer that."""
    if asked.state != RequestState.WAITING or asked.round != seen_round:
        raise moved_on(asked)
    if not who_can_decide(asked).filter(pk=by.pk).exists():
        raise refuse("not_your_duty", "这份申请不由您处理。", clause="A24")
    refuse_if_any(reasons_not_to_rule(move, reason))


def tell_deciders(asked: Request, *, now: datetime) -> None:
    text = f"{asked.whose}的{asked._meta.verbose_name}等待处理，请在 {asked.limit_in_words}内决定。"
    key = f"{_about(asked)}:{asked.stage}:waiting"
    tell(who_can_decide(asked), NoticeEvent.REQUEST_WAITING, key=key, text=text, link=page_of(asked), now=now)


def tell_askers(asked: Request, outcome: str, *, now: datetime, about: str = "") -> None:
    """Both who asked and whom it is about. `about` names what happened, where that is no new state."""
    to = User.objects.filter(pk__in={asked.asked_by_id, asked.declarant_id})
    text = f"{asked.whose}的{asked._meta.verbose_name}{outcome}。"
    key = f"{_about(asked)}:{about or asked.state}"
    tell(to, NoticeEvent.REQUEST_DECIDED, key=key, text=text, link=page_of(asked), now=now)


def page_of(asked: Request) -> str:
    return reverse(asked.page, args=[asked.ref])


def moved_on(asked: Request) -> MovedOn:
    """For the hand that came second: who was first, and when."""
    current = type(asked)._default_manager.get(pk=asked.pk)
    rulings: Any = current.rulings.select_related("by", "organization").order_by("-id")  # type: ignore[attr-defined]
    ruling = rulings.first()
    if current.state == RequestState.WITHDRAWN:
        return MovedOn([Refusal("moved_on", "申请人已经撤回了这份申请。")])
    if ruling is None or current.state == RequestState.WAITING != asked.state:
        return MovedOn([Refusal("moved_on", "这份申请刚刚有变动，请看看现在的内容，再决定。")])
    at = timezone.localtime(ruling.at)
    who = f"{ruling.organization.name}{ruling.by.name}"
    done = Move(ruling.move).label
    message = f"{who}已于 {at.month}月{at.day}日 {at:%H:%M} {done}，这份申请现在是“{current.get_state_display()}”。"
    return MovedOn([Refusal("moved_on", message)])


def _as_read(asked: Row) -> QuerySet[Row]:
    """The row, provided it is still as it was read."""
    rows: QuerySet[Row] = type(asked)._default_manager.all()
    return rows.filter(pk=asked.pk, state=asked.state, stage=asked.stage, round=asked.round)


def _leave_word(asked: Request, move: Move, *, was: str, by: User, now: datetime) -> None:
    asked.refresh_from_db()
    after = {"state": asked.state, "stage": asked.stage, "round": asked.round}
    record(f"{asked._meta.model_name}.{move.value}", asked, by=by, now=now, before={"state": was}, after=after)


def _about(asked: Request) -> str:
    return f"{asked._meta.model_name}:{asked.ref}:{asked.round}"
