"""Moving something routed from hand to hand: always one conditional update (compare-and-swap, reliability R2)."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.enums import Duty, Move
from accounts.models import Organization, Routed, Ruling, User
from ceportal.kernel.rules.working_days import DueDay
from ceportal.kernel.selectors.calendar import calendar_version, due_after, end_of
from ceportal.kernel.services.returning import update_into

Row = TypeVar("Row", bound=Routed)
LIMIT_DAYS = 5


def send_on(
    rows: QuerySet[Row],
    *,
    state: str,
    stage: int,
    to: Organization,
    duty: Duty,
    now: datetime,
    limit_days: int = LIMIT_DAYS,
    new_round: bool = False,
    since: datetime | None = None,
    into: Row | None = None,
    **changes: Any,
) -> bool:
    """Let the one row of `rows` wait at `stage` with `to`, due `limit_days` working days on (S0-20, A4).

    `rows` names the row *and the state it must be in*: false when someone else has moved it. `new_round` counts a
    new submission (A25). `since` is when the limit began to run, where that was not just now (A3). `into` is the row as
    it was read, made fresh by the same statement.
    """
    due_at, due, version = due_of(rows.model, since or now, limit_days)
    if new_round:
        changes["round"] = F("round") + 1
    return _moved(
        rows,
        into,
        state=state,
        stage=stage,
        waiting_on=to,
        duty=duty,
        waiting_since=since or now,
        due_at=due_at,
        due_is_provisional=due.is_provisional,
        calendar_version=version,
        limit_days=limit_days,
        reminded_at_days=None,
        overdue_at=None,
        **changes,
    )


def due_of(model: type[Routed], since: datetime, limit_days: int) -> tuple[datetime, DueDay, int]:
    """When what `model` holds is due, and by which version of the calendar: `limit_days` after the day of `since`."""
    if not model.counts_every_day:
        return due_after(since, limit_days)
    last = timezone.localdate(since) + timedelta(days=limit_days)
    return end_of(last), DueDay(last, is_provisional=False), calendar_version()


def settle(rows: QuerySet[Row], *, state: str, into: Row | None = None, **changes: Any) -> bool:
    """Let the one row of `rows` wait with nobody any more. False when someone else has moved it. `into` as above."""
    ended: dict[str, Any] = {"waiting_on": None, "duty": "", "waiting_since": None, "due_at": None}
    return _moved(rows, into, state=state, **ended, reminded_at_days=None, **changes)


def _moved(rows: QuerySet[Row], into: Row | None, **changes: Any) -> bool:
    return rows.update(**changes) == 1 if into is None else update_into(into, rows, **changes)


def rule_on(routed: Routed, *, move: Move, by: User, now: datetime, reason: str = "", reason_code: str = "") -> Ruling:
    """Append what `by` ruled on the stage and round `routed` was read at. Write it in the transaction of the move."""
    rulings: Any = routed.rulings  # type: ignore[attr-defined]
    ruling: Ruling = rulings.create(
        stage=routed.stage,
        round=routed.round,
        move=move,
        reason=reason,
        reason_code=reason_code,
        by=by,
        organization=routed.waiting_on,
        declarant=routed.declarant,
        at=now,
        **rulings.model.kept_of(routed),
    )
    return ruling
