"""Keeping files: checked, made harmless, written whole or not at all, once an owner (reliability R7, X15, D89, D94).

A file lies by the digest of the bytes that are shown (`file_shelf`). Of a picture only the re-encoded copy is kept; a
PDF is never rewritten, so that a signature in it stays whole. Nobody is shown what the scanner has not seen
(`quarantine`).
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Protocol
from uuid import UUID

from django.conf import settings

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules import files as rules
from ceportal.kernel.rules.files import KEPT_AS, Kind
from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.services.bounded import run_in_bounds
from ceportal.kernel.services.file_shelf import digest_of, is_there, open_bytes, put
from ceportal.kernel.services.quarantine import state_after_scan
from ceportal.kernel.services.trail import record

security_log = logging.getLogger("ceportal.security")


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
    def role(self) -> str: ...
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


def open_file(stored: StoredFile) -> IO[bytes]:
    """The shown bytes, for reading. Raises `Refused` while they are in quarantine, for good when they are infected, and
    when they are not there (a backup was brought back without them).
    """
    refuse_if_any(rules.reasons_not_to_show(stored.state))
    try:
        return open_bytes(stored.shown_digest)
    except FileNotFoundError:
        security_log.error("the bytes of %s are not there", stored.ref)
        raise Refused([rules.FILE_LOST]) from None


@dataclass(frozen=True)
class _Shown:
    """What is kept of what was handed in."""

    data: bytes
    kind: Kind
    pages: int = 1
    likeness: str = ""


def _store(upload: Upload, owner: Owner, now: datetime) -> StoredFile:
    refuse_if_any(rules.reasons_not_to_take_size(upload.size or 0, most=settings.EVIDENCE_MAX_BYTES))
    data = upload.read(settings.EVIDENCE_MAX_BYTES + 1)
    refuse_if_any(rules.reasons_not_to_take_size(len(data), most=settings.EVIDENCE_MAX_BYTES))
    refuse_if_any(rules.reasons_not_to_take_kind(data, upload.content_type or ""))
    digest = digest_of(data)
    known = StoredFile.objects.filter(owner_id=owner.pk, digest=digest).first()
    if known and is_there(known.shown_digest):
        return known
    kind = Kind(rules.kind_of(data) or "")
    shown = _Shown(data, kind, _pages_of(data)) if kind is Kind.PDF else _redrawn(data, kind)
    state = state_after_scan(shown.data)
    shown_digest = digest_of(shown.data)
    put(shown.data, shown_digest)
    facts = {
        "shown_digest": shown_digest,
        "size": len(data),
        "shown_size": len(shown.data),
        "content_type": shown.kind.value,
        "name": rules.display_name(upload.name or "", kind),
        "pages": shown.pages,
        "likeness": shown.likeness,
        "state": state,
        "stored_at": now,
    }
    stored, is_new = StoredFile.objects.get_or_create(owner_id=owner.pk, digest=digest, defaults=facts)
    return stored if is_new else _brought_back(stored, shown_digest, len(shown.data), state)


def _brought_back(stored: StoredFile, shown_digest: str, shown_size: int, state: FileState) -> StoredFile:
    """A row whose bytes were lost, or another hand's of the same moment: what has just been looked at stands."""
    stored.shown_digest, stored.shown_size, stored.state = shown_digest, shown_size, state
    stored.save(update_fields=["shown_digest", "shown_size", "state"])
    return stored


def _pages_of(data: bytes) -> int:
    """The pages of an acceptable PDF."""
    refuse_if_any(rules.reasons_not_to_take_pdf_bytes(data))
    found = json.loads(run_in_bounds("pdf_structure", data) or '{"problem": "unreadable", "pages": 0}')
    refuse_if_any(rules.reasons_not_to_take_pdf(problem=found["problem"], pages=found["pages"]))
    return int(found["pages"])


def _redrawn(data: bytes, kind: Kind) -> _Shown:
    """The copy of an acceptable picture that is kept."""
    line, _, shown = run_in_bounds("pictures", data, kind.value).partition(b"\n")
    told = json.loads(line) if line else {"problem": "broken"}
    refuse_if_any(rules.reasons_not_to_take_picture(problem=told["problem"]))
    return _Shown(shown, KEPT_AS.get(kind, kind), likeness=told["likeness"])


def _note_refusal(refused: Refused, upload: Upload, owner: Owner, now: datetime) -> None:
    """In the log with code and size, never with name or content; an unsafe file also in the trail."""
    code = refused.reasons[0].code
    security_log.warning("upload refused: %s, %s bytes, owner %s", code, upload.size, owner.ref)
    if code == "file_unsafe":
        record("file.refuse", owner, by=owner, now=now, after={"code": code, "size": upload.size or 0})
