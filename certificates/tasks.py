"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from certificates.services import bundles, issuing, sheets


@shared_task(name="certificates.settle_changed_accounts")
def settle_changed_accounts() -> None:
    issuing.settle_changed_accounts(now=timezone.now())


@shared_task(name="certificates.make_sheets")
def make_sheets() -> None:
    sheets.make_sheets(now=timezone.now())


@shared_task(name="certificates.work_on_bundles")
def work_on_bundles() -> None:
    bundles.work_on_bundles(now=timezone.now())
