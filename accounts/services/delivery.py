"""Delivering messages: the clock takes up what is not sent, hands it on, and stamps it (reliability R1, F8)."""

import logging
from datetime import datetime

from accounts.models import Notice
from accounts.services.channels import send
from ceportal.kernel.services.claims import claim, put_back, unclaimed

CHUNK = 500
log = logging.getLogger(__name__)


def deliver_notices(*, now: datetime) -> int:
    """Send what waits, oldest first, each under a lease. Returns how many went out.

    What fails is tried again when its lease has run out, a few times; the others do not wait for it.
    """
    waiting = Notice.objects.filter(sent_at__isnull=True)
    return sum(
        _deliver(pk, now) for pk in unclaimed(waiting, now=now).order_by("id").values_list("pk", flat=True)[:CHUNK]
    )


def _deliver(pk: int, now: datetime) -> bool:
    row = Notice.objects.filter(pk=pk, sent_at__isnull=True)
    if not claim(row, now=now):
        return False
    notice = Notice.objects.select_related("to").get(pk=pk)
    try:
        send(notice)
    except OSError as error:
        log.warning("notice %s was not delivered: %s", notice.ref, type(error).__name__)
        put_back(row, error=type(error).__name__)
        return False
    return row.update(sent_at=now, last_error="") == 1
