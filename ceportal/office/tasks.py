"""The clock's own door: the sign that rounds are coming, and of each job that it was done."""

from celery import Task, current_app, shared_task
from celery.signals import task_success, worker_ready
from django.conf import settings
from django.utils import timezone

from ceportal.office.selectors.health import CLOCK
from ceportal.office.services import (
    checker,
    counting,
    erasing,
    exports,
    key_rotation,
    signals,
    staff_reminding,
    taking_over_jobs,
)
from ceportal.office.services.clock import leave_sign, leave_sign_of_job


@shared_task(name=CLOCK)
def heartbeat() -> None:
    """Beat has rung, the broker has carried, the worker works."""
    leave_sign(CLOCK, now=timezone.now())


@shared_task(name="office.count_years")
def count_years() -> None:
    counting.count_years(now=timezone.now())


@shared_task(name="office.erase_people")
def erase_people() -> None:
    erasing.erase_people(now=timezone.now())


@shared_task(name="office.look_for_signals")
def look_for_signals() -> None:
    signals.look_for_signals(now=timezone.now())


@shared_task(name="office.check_books")
def check_books() -> None:
    checker.check_books(now=timezone.now())


@shared_task(name="office.remind_staff")
def remind_staff() -> None:
    staff_reminding.work_on_reminders(now=timezone.now())


@shared_task(name="office.make_exports")
def make_exports() -> None:
    exports.work_on_exports(now=timezone.now())


@shared_task(name="office.work_on_take_overs")
def work_on_take_overs() -> None:
    taking_over_jobs.work_on_take_overs(now=timezone.now())


@shared_task(name="office.rotate_keys")
def rotate_keys() -> None:
    key_rotation.work_on_rotation(now=timezone.now())


@task_success.connect
def note_a_finished_job(sender: Task, **_: object) -> None:
    if sender.name in settings.CLOCK_JOBS:
        leave_sign_of_job(sender.name, now=timezone.now())


@worker_ready.connect
def catch_up(**_: object) -> None:
    """A worker that starts does a round at once instead of waiting for beat to ring."""
    for name in settings.CELERY_BEAT_SCHEDULE:
        current_app.send_task(name, expires=settings.CLOCK_SECONDS)
