"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from ceportal.kernel.services import quarantine, sweeping


@shared_task(name="kernel.scan_quarantined")
def scan_quarantined() -> None:
    quarantine.scan_quarantined(now=timezone.now())


@shared_task(name="kernel.sweep")
def sweep() -> None:
    sweeping.sweep(now=timezone.now())
