"""Where the bytes of stored files lie: each under its digest, and nothing forgotten beside them."""

import errno
import hashlib
import re
from datetime import datetime, timedelta
from typing import IO

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.files import FIELD
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.shelves.kinds import Shelf
from ceportal.kernel.shelves.named import shelf_named

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Nobody writes so long at one file.
_PART_AGE = timedelta(hours=1)
# Between the bytes and their row lie seconds; whoever restores a backup has a day to bring both.
_ORPHAN_AGE = timedelta(days=1)
_FOLDERS = 256
_DIGEST = re.compile(r"[0-9a-f]{64}")


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(data: bytes, digest: str) -> None:
    """All of `data` under its digest, or nothing. Raises `Refused` with `disk_full` when there is no room."""
    shelf, key = _shelf(), _key(digest)
    if shelf.has(key, size=len(data)):
        return
    try:
        shelf.put(key, data)
    except OSError as error:
        if error.errno in NO_ROOM:
            message = "服务器存储空间不足，文件没有保存，已填的内容不受影响。请稍后再传，或联系管理员。"
            raise refuse("disk_full", message, field=FIELD) from error
        raise


def is_there(digest: str) -> bool:
    return _shelf().has(_key(digest))


def open_bytes(digest: str) -> IO[bytes]:
    """Raises `FileNotFoundError` where they are gone."""
    return _shelf().open(_key(digest))


def drop(digest: str) -> None:
    _shelf().drop(_key(digest))


def sweep_shelf(*, now: datetime) -> int:
    """Remove what killed writers left half-written, and in one folder after the other bytes that no row knows, or
    that a scanner condemned.
    """
    shelf, folder = _shelf(), f"{int(now.timestamp() // 60) % _FOLDERS:02x}"
    cleared = shelf.clear_half_written(before=now - _PART_AGE)
    old = [key.rpartition("/")[2] for key in shelf.names(folder, before=now - _ORPHAN_AGE)]
    digests = [name for name in old if _DIGEST.fullmatch(name)]
    of_rows = StoredFile.objects.exclude(state=FileState.INFECTED).filter(shown_digest__in=digests)
    known = set(of_rows.values_list("shown_digest", flat=True))
    orphans = [digest for digest in digests if digest not in known]
    for digest in orphans:
        shelf.drop(_key(digest))
    return cleared + len(orphans)


def _shelf() -> Shelf:
    return shelf_named("files")


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"
