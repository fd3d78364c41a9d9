"""Handing out stored files, and taking them in: the web's side of `kernel.services.files`.

Only views that have found the file through a selector of the reader may call `serve`.
"""

from typing import TypeVar
from urllib.parse import quote

from django.http import FileResponse, HttpResponse

from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.files import SUFFIXES, Kind
from ceportal.kernel.services.files import open_file
from ceportal.kernel.services.page_pictures import page_picture

Response = TypeVar("Response", FileResponse, HttpResponse)
# No script, no form, no connection, no origin of ours; framed by our own pages alone. Chromium's viewer shows a PDF
# under it (docs/decisions, evidence files).
_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
STATUSES = {
    "file_empty": 400,
    "file_too_large": 413,
    "file_kind": 415,
    "file_unsafe": 422,
    "disk_full": 507,
    "too_many_uploads": 429,
    "wrong_offset": 409,
    "upload_incomplete": 409,
    "upload_lost": 409,
    "piece_too_large": 413,
}


def serve(stored: StoredFile, *, inline: bool = True) -> FileResponse:
    """The shown bytes under a made-up name, with headers that let a browser show them and nothing else."""
    kind = Kind(stored.content_type)
    response = FileResponse(open_file(stored), content_type=kind.value)
    response["Content-Disposition"] = _disposition(stored, SUFFIXES[kind], inline=inline)
    return _guarded(response)


def serve_page(stored: StoredFile, number: int) -> HttpResponse:
    """One page of a PDF as a picture, under the same headers."""
    response = HttpResponse(page_picture(stored, number), content_type=Kind.JPEG.value)
    response["Content-Disposition"] = _disposition(stored, SUFFIXES[Kind.JPEG], inline=True)
    return _guarded(response)


def _guarded(response: Response) -> Response:
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _disposition(stored: StoredFile, suffix: str, *, inline: bool) -> str:
    """A name for old browsers and one in Chinese (RFC 5987), both made up: the person's own may tell about them."""
    short = stored.ref.hex[:8]
    name = quote(f"佐证材料-{short}.{suffix}")
    return f"{'inline' if inline else 'attachment'}; filename=\"evidence-{short}.{suffix}\"; filename*=UTF-8''{name}"


def status_of(code: str, default: int = 422) -> int:
    """The HTTP status that a refusal of an upload is answered with (inputs.md D)."""
    return STATUSES.get(code, default)
