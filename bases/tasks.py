"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from bases.services import carrying


@shared_task(name="bases.carry_recognitions")
def carry_recognitions() -> None:
    carrying.carry_recognitions(now=timezone.now())
