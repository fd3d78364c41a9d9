"""Handing out stored files, and taking them in: the web's side of `kernel.services.files`.

Only views that have found the file through a selector of the reader may call `serve`.
"""

from django.http import FileResponse

from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.files import SUFFIXES, Kind
from ceportal.kernel.services.files import open_file

# Chromium shows no PDF inside a sandbox, so a PDF goes without that word; scripts, forms and connections are denied to
# both, and `object-src 'none'` would keep the viewer from starting (docs/decisions: evidence files).
_IMAGE_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
STATUSES = {"file_empty": 400, "file_too_large": 413, "file_kind": 415, "file_unsafe": 422, "disk_full": 507}


def serve(stored: StoredFile, *, inline: bool = True) -> FileResponse:
    """The shown bytes under a made-up name, with headers that let a browser show them and nothing else."""
    kind = Kind(stored.content_type)
    name = f"evidence-{stored.ref.hex[:8]}.{SUFFIXES[kind]}"
    response = FileResponse(open_file(stored), as_attachment=not inline, filename=name, content_type=kind.value)
    response["Content-Security-Policy"] = _PDF_POLICY if kind is Kind.PDF else _IMAGE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def status_of(code: str, default: int = 422) -> int:
    """The HTTP status that a refusal of an upload is answered with (inputs.md D)."""
    return STATUSES.get(code, default)
