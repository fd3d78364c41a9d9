"""Which long work is still to be done, and which nobody goes on with by himself."""

from datetime import datetime

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, Job

OPEN = (JobState.WAITING, JobState.RUNNING)


def is_put_aside(job: Job, *, now: datetime) -> bool:
    """Whether it was tried so often that only an operator has it tried again (运行状态)."""
    has_lease = job.claimed_until is not None and job.claimed_until >= now
    return job.state in OPEN and job.attempts >= MAX_ATTEMPTS and not has_lease
