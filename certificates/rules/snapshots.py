"""The frozen content of a certificate: one canonical text, and its digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# Grows when the shape of a snapshot changes; a sheet is always drawn by the shape it was promised with.
SCHEMA = 1


def canonical(snapshot: Mapping[str, Any]) -> bytes:
    """The same bytes for the same content, whichever database kept it: sorted keys, no blanks, UTF-8."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text, 64 hex digits."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()
