"""Giving what was put aside another run of tries: an operator's act, once its cause is mended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.services.trail import record
from ceportal.office.selectors.dead_letters import Kind

# Of one click; another takes the next.
AT_ONCE = 500


def retry_dead_letter(kind: Kind, ref: UUID, *, by: User, now: datetime) -> None:
    """The next round of the clock takes it up. Raises `MovedOn` when it is not dead (any more)."""
    row = kind.dead().filter(ref=ref).first()
    if row is None or not _retry(kind, row, by, now):
        raise MovedOn([Refusal("not_dead", "这一项已经不在搁置中：可能已由他人重试，或已处理完成。")])


def retry_dead_letters(kind: Kind, *, by: User, now: datetime) -> int:
    """All of a kind, at most `AT_ONCE`, the longest dead first. Gives how many."""
    rows = list(kind.dead().order_by("claimed_until", "pk")[:AT_ONCE])
    return sum(_retry(kind, row, by, now) for row in rows)


@transaction.atomic
def _retry(kind: Kind, row: Any, by: User, now: datetime) -> bool:
    if not kind.dead().filter(pk=row.pk).update(attempts=0, claimed_until=None, last_error=""):
        return False
    before = {"attempts": row.attempts, "error": row.last_error}
    record("dead_letter.retry", row, by=by, now=now, before=before, after={"attempts": 0})
    return True
