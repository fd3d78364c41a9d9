"""The moves reviewers make, for the `reviews` room downstream: who may make them and the reasons are its affair.

Each is one conditional update on state, round and version (R2). `version` is the one the reviewer looked at: what was
changed since is not ruled on. The loser gets `MovedOn` with the winner's name.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from accounts.services.routing import send_on, settle
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from credits.enums import STAGE_AUTHORITY, DeclarationState
from credits.models import Declaration
from credits.rules.declaring import MOVES, reasons_not_to_move, reasons_not_to_recognise
from credits.selectors.bench import Bench
from credits.selectors.declarations import limits_at
from credits.selectors.regulation import rule_book
from credits.selectors.second_stage import second_reviewer_for
from credits.selectors.twins import counted_words
from credits.services.declaring import tell_reviewers
from credits.services.ledger import enter_declaration, place_in_ledger
from credits.services.steps import leave_step, moved_on


@transaction.atomic
def pass_on(
    declaration: Declaration,
    *,
    version: int,
    hours: Decimal,
    by: User,
    now: datetime,
    reason: str = "",
    bench: Bench | None = None,
) -> Declaration:
    """The employer approves `hours`; it goes to the authority, or without one to the place's bureau (A11).

    `reason` says why fewer than claimed; `bench` is for who has read the rules already, here and below.

    The second clock starts now, or where the rule set says so ran since the declaration (A3). Refused when no second
    reviewer is known: hours are never counted unreviewed.
    """
    _refuse_own(declaration, by)
    refuse_if_any(reasons_not_to_recognise(hours, claimed=declaration.hours_claimed or Decimal(0)))
    limits = limits_at(declaration, bench := bench or Bench(rule_book(), now))
    second = _next_reviewer(declaration, bench)
    is_sent = send_on(
        _as_looked_at(declaration, version, DeclarationState.AT_EMPLOYER),
        state=MOVES[DeclarationState.AT_EMPLOYER, Move.APPROVE],
        stage=STAGE_AUTHORITY,
        to=second,
        duty=Duty.REVIEW_HOURS,
        now=now,
        limit_days=limits.authority_days if limits else 5,
        since=declaration.submitted_at if limits and limits.authority_starts_at_declaration else None,
        into=declaration,
        hours_recognised=hours,
    )
    if not is_sent:
        raise moved_on(declaration)
    was, employer = DeclarationState.AT_EMPLOYER, declaration.organization
    leave_step(declaration, Move.APPROVE, by=by, now=now, was=was, organization=employer, hours=hours, reason=reason)
    declaration.waiting_on = second
    tell_reviewers(declaration, now=now)
    return declaration


def _next_reviewer(declaration: Declaration, bench: Bench) -> Organization:
    employer = declaration.organization
    second = second_reviewer_for(declaration.professional, employer, book=bench.book) if employer else None
    if second is None:
        raise refuse("no_second_reviewer", "还没有登记负责下一步审核的主管部门或人社部门，请联系人社部门设置后再审核。")
    return second


@transaction.atomic
def approve(
    declaration: Declaration,
    *,
    version: int,
    hours: Decimal,
    by: User,
    now: datetime,
    reason: str = "",
    bench: Bench | None = None,
) -> Declaration:
    """The last approval: `hours` are counted in the ledger, in the same transaction (S4-11, A10). Its declarant and the
    certificates hear of it by the clock (`following`), for which the row itself is the word.

    `reason` says why other hours are recognised than those before this stage. What another door has counted already
    is approved as well and adds nothing: the step says so to the declarant (T6).
    """
    _refuse_own(declaration, by)
    refuse_if_any(reasons_not_to_recognise(hours, claimed=declaration.hours_claimed or Decimal(0)))
    place = place_in_ledger(declaration, hours=hours, now=now, bench=bench)
    beside = f"{counted_words(place.twin)}，同一次学习只计一次，本次审核不再增加学时。" if place.twin else ""
    told = "；".join(part for part in (reason, beside) if part)
    changes = {"hours_recognised": hours, "awaits_follow_up": True}
    _settle(declaration, Move.APPROVE, version=version, hours=hours, by=by, now=now, reason=told, **changes)
    enter_declaration(declaration, place, hours=hours, by=by, now=now)
    return declaration


@transaction.atomic
def send_back(declaration: Declaration, *, version: int, by: User, now: datetime, reason: str = "") -> Declaration:
    """Returned to be mended; `reason` is what the declarant reads. Handing it in again starts the clock anew (A25)."""
    _refuse_own(declaration, by)
    _settle(declaration, Move.RETURN, version=version, by=by, now=now, reason=reason, state_reason=reason[:500])
    tell_declarant(declaration, "已退回，请补正后重新提交", now)
    return declaration


@transaction.atomic
def reject(declaration: Declaration, *, version: int, by: User, now: datetime, reason: str = "") -> Declaration:
    """Not approved; it is kept, and a new declaration may be made from it (A25)."""
    _refuse_own(declaration, by)
    _settle(declaration, Move.REJECT, version=version, by=by, now=now, reason=reason, state_reason=reason[:500])
    tell_declarant(declaration, "未通过审核", now)
    return declaration


def _settle(
    declaration: Declaration,
    move: Move,
    *,
    version: int,
    by: User,
    now: datetime,
    hours: Decimal | None = None,
    reason: str = "",
    **changes: object,
) -> None:
    """End the wait of `declaration` at the stage it was read at, by `move`."""
    _refuse_unless_waiting(declaration, move)
    was, organization = DeclarationState(declaration.state), declaration.waiting_on
    if move == Move.APPROVE and was != DeclarationState.AT_AUTHORITY:
        raise moved_on(declaration)
    rows = _as_looked_at(declaration, version, was)
    if not settle(rows, state=MOVES[was, move], into=declaration, decided_at=now, **changes):
        raise moved_on(declaration)
    leave_step(declaration, move, by=by, now=now, was=was, organization=organization, hours=hours, reason=reason)


def _refuse_unless_waiting(declaration: Declaration, move: Move) -> None:
    """`MovedOn`, with who moved it, when the table knows no such move from where the declaration now stands."""
    if any(reasons_not_to_move(declaration.state, move)):
        raise moved_on(declaration)


def _refuse_own(declaration: Declaration, by: User) -> None:
    if by.pk == declaration.declarant_id:
        raise refuse("own", "不能审核自己的申报。", clause="A24")


def _as_looked_at(declaration: Declaration, version: int, state: DeclarationState) -> QuerySet[Declaration]:
    return Declaration.objects.filter(pk=declaration.pk, state=state, version=version, round=declaration.round)


def tell_declarant(declaration: Declaration, outcome: str, now: datetime) -> None:
    """What became of it, once a round and state."""
    tell(
        [declaration.declarant],
        NoticeEvent.DECLARATION_DECIDED,
        key=f"declaration:{declaration.ref}:{declaration.round}:{declaration.state}",
        text=f"您申报的《{declaration.title}》{outcome.rstrip('。')}。",
        link=f"/declarations/{declaration.ref}/",
        now=now,
    )
