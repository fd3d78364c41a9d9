"""Where signed sheets lie: by the digest of their bytes, written whole or not at all, read back only when unchanged."""

import hashlib

from ceportal.kernel.shelves.kinds import Shelf, ShelfAway, read
from ceportal.kernel.shelves.named import shelf_named


class SheetDamaged(Exception):
    """The stored bytes are missing or are not those that were issued: nothing is handed out."""


def put(pdf: bytes) -> str:
    """Store `pdf` and give its SHA-256. Storing the same bytes again changes nothing; a crash leaves no half a file."""
    digest = hashlib.sha256(pdf).hexdigest()
    if not _shelf().has(_key(digest)):
        _shelf().put(_key(digest), pdf)
    return digest


def take(digest: str) -> bytes:
    """The bytes stored under `digest`. Raises `SheetDamaged`, and `ShelfAway` while the store does not answer."""
    try:
        pdf = read(_shelf(), _key(digest))
    except ShelfAway:
        raise
    except OSError as error:
        raise SheetDamaged(digest) from error
    if hashlib.sha256(pdf).hexdigest() != digest:
        raise SheetDamaged(digest)
    return pdf


def drop(digest: str) -> None:
    """Remove a sheet that was made and never published (its certificate ended while it was being drawn)."""
    _shelf().drop(_key(digest))


def _shelf() -> Shelf:
    return shelf_named("certificates")


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}.pdf"
