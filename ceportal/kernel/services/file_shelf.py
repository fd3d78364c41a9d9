"""Where the bytes of stored files lie: each whole under its digest, or not at all, and nothing forgotten beside them.

`DATA_DIR/files/<aa>/<digest>`; what is being written lies in `DATA_DIR/files/incoming` under a name of its own.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.files import FIELD
from ceportal.kernel.rules.refusal import refuse

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Nobody writes so long at one file.
_PART_AGE = timedelta(hours=1)
# Between the bytes and their row lie seconds; whoever restores a backup has a day to bring both.
_ORPHAN_AGE = timedelta(days=1)
_FOLDERS = 256
_DIGEST = re.compile(r"[0-9a-f]{64}")


def shelf() -> Path:
    return Path(settings.DATA_DIR) / "files"


def place_of(digest: str) -> Path:
    return shelf() / digest[:2] / digest


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(data: bytes, digest: str) -> None:
    """All of `data` under its digest, or nothing: a temporary file, synced, then renamed and synced.

    Raises `Refused` with `disk_full` when there is no room.
    """
    path = place_of(digest)
    if path.exists() and path.stat().st_size == len(data):
        return
    part = _incoming() / f"{uuid4().hex}.part"
    try:
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(part, "xb", opener=private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in NO_ROOM:
            message = "服务器存储空间不足，文件没有保存，已填的内容不受影响。请稍后再传，或联系管理员。"
            raise refuse("disk_full", message, field=FIELD) from error
        raise


def private(path: str, flags: int) -> int:
    """For `open`: a file for this user alone."""
    return os.open(path, flags, 0o600)


def sweep_shelf(*, now: datetime) -> int:
    """Remove what killed writers left half-written, and in one folder after the other bytes that no row knows."""
    parts = [part for part in _older(_incoming(), now - _PART_AGE) if part.suffix == ".part"]
    folder = shelf() / f"{int(now.timestamp() // 60) % _FOLDERS:02x}"
    old = [path for path in _older(folder, now - _ORPHAN_AGE) if _DIGEST.fullmatch(path.name)]
    known = set(
        StoredFile.objects.filter(shown_digest__in=[path.name for path in old]).values_list("shown_digest", flat=True)
    )
    orphans = [path for path in old if path.name not in known]
    for path in (*parts, *orphans):
        path.unlink(missing_ok=True)
    return len(parts) + len(orphans)


def _incoming() -> Path:
    return shelf() / "incoming"


def _older(folder: Path, moment: datetime) -> Iterator[Path]:
    """The files of a folder that nobody has touched since `moment`."""
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < moment.timestamp():
            yield Path(entry.path)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
