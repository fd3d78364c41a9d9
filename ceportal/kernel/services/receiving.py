"""Files that arrive in pieces, over a connection that breaks: announced, received from where it stopped, stored.

The bytes lie in `DATA_DIR/uploads/<ref>.part`, the row says how many of them count. A piece is written under a lock of
the file, synced, and then counted by one conditional update: of two hands with the same piece one is told to look
again. The checks are those of `files.store`, when all is there.
"""

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import QuerySet

from ceportal.kernel.models import PartialUpload, StoredFile
from ceportal.kernel.rules import files as rules
from ceportal.kernel.rules.refusal import Refused, refuse, refuse_if_any
from ceportal.kernel.services.file_shelf import NO_ROOM
from ceportal.kernel.services.files import Owner, store

_AGE = timedelta(hours=1)
_A_ROUND = 500
_LONGEST_TYPE = 60


def announce(*, name: str, content_type: str, size: int, owner: Owner, now: datetime) -> PartialUpload:
    """Begin an upload. Raises `Refused`: `file_empty`, `file_too_large`, `too_many_uploads`."""
    refuse_if_any(rules.reasons_not_to_take_size(size, most=settings.EVIDENCE_MAX_BYTES))
    begun = uploads_of(owner, now=now).filter(stored__isnull=True).count()
    refuse_if_any(rules.reasons_not_to_begin(begun, most=settings.UPLOADS_AT_ONCE))
    return PartialUpload.objects.create(
        owner_id=owner.pk,
        name=rules.legible_name(name)[-rules.NAME_LIMIT :],
        content_type=content_type[:_LONGEST_TYPE],
        size=size,
        expires_at=now + timedelta(hours=settings.UPLOAD_HOURS),
    )


def uploads_of(owner: Owner, *, now: datetime) -> QuerySet[PartialUpload]:
    """One's own that have not expired: nobody else's exist."""
    return PartialUpload.objects.filter(owner_id=owner.pk, expires_at__gt=now)


def receive(upload: PartialUpload, *, offset: int, piece: bytes) -> PartialUpload:
    """Add `piece` at `offset`, which must be where the upload stands.

    Raises `Refused`: `wrong_offset` (ask where it stands), `too_much` (more than announced), `upload_lost` or
    `disk_full`.
    """
    with _held(upload) as part:
        _read_anew(upload)
        refuse_if_any(rules.reasons_not_to_receive(upload.received, upload.size, offset=offset, length=len(piece)))
        _write(part, offset, piece)
        rows = PartialUpload.objects.filter(pk=upload.pk, received=offset)
        if rows.update(received=offset + len(piece)) != 1:
            raise Refused([rules.WRONG_OFFSET])
    upload.received = offset + len(piece)
    return upload


def finish(upload: PartialUpload, *, owner: Owner, now: datetime) -> StoredFile:
    """Check and store what has arrived; asked again it gives the same file.

    Raises `Refused` as `files.store` does (then the pieces are gone), `upload_lost`, or `upload_incomplete` while
    something is missing (then all stays).
    """
    with _held(upload) as part:
        _read_anew(upload)
        if upload.stored is not None:
            return upload.stored
        if upload.received != upload.size:
            raise Refused([rules.UPLOAD_INCOMPLETE])
        try:
            stored = store(_Whole(upload, _all_of(part, upload.size)), owner=owner, now=now)
        except Refused:
            give_up(upload)
            raise
        PartialUpload.objects.filter(pk=upload.pk).update(stored=stored)
    _path(upload).unlink(missing_ok=True)
    return stored


def give_up(upload: PartialUpload) -> None:
    """The row first: what then remains of the bytes is swept."""
    PartialUpload.objects.filter(pk=upload.pk).delete()
    _path(upload).unlink(missing_ok=True)


def forget_uploads(*, now: datetime) -> int:
    """What has expired, and bytes without a row."""
    expired = list(PartialUpload.objects.filter(expires_at__lte=now)[:_A_ROUND])
    for upload in expired:
        give_up(upload)
    if not _folder().is_dir():
        return len(expired)
    old = (now - _AGE).timestamp()
    parts = {path.stem: path for path in _folder().glob(f"{'[0-9a-f]' * 32}.part") if path.stat().st_mtime < old}
    unfinished = PartialUpload.objects.filter(ref__in=list(parts), stored__isnull=True)
    known = {ref.hex for ref in unfinished.values_list("ref", flat=True)}
    lost = [path for stem, path in parts.items() if stem not in known]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(expired) + len(lost)


class _Whole(io.BytesIO):
    """All pieces together, as a form would have handed them over."""

    def __init__(self, upload: PartialUpload, data: bytes) -> None:
        super().__init__(data)
        self.name, self.size, self.content_type = upload.name, len(data), upload.content_type


@contextmanager
def _held(upload: PartialUpload) -> Iterator[IO[bytes]]:
    """The file of the pieces, for this hand alone. Raises `Refused` while another one has it."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(_path(upload), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused([rules.WRONG_OFFSET]) from None
        yield part


def _read_anew(upload: PartialUpload) -> None:
    now = PartialUpload.objects.select_related("stored").filter(pk=upload.pk).first()
    if now is None:
        _path(upload).unlink(missing_ok=True)
        raise Refused([rules.UPLOAD_LOST])
    upload.received, upload.stored = now.received, now.stored


def _write(part: IO[bytes], offset: int, piece: bytes) -> None:
    """At its place, whole and synced: what an earlier try left beyond it is overwritten."""
    try:
        part.seek(offset)
        part.truncate()
        view = memoryview(piece)
        while view:
            view = view[part.write(view) or 0 :]
        os.fsync(part.fileno())
    except OSError as error:
        if error.errno in NO_ROOM:
            message = "服务器存储空间不足，文件没有传完。请稍后再传，或联系管理员。"
            raise refuse("disk_full", message, field=rules.FIELD) from error
        raise


def _all_of(part: IO[bytes], size: int) -> bytes:
    part.seek(0)
    data = part.read()
    if len(data) != size:
        raise Refused([rules.UPLOAD_LOST])
    return data


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "uploads"


def _path(upload: PartialUpload) -> Path:
    return _folder() / f"{upload.ref.hex}.part"
