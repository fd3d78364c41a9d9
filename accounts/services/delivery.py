"""Delivering messages: the clock takes up what is not sent, hands it on, and stamps it (reliability R1, F8)."""

import logging
from datetime import datetime

from accounts.models import Notice
from accounts.services.channels import send
from ceportal.kernel.services.claims import failure_noted, take_up

CHUNK = 500
log = logging.getLogger(__name__)


def deliver_notices(*, now: datetime) -> int:
    """Send what waits, the untried first and of those the oldest, each under a lease. Returns how many went out.

    What fails is tried again when its lease has run out, a few times; the others do not wait for it.
    """
    waiting = Notice.objects.filter(sent_at__isnull=True)
    return sum(_deliver(pk, now) for pk in take_up(waiting, now=now, limit=CHUNK))


def _deliver(pk: int, now: datetime) -> bool:
    row = Notice.objects.filter(pk=pk, sent_at__isnull=True)
    notice = Notice.objects.select_related("to").get(pk=pk)
    try:
        with failure_noted(row):
            send(notice)
    except OSError as error:
        log.warning("notice %s was not delivered: %s", notice.ref, type(error).__name__)
        return False
    return row.update(sent_at=now, last_error="") == 1
