"""What the clock does in a round, in order: downstream last, so that one round carries a matter as far as it goes.

Each job finds its rows, claims them and works on them; it may run twice and at the same time as itself. The worker
runs them one by one (`ceportal.office.tasks`), `manage.py tick` all at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ceportal.kernel.models import Heartbeat


@dataclass(frozen=True)
class ClockJob:
    """`name` is also the Celery task's; `run` is called with `now` alone."""

    name: str
    run: Callable[..., object]


JOBS: tuple[ClockJob, ...] = ()


def run_all(*, now: datetime) -> Iterator[str]:
    """One round. Yields the name of each job when it is done."""
    for job in JOBS:
        job.run(now=now)
        yield job.name


def leave_sign(name: str, *, now: datetime) -> None:
    """Note that `name` has just been at work (what /readyz and the operator's page read)."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
