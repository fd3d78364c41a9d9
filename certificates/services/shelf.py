"""Where signed sheets lie: by the digest of their bytes, written whole or not at all, read back only when unchanged."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

FOLDER = "certificates"


class SheetDamaged(Exception):
    """The stored bytes are missing or are not those that were issued: nothing is handed out."""


def put(pdf: bytes) -> str:
    """Store `pdf` and give its SHA-256. Storing the same bytes again changes nothing; a crash leaves no half a file."""
    digest = hashlib.sha256(pdf).hexdigest()
    path = _place(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(descriptor, "wb") as file:
        file.write(pdf)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    _settle(path.parent)
    return digest


def take(digest: str) -> bytes:
    """The bytes stored under `digest`. Raises `SheetDamaged`."""
    try:
        pdf = _place(digest).read_bytes()
    except OSError as error:
        raise SheetDamaged(digest) from error
    if hashlib.sha256(pdf).hexdigest() != digest:
        raise SheetDamaged(digest)
    return pdf


def drop(digest: str) -> None:
    """Remove a sheet that was made and never published (its certificate ended while it was being drawn)."""
    _place(digest).unlink(missing_ok=True)


def _place(digest: str) -> Path:
    return Path(settings.DATA_DIR) / FOLDER / digest[:2] / f"{digest}.pdf"


def _settle(folder: Path) -> None:
    """The rename itself must outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
