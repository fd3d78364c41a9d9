"""Deciding on a declaration: looked at, in one transaction, by exactly one of those who could (S0-20, S3-06, R2)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.enums import Move
from accounts.models import User
from accounts.rules.roles import role_in_words
from ceportal.kernel.rules.circumstances import acting_as
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import recorded_together
from credits.enums import STAGE_EMPLOYER
from credits.models import Declaration
from credits.selectors.at_hand import with_what_it_takes
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from credits.services import ruling
from credits.services.steps import moved_on
from reviews.enums import REASON_LIMIT, REVIEWING, ReasonCode
from reviews.models import Decision
from reviews.rules.deciding import Verdict, reasons_not_to_decide
from reviews.selectors.desk import looked_at, one_of_inbox, with_what_was_looked_at

# Beside what lists show: read at once, as a decision needs all of it.
_DECIDED_WITH = (
    *("professional", "professional__area", "professional__title_series", "declarant"),
    *("organization", "organization__supervisor", "organization__supervisor__area", "organization__area"),
    *("waiting_on", "activity", "conversion"),
)


@transaction.atomic
def decide(
    declaration: Declaration,
    *,
    version: int,
    move: str,
    hours: Decimal | None = None,
    reason_code: str = "",
    reason: str = "",
    stage: int | None = None,
    by: User,
    now: datetime,
) -> Decision:
    """Approve (recognising `hours`), return or reject what `by` saw as `version` at `stage`.

    Raises `Refused` with every reason against it, and `MovedOn` with the winner's name when it no longer waits for
    `by` as they saw it. Nothing is changed then. What stood open and half-written of it the clock puts away.
    """
    rows = with_what_was_looked_at(one_of_inbox(by, declaration), by)
    current = with_what_it_takes(rows).select_related(*_DECIDED_WITH).first()
    seen_stage = declaration.stage if stage is None else stage
    if current is None or current.due_at is None or (current.version, current.stage) != (version, seen_stage):
        raise moved_on(declaration)
    verdict = Verdict(move, hours if move == Move.APPROVE else None, reason_code, reason.strip())
    bench = Bench(rule_book(), now)
    refuse_if_any(reasons_not_to_decide(verdict, looked_at(current, by, now=now, bench=bench)))
    decision = _decision(current, verdict, was_due_at=current.due_at, by=by, now=now)
    role = role_in_words([(REVIEWING.label, decision.organization.name)])
    with acting_as(role), recorded_together():
        _move(current, verdict, bench, by=by)
    decision.save(force_insert=True)
    return decision


def _decision(declaration: Declaration, verdict: Verdict, *, was_due_at: datetime, by: User, now: datetime) -> Decision:
    """As it stands before the move: afterwards the row waits with somebody else, until another moment."""
    return Decision(
        subject=declaration,
        stage=declaration.stage,
        round=declaration.round,
        version=declaration.version,
        move=verdict.move,
        reason_code=verdict.reason_code,
        reason=verdict.reason,
        hours_recognised=verdict.hours,
        by=by,
        organization=declaration.waiting_on,
        declarant=declaration.declarant,
        was_due_at=was_due_at,
        at=now,
    )


def _move(declaration: Declaration, verdict: Verdict, bench: Bench, *, by: User) -> None:
    """The conditional update and all that follows from it, upstream."""
    version, reason, now = declaration.version, _worded(verdict), bench.now
    if verdict.hours is not None:
        act = ruling.pass_on if declaration.stage == STAGE_EMPLOYER else ruling.approve
        act(declaration, version=version, hours=verdict.hours, by=by, now=now, reason=reason, bench=bench)
    elif verdict.move == Move.RETURN:
        ruling.send_back(declaration, version=version, by=by, now=now, reason=reason)
    else:
        ruling.reject(declaration, version=version, by=by, now=now, reason=reason)


def _worded(verdict: Verdict) -> str:
    """佐证材料不全：缺少结业证书 — as the declarant reads it."""
    if not verdict.reason:
        return ""
    label = ReasonCode(verdict.reason_code).label if verdict.reason_code else ""
    return (f"{label}：{verdict.reason}" if label else verdict.reason)[:REASON_LIMIT]
