"""The clock's door: one task for each job of a round, and the sign that rounds are coming."""

from celery import current_app, shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from ceportal.office.selectors.health import CLOCK
from ceportal.office.services import clock


def _task_for(job: clock.ClockJob) -> None:
    @shared_task(name=job.name)
    def work() -> None:
        job.run(now=timezone.now())
        clock.leave_sign(job.name, now=timezone.now())


for _job in clock.JOBS:
    _task_for(_job)


@shared_task(name=CLOCK)
def heartbeat() -> None:
    """Beat has rung, the broker has carried, the worker works."""
    clock.leave_sign(CLOCK, now=timezone.now())


@worker_ready.connect
def catch_up(**_: object) -> None:
    """A worker that starts does a round at once instead of waiting for beat to ring."""
    for name in settings.CELERY_BEAT_SCHEDULE:
        current_app.send_task(name, expires=settings.CLOCK_SECONDS)
