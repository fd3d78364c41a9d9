"""What the independent checker came to, for the operator's page and the figures."""

from dataclasses import dataclass
from datetime import datetime

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.selectors.jobs import OPEN, is_put_aside
from ceportal.office.rules.checking import KINDS

CHECK = "check.books"
SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One kind: how many rows were read, how many of them are wrong."""

    label: str
    read: int
    found: int


@dataclass(frozen=True)
class Check:
    """The last check that came to its end; `named` are the first findings, in words and by their `ref`."""

    at: datetime | None
    lines: list[Line]
    named: list[tuple[str, str]]


def last_check_job() -> Job | None:
    return Job.objects.filter(kind=CHECK, state=JobState.DONE).order_by("-finished_at").first()


def is_check_open(*, now: datetime) -> bool:
    """Whether one goes on by itself: one that was put aside does not."""
    jobs = Job.objects.filter(kind=CHECK, state__in=OPEN)
    return any(not is_put_aside(job, now=now) for job in jobs)


def last_check() -> Check | None:
    job = last_check_job()
    if job is None:
        return None
    read, found = job.result["read"], job.result["found"]
    lines = [Line(label, read.get(kind, 0), found.get(kind, 0)) for kind, label in KINDS.items()]
    return Check(job.finished_at, lines, [(KINDS[kind], ref[:8]) for kind, ref in job.errors[:SHOWN]])
