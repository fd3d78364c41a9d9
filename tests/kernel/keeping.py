"""Handing files to the store, as the tests of it do."""

from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.files import store


def upload(data: bytes, name: str = "证书", claimed: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, claimed)


def keep(data: bytes, owner: User, name: str = "证书", claimed: str = "application/octet-stream") -> StoredFile:
    return store(upload(data, name, claimed), owner=owner, now=timezone.now())


def files_kept() -> list[Path]:
    return [path for path in shelf().rglob("*") if path.is_file()]


def path_of(stored: StoredFile) -> Path:
    """Where the shown bytes lie."""
    return place_of(stored.shown_digest)


def place_of(digest: str) -> Path:
    return shelf() / digest[:2] / digest


def shelf() -> Path:
    return Path(settings.DATA_DIR) / "files"
