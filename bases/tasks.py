"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from bases.services import carrying, link_checking


@shared_task(name="bases.carry_recognitions")
def carry_recognitions() -> None:
    carrying.carry_recognitions(now=timezone.now())


@shared_task(name="bases.check_links")
def check_links() -> None:
    link_checking.check_links(now=timezone.now())
