"""Keeping files: checked, made harmless, written whole or not at all, once an owner (reliability R7, X15, D89, D94).

A file lies under `DATA_DIR/files/<aa>/<digest>` by the digest of the bytes that are shown. Of a picture only the
re-encoded copy is kept; a PDF is never rewritten, so that a signature in it stays whole.
"""

import errno
import hashlib
import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID, uuid4

from django.conf import settings

from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules import files as rules
from ceportal.kernel.rules.files import Kind
from ceportal.kernel.rules.refusal import Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

security_log = logging.getLogger("ceportal.security")
_PROGRAMS = "ceportal.kernel.rules"
_PROGRAM_SECONDS = 30
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Upload(Protocol):
    """What Django hands over: `size` as received, and what the sender calls it."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    @property
    def content_type(self) -> str | None: ...
    def read(self, size: int = -1, /) -> bytes: ...


class Owner(Protocol):
    """A user, as far as this floor knows one."""

    @property
    def pk(self) -> Any: ...
    @property
    def label(self) -> str: ...
    @property
    def ref(self) -> UUID: ...
    @property
    def _meta(self) -> Any: ...


def store(upload: Upload, *, owner: Owner, now: datetime) -> StoredFile:
    """Keep an upload. The same bytes of the same owner give the same row.

    Raises `Refused`, nothing kept, with code `file_empty` (400), `file_too_large` (413), `file_kind` (415),
    `file_unsafe` (422) or `disk_full` (507). Call it outside a transaction: an unsafe file leaves a security event.
    """
    try:
        return _store(upload, owner, now)
    except Refused as refused:
        _note_refusal(refused, upload, owner, now)
        raise


def path_of(stored: StoredFile) -> Path:
    """Where the shown bytes lie."""
    return _path(stored.shown_digest)


def open_file(stored: StoredFile) -> IO[bytes]:
    """The shown bytes, for reading."""
    return path_of(stored).open("rb")


def _store(upload: Upload, owner: Owner, now: datetime) -> StoredFile:
    refuse_if_any(rules.reasons_not_to_take_size(upload.size or 0, most=settings.EVIDENCE_MAX_BYTES))
    data = upload.read(settings.EVIDENCE_MAX_BYTES + 1)
    refuse_if_any(rules.reasons_not_to_take_size(len(data), most=settings.EVIDENCE_MAX_BYTES))
    refuse_if_any(rules.reasons_not_to_take_kind(data, upload.content_type or ""))
    kind = Kind(rules.kind_of(data) or "")
    digest = _digest(data)
    known = StoredFile.objects.filter(owner_id=owner.pk, digest=digest).first()
    if known and path_of(known).exists():
        return known
    shown, pages = (data, _pages_of(data)) if kind is Kind.PDF else (_redrawn(data, kind), 1)
    shown_digest = _digest(shown)
    _write(shown, _path(shown_digest))
    facts = {
        "shown_digest": shown_digest,
        "size": len(data),
        "shown_size": len(shown),
        "content_type": kind.value,
        "name": rules.display_name(upload.name or "", kind),
        "pages": pages,
        "stored_at": now,
    }
    stored, _ = StoredFile.objects.get_or_create(owner_id=owner.pk, digest=digest, defaults=facts)
    return stored


def _pages_of(data: bytes) -> int:
    """The pages of an acceptable PDF."""
    refuse_if_any(rules.reasons_not_to_take_pdf_bytes(data))
    found = json.loads(_in_bounds("pdf_structure", data) or '{"problem": "unreadable", "pages": 0}')
    refuse_if_any(rules.reasons_not_to_take_pdf(problem=found["problem"], pages=found["pages"]))
    return int(found["pages"])


def _redrawn(data: bytes, kind: Kind) -> bytes:
    """The copy of an acceptable picture that is kept."""
    told, _, shown = _in_bounds("pictures", data, kind.value).partition(b"\n")
    problem = json.loads(told)["problem"] if told else "broken"
    refuse_if_any(rules.reasons_not_to_take_picture(problem=problem))
    return shown


def _in_bounds(program: str, data: bytes, *arguments: str) -> bytes:
    """What a program of the rules says of `data`, in a process with bounds of its own: what bursts there bursts alone.

    Empty when it did not come to an end.
    """
    spec = find_spec(f"{_PROGRAMS}.{program}")
    command = [sys.executable, "-I", str(spec.origin if spec else ""), *arguments]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_PROGRAM_SECONDS, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        security_log.warning("%s did not end in %s s", program, _PROGRAM_SECONDS)
        return b""
    if done.returncode != 0:
        security_log.warning("%s ended with %s: %s", program, done.returncode, done.stderr[-300:])
        return b""
    return done.stdout


def _write(data: bytes, path: Path) -> None:
    """All of `data` under its name, or nothing: a temporary file beside it, synced, then renamed and synced."""
    if path.exists() and path.stat().st_size == len(data):
        return
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(part, "xb", opener=_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in _NO_ROOM:
            message = "服务器存储空间不足，文件没有保存，已填的内容不受影响。请稍后再传，或联系管理员。"
            raise refuse("disk_full", message, field=rules.FIELD) from error
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note_refusal(refused: Refused, upload: Upload, owner: Owner, now: datetime) -> None:
    """In the log with code and size, never with name or content; an unsafe file also in the trail."""
    code = refused.reasons[0].code
    security_log.warning("upload refused: %s, %s bytes, owner %s", code, upload.size, owner.ref)
    if code == "file_unsafe":
        record("file.refuse", owner, by=owner, now=now, after={"code": code, "size": upload.size or 0})


def _path(digest: str) -> Path:
    return Path(settings.DATA_DIR) / "files" / digest[:2] / digest


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
