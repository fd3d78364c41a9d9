"""Quarantine: with a scanner set up, nobody is shown what it has not seen (`scanning`). Without one all is shown.

A scanner that is away keeps nobody from handing in: the file waits, and the clock asks again each round.
"""

import logging
import time
from collections.abc import Iterator
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
_MOST_NAMED = 20


class BytesGone(NotScanned):
    """There is nothing to look at."""


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
    """Let the scanner look at what waits; gives how many are settled. Ends when it is away.

    What it cannot look at (too large for it, or the bytes are gone) goes on waiting and holds up nobody.
    """
    asked, settled, began, gone = scanner(), 0, time.monotonic(), list[str]()
    for stored in _waiting():
        if time.monotonic() - began > settings.CLAIM_LEASE_SECONDS / 2:
            break
        try:
            found = _findings(asked, stored)
        except ScannerAway as away:
            security_log.warning("the scanner is away: %s", away)
            break
        except BytesGone:
            gone.append(str(stored.ref))
            continue
        except NotScanned as why:
            security_log.warning("the scanner cannot look at %s: %s", stored.ref, why)
            continue
        settled += _settle(stored, found, now)
    if gone:
        named = ", ".join(gone[:_MOST_NAMED])
        security_log.error("the bytes of %s files in quarantine are not there: %s", len(gone), named)
    return settled


def _waiting() -> Iterator[StoredFile]:
    """From both ends, the oldest first: what goes on waiting gathers at one of them."""
    seen, rows = set[int](), StoredFile.objects.filter(state=FileState.QUARANTINED)
    oldest, newest = rows.order_by("stored_at", "pk"), rows.order_by("-stored_at", "-pk")
    for pair in zip(oldest.iterator(), newest.iterator(), strict=False):
        for stored in pair:
            if stored.pk in seen:
                return
            seen.add(stored.pk)
            yield stored


def _findings(asked: Scanner | None, stored: StoredFile) -> str:
    """Raises `BytesGone`, until a backup or the next upload of the same file brings them back."""
    if asked is None:
        return ""
    try:
        with open_bytes(stored.shown_digest) as file:
            return asked.finds(file)
    except FileNotFoundError as error:
        raise BytesGone from error


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
