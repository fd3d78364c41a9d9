"""Long work in chunks, a chunk in a transaction: taken up under a lease, gone on with by the next after a kill."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.services.claims import failure_noted, take_up

_A_ROUND = 20


# A job that somebody has begun lets those go first that nobody has: "waiting" stands behind "running".
_BEGUN_LAST = ("-state",)


class Work(Protocol):
    """One chunk, in one transaction, of a job whose lease the caller holds. False: nothing is left, or it is lost."""

    def __call__(self, job: Job, *, now: datetime) -> bool: ...


def begin_daily(kind: str, params: Mapping[str, Any], *, now: datetime) -> bool:
    """Leave the day's job of `kind` where there is none; gives whether any is open. One question where none is."""
    today = timezone.localdate(now).isoformat()
    jobs = Job.objects.filter(Q(params__day=today) | Q(state__in=OPEN), kind=kind)
    found = list(jobs.values_list("params__day", "state"))
    if all(day != today for day, _ in found):
        Job.objects.create(kind=kind, params={"day": today, **params}, created_at=now)
        return True
    return any(state in OPEN for _, state in found)


def work_off(kinds: Collection[str], work_on: Work, *, now: datetime, only: int | None = None) -> int:
    """Work on the open jobs of `kinds`, or on the one with the key `only`, for half a lease at most; gives how many
    chunks were done. Tries are those of a chunk, however many rounds a job takes: `renew` gives them back with it.
    """
    began, chunks = monotonic(), 0
    jobs = Job.objects.filter(kind__in=kinds, state__in=OPEN)
    wanted = jobs if only is None else jobs.filter(pk=only)
    for pk in take_up(wanted, now=now, limit=_A_ROUND, then=_BEGUN_LAST):
        row = jobs.filter(pk=pk)
        with failure_noted(row):
            mine = row
            while (job := mine.first()) and work_on(job, now=now + timedelta(seconds=monotonic() - began)):
                # Nobody else's, should this lease have run out meanwhile.
                mine, chunks = row.filter(claimed_until=job.claimed_until), chunks + 1
                if monotonic() - began > settings.CLAIM_LEASE_SECONDS / 2:
                    mine.update(claimed_until=None, attempts=0)
                    break
    return chunks


def renew(job: Job, *, now: datetime) -> bool:
    """Hold the lease of `job` (as it was read) for another term, first thing in the transaction that a chunk is. False
    when it is lost: a worker that was held up writes nothing.

    With the chunk the tries before it are given back; what is tried from then on is the next one. A chunk that fails
    takes this back with all that it wrote: the try stays used up.
    """
    return _held(job, now, attempts=1)


def hold_on(job: Job, *, now: datetime) -> bool:
    """Hold the lease like `renew`, for work that is whole at its end or not there: no try is given back on the way."""
    return _held(job, now)


def _held(job: Job, now: datetime, **more: int) -> bool:
    until = now + timedelta(seconds=settings.CLAIM_LEASE_SECONDS)
    job.params.setdefault("began_at", now.isoformat())
    rows = Job.objects.filter(pk=job.pk, state__in=OPEN, claimed_until=job.claimed_until)
    if not rows.update(claimed_until=until, state=JobState.RUNNING, params=job.params, **more):
        return False
    job.claimed_until = until
    return True
