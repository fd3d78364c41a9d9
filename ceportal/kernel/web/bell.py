"""The broker as a bell: what a click has left for the clock is begun at once, not with its next round (decision 66).

The row is the queue. A bell that nobody hears costs a round: the clock finds the row as it always does.
"""

import logging
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(job: str) -> None:
    """Ask for a job of the clock, by its name, as soon as the transaction is through. Never an error."""
    transaction.on_commit(partial(_ring, job), robust=True)


def _ring(job: str) -> None:
    try:
        current_app.send_task(job, expires=settings.CLOCK_SECONDS, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("nobody hears the bell for %s: %s", job, type(error).__name__)
