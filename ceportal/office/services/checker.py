"""The independent checker as a job: every night, and when the operator asks; gone on with after a kill."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.selectors.jobs import OPEN, is_put_aside
from ceportal.kernel.services.counters import hold_counter
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from ceportal.office.rules.checking import last_night
from ceportal.office.selectors.checks import CHECK, is_check_open
from ceportal.office.selectors.readers import READERS, read_twice

# Of more findings the number alone is kept.
NAMED = 200
_STAGES = tuple(READERS)
LOCK = CHECK


def begin_check(*, by: User | None, now: datetime) -> Job:
    """Leave the job; the clock works it off. Refused while one is under way; one that was put aside is given up."""
    with transaction.atomic():
        # Where none is open there is no job to lock.
        hold_counter(LOCK)
        given_up = list(Job.objects.select_for_update().filter(kind=CHECK, state__in=OPEN))
        if not all(is_put_aside(job, now=now) for job in given_up):
            raise refuse("check_open", "核对正在进行，请等它结束。")
        for job in given_up:
            Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED, finished_at=now)
            after = {"read": job.result["read"], "error": job.last_error}
            record("check.end", job, by=by, now=now, before={"attempts": job.attempts}, after=after)
        job = Job.objects.create(
            kind=CHECK, created_at=now, total=len(_STAGES), params={"after": 0}, result={"read": {}, "found": {}}
        )
        record("check.begin", job, by=by, now=now)
    return job


def check_books(*, now: datetime) -> int:
    """The clock's job: begin the night's check when it is due, work on whatever is open."""
    if _is_due(now):
        with transaction.atomic():
            hold_counter(LOCK)
            if _is_due(now):
                begin_check(by=None, now=now)
    return work_off((CHECK,), work_on, now=now)


def _is_due(now: datetime) -> bool:
    tonight = Job.objects.filter(kind=CHECK, created_at__gte=last_night(now))
    return not is_check_open(now=now) and not tonight.exists()


def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of rows of one kind. False when all is read, or the lease is lost."""
    with transaction.atomic():
        if not renew(job, now=now):
            return False
        kind = _STAGES[job.done]
        chunk = read_twice(READERS[kind], job.params["after"])
        read, found = job.result["read"], job.result["found"]
        read[kind] = read.get(kind, 0) + chunk.read
        found[kind] = found.get(kind, 0) + len(chunk.findings)
        job.errors += [[finding.kind, finding.ref] for finding in chunk.findings][: NAMED - len(job.errors)]
        job.params["after"] = chunk.last or 0
        job.done += chunk.last is None
        if is_over := job.done == len(_STAGES):
            job.state, job.finished_at = JobState.DONE, now
        job.save(update_fields=["params", "result", "errors", "done", "state", "finished_at"])
    return not is_over
