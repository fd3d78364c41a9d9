"""Taking rows up under a lease, so that two workers never do one thing, and a dead worker's row comes back.

A try is noted before it begins: whatever ends it (an error, a kill, the memory) has used it up, and after
`MAX_ATTEMPTS` the row is put aside for an operator. What was never tried goes first: no row holds up the others.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Model, Q, QuerySet

from ceportal.kernel.models import MAX_ATTEMPTS, Attempt

Row = TypeVar("Row", bound=Model)

log = logging.getLogger(__name__)


def unclaimed(rows: QuerySet[Row], *, now: datetime) -> QuerySet[Row]:
    """Those of `rows` nobody holds a live lease on and that have not been tried too often."""
    return rows.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=now), attempts__lt=MAX_ATTEMPTS)


def claim(rows: QuerySet[Row], *, now: datetime) -> bool:
    """Take the one row of `rows` up: true when this caller, and no other, now holds it until the lease ends."""
    return unclaimed(rows, now=now).update(claimed_until=_lease(now), attempts=F("attempts") + 1) == 1


def put_back(rows: QuerySet[Row], *, error: str) -> None:
    """Leave the row for a later round, saying what went wrong; the lease runs out by itself (a pause between tries)."""
    rows.update(last_error=error[:500])


def give_back(rows: QuerySet[Row]) -> None:
    """What was taken up and not begun with: anybody may have it at once, no try is used up."""
    rows.filter(claimed_until__isnull=False).update(claimed_until=None, attempts=F("attempts") - 1)


def take_up(rows: QuerySet[Row], *, now: datetime, limit: int, then: Sequence[str] = ()) -> Iterator[int]:
    """The keys of up to `limit` of `rows`, each claimed as it is handed out; of those tried as often, by `then`.

    Its lease runs from that moment, not from the round's beginning. After half a lease the round ends; the next one
    goes on (other jobs want the worker too).
    """
    clock = _Round(now)
    keys = unclaimed(rows, now=now).order_by("attempts", *then, "pk").values_list("pk", flat=True)[:limit]
    for pk in list(keys):
        if clock.is_over():
            return
        if claim(rows.filter(pk=pk), now=clock.moment()):
            yield pk


@contextmanager
def failure_noted(rows: QuerySet[Any]) -> Iterator[None]:
    """Whatever goes wrong within is noted on the row by its kind alone (a message may quote a person), and goes on."""
    try:
        yield
    except Exception as error:
        put_back(rows, error=type(error).__name__)
        raise


def one_by_one(job: str, rows: QuerySet[Row], act: Callable[[Row], object], *, now: datetime, limit: int) -> int:
    """Let `act` do with each of `rows`, in their order, all that `job` wants done; gives how often it said yes.

    For tables without a lease of their own: it stands in `Attempt` and goes in the transaction of what was done. What
    the database refuses is noted and left for a later round; any other error ends this one.
    """
    clock = _Round(now)
    tried = Attempt.objects.filter(job=job)
    resting = tried.filter(Q(claimed_until__gte=now) | Q(attempts__gte=MAX_ATTEMPTS))
    found = list(rows.exclude(pk__in=resting.values("row_id"))[:limit])
    if not found:
        return 0
    known = dict(tried.values_list("row_id", "attempts"))
    done = 0
    for row in sorted(found, key=lambda row: known.get(row.pk, 0)):
        if clock.is_over():
            break
        mine = tried.filter(row_id=row.pk)
        if _begin(mine, job, row.pk, is_known=row.pk in known, now=clock.moment()):
            done += _do(mine, row, act)
    return done


def _begin(mine: QuerySet[Attempt], job: str, row_id: int, *, is_known: bool, now: datetime) -> bool:
    if is_known:
        return claim(mine, now=now)
    try:
        with transaction.atomic():
            Attempt.objects.create(job=job, row_id=row_id, begun_at=now, claimed_until=_lease(now), attempts=1)
    except IntegrityError:
        return False
    return True


def _do(mine: QuerySet[Attempt], row: Row, act: Callable[[Row], object]) -> bool:
    try:
        with failure_noted(mine), transaction.atomic():
            said_yes = bool(act(row))
            mine.delete()
            return said_yes
    except DatabaseError:
        log.exception("%s %s could not be worked on", row._meta.label, row.pk)
        return False


class _Round:
    """The time of a round as it passes, counted from the moment the round was given."""

    def __init__(self, now: datetime) -> None:
        self._now, self._started = now, time.monotonic()

    def moment(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._started)

    def is_over(self) -> bool:
        return time.monotonic() - self._started > settings.CLAIM_LEASE_SECONDS / 2


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.CLAIM_LEASE_SECONDS)
