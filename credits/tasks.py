"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from credits.services import person_changes


@shared_task(name="credits.handle_person_changes")
def handle_person_changes() -> None:
    person_changes.handle_person_changes(now=timezone.now())
