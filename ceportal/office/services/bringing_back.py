"""Files that a portal at work no longer has whole, brought back from the shelf of its backups."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.scanning import NotScanned, scanner
from ceportal.kernel.shelves.folder import FolderShelf
from ceportal.kernel.shelves.kinds import Shelf, ShelfAway, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.models import Letter
from certificates.models import Certificate


def bring_back_files(folder: Path) -> tuple[int, list[str]]:
    """Read every file, certificate and letter that a row names, and put those that are missing or changed back as the
    backups below `folder` have them. What a scanner condemned, or finds in it now, stays away; what was in quarantine
    comes back into it. Gives how many came back, and the places of those that the backups do not have whole either.

    Raises `ShelfAway` while the portal's own store does not answer; begun again it goes on.
    """
    brought, lacking = 0, list[str]()
    for name, digest, key in _named():
        shelf, kept = shelf_named(name), FolderShelf(folder / "shelf" / name)
        if _whole(shelf, key, digest) is not None:
            continue
        data = _whole(kept, key, digest)
        if data is None or (name == "files" and not _may_come_back(digest, data)):
            lacking.append(f"{name}/{key}")
            continue
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


def _may_come_back(digest: str, data: bytes) -> bool:
    """By the lists of today. Where no scanner answers, what was let in once may come back; so may what nobody is shown
    before the clock has had it looked at, which settles it (`quarantine`).
    """
    asked = scanner()
    if asked is None or not StoredFile.objects.filter(shown_digest=digest, state=FileState.CLEAN).exists():
        return True
    try:
        return not asked.finds(BytesIO(data))
    except NotScanned:
        return True


def _whole(shelf: Shelf, key: str, digest: str) -> bytes | None:
    try:
        data = read(shelf, key)
    except ShelfAway:
        raise
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None
