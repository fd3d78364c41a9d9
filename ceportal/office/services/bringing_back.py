"""Files that a portal at work no longer has whole, brought back from the shelf of its backups."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

from django.db import transaction

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.scanning import NotScanned, scanner
from ceportal.kernel.services.trail import record
from ceportal.kernel.shelves.folder import FolderShelf
from ceportal.kernel.shelves.kinds import Shelf, ShelfAway, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.models import Letter
from certificates.models import Certificate


def bring_back_files(folder: Path, *, now: datetime) -> tuple[int, list[str]]:
    """Read every file, certificate and letter that a row names, and put those that are missing or changed back as the
    backups below `folder` have them. What a scanner condemned stays away; what was in quarantine comes back into
    it, and so does what the scanner finds something in by now: the clock settles both. Gives how many came back, and
    the places of those that the backups do not have whole either.

    Raises `ShelfAway` while the portal's own store does not answer; begun again it goes on.
    """
    brought, lacking = 0, list[str]()
    for name, digest, key in _named():
        shelf, kept = shelf_named(name), FolderShelf(folder / "shelf" / name)
        if _whole(shelf, key, digest) is not None:
            continue
        data = _whole(kept, key, digest)
        if data is None:
            lacking.append(f"{name}/{key}")
            continue
        if name == "files":
            _look_again(digest, data, now)
        shelf.put(key, data)
        brought += 1
    return brought, lacking


def _named() -> Iterator[tuple[str, str, str]]:
    """Shelf, digest and key of what rows name."""
    files = StoredFile.objects.exclude(state=FileState.INFECTED).values_list("shown_digest", flat=True)
    sheets = Certificate.objects.filter(issued_at__isnull=False).values_list("pdf_digest", flat=True)
    letters = Letter.objects.exclude(pdf_digest="").values_list("pdf_digest", flat=True)
    for name, digests, ending in (
        ("files", files, ""), ("certificates", sheets, ".pdf"), ("certificates", letters, ".pdf")
    ):  # fmt: skip
        for digest in digests.order_by("pk").iterator():
            yield name, digest, f"{digest[:2]}/{digest}{ending}"


def _look_again(digest: str, data: bytes, now: datetime) -> None:
    """By the lists of today: what something is found in is shown to nobody until the clock has settled it
    (`quarantine`). Where no scanner answers, what was let in once comes back.
    """
    asked, clean = scanner(), StoredFile.objects.filter(shown_digest=digest, state=FileState.CLEAN)
    try:
        found = asked.finds(BytesIO(data)) if asked else ""
    except NotScanned:
        return
    if not found:
        return
    with transaction.atomic():
        for stored in clean.order_by("pk"):
            if clean.filter(pk=stored.pk).update(state=FileState.QUARANTINED):
                record("file.quarantine", stored, by=None, now=now, after={"found": found})


def _whole(shelf: Shelf, key: str, digest: str) -> bytes | None:
    try:
        data = read(shelf, key)
    except ShelfAway:
        raise
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None
