"""Quarantine: with a scanner set up, nobody is shown what it has not seen (`scanning`). Without one all is shown.

A scanner that is away keeps nobody from handing in: the file waits, and the clock asks again each round.
"""

import logging
import time
from datetime import datetime
from io import BytesIO

from django.conf import settings
from django.db import transaction

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules import files as rules
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.file_shelf import drop, open_bytes
from ceportal.kernel.services.scanning import NotScanned, Scanner, ScannerAway, scanner
from ceportal.kernel.services.trail import record

security_log = logging.getLogger("ceportal.security")


def state_after_scan(data: bytes) -> FileState:
    """Clean, or quarantined while the scanner is away. Raises `Refused` with `file_unsafe` for what it finds."""
    asked = scanner()
    if asked is None:
        return FileState.CLEAN
    try:
        found = asked.finds(BytesIO(data))
    except NotScanned as why:
        security_log.warning("a file waits in quarantine: %s", why)
        return FileState.QUARANTINED
    if found:
        security_log.warning("the scanner found %s", found)
        raise Refused([rules.infected()])
    return FileState.CLEAN


def scan_quarantined(*, now: datetime) -> int:
    """Let the scanner look at what waits, the oldest first; gives how many are settled. Ends when it is away.

    What it cannot look at (too large for it) goes on waiting and holds up nobody.
    """
    asked, settled, began = scanner(), 0, time.monotonic()
    for stored in StoredFile.objects.filter(state=FileState.QUARANTINED).order_by("stored_at", "pk").iterator():
        if time.monotonic() - began > settings.CLAIM_LEASE_SECONDS / 2:
            break
        try:
            found = _findings(asked, stored)
        except ScannerAway as away:
            security_log.warning("the scanner is away: %s", away)
            break
        except NotScanned as why:
            security_log.warning("the scanner cannot look at %s: %s", stored.ref, why)
            continue
        settled += _settle(stored, found, now)
    return settled


def _findings(asked: Scanner | None, stored: StoredFile) -> str:
    """Bytes that are gone hold nothing; the next upload of the same file brings them back."""
    if asked is None:
        return ""
    try:
        with open_bytes(stored.shown_digest) as file:
            return asked.finds(file)
    except FileNotFoundError:
        return ""


def _settle(stored: StoredFile, found: str, now: datetime) -> bool:
    """Out of quarantine, for good or for ill; once, whoever comes first. Infected bytes go, and every row of them says
    why.
    """
    state = FileState.INFECTED if found else FileState.CLEAN
    with transaction.atomic():
        waiting = StoredFile.objects.filter(pk=stored.pk, state=FileState.QUARANTINED)
        if waiting.update(state=state) != 1:
            return False
        if found:
            StoredFile.objects.filter(shown_digest=stored.shown_digest).update(state=state)
            record("file.infected", stored, by=None, now=now, after={"found": found})
    if found:
        security_log.warning("the scanner found %s in %s", found, stored.ref)
        drop(stored.shown_digest)
    return True
