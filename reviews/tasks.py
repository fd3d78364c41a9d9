"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from reviews.services import (
    digesting,
    filing,
    inspecting,
    inspection_clock,
    openings,
    overlooking,
    reminding,
    steering,
)


@shared_task(name="reviews.redate")
def redate() -> None:
    reminding.redate(now=timezone.now())


@shared_task(name="reviews.remind_reviewers")
def remind_reviewers() -> None:
    reminding.remind_reviewers(now=timezone.now())


@shared_task(name="reviews.mark_overdue")
def mark_overdue() -> None:
    reminding.mark_overdue(now=timezone.now())


@shared_task(name="reviews.raise_delays")
def raise_delays() -> None:
    reminding.raise_delays(now=timezone.now())


@shared_task(name="reviews.digest_reviewers")
def digest_reviewers() -> None:
    digesting.digest_reviewers(now=timezone.now())


@shared_task(name="reviews.work_on_filings")
def work_on_filings() -> None:
    filing.work_on_filings(now=timezone.now())


@shared_task(name="reviews.lapse_inspections")
def lapse_inspections() -> None:
    inspecting.lapse_inspections(now=timezone.now())


@shared_task(name="reviews.remind_inspectors")
def remind_inspectors() -> None:
    inspection_clock.remind_of_inspections(now=timezone.now())


@shared_task(name="reviews.clear_desks")
def clear_desks() -> None:
    openings.clear_desks(now=timezone.now())


@shared_task(name="reviews.look_for_steering")
def look_for_steering() -> None:
    steering.look_for_steering(now=timezone.now())


@shared_task(name="reviews.overlook_places")
def overlook_places() -> None:
    overlooking.overlook_places(now=timezone.now())
