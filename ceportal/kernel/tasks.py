"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from ceportal.kernel.services import quarantine, sealing_trail, sweeping


@shared_task(name="kernel.scan_quarantined")
def scan_quarantined() -> None:
    quarantine.scan_quarantined(now=timezone.now())


@shared_task(name="kernel.sweep")
def sweep() -> None:
    sweeping.sweep(now=timezone.now())


@shared_task(name="kernel.seal_trail")
def seal_trail() -> None:
    sealing_trail.seal_trail(now=timezone.now())
