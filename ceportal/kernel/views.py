"""The doors of uploads in pieces, for the scripts of our pages: JSON in both directions (docs/api/uploads.md)."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ceportal.kernel.models import PartialUpload
from ceportal.kernel.rules.files import FIELD
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.services import receiving
from ceportal.kernel.services.files import Owner
from ceportal.kernel.web.serving import status_of
from ceportal.kernel.web.throttles import limited

_BLOCK = 64 * 1024
_NO_SIZE = Refusal("no_size", "没有说明文件的大小。", field=FIELD)
_NO_OFFSET = Refusal("no_offset", "没有说明从哪里接着传。", field=FIELD)
_PIECE_TOO_LARGE = Refusal("piece_too_large", "一次传来的内容太多。", field=FIELD)


@limited("uploads", "UPLOAD_RATE")
@require_POST
def announce_upload(request: HttpRequest) -> HttpResponse:
    """`name`, `type` and `size` of a file that will come in pieces; 201 with where to send them."""
    size = _number(request.POST.get("size", ""))
    try:
        refuse_if_any([] if size is not None else [_NO_SIZE])
        upload = receiving.announce(
            name=request.POST.get("name", ""),
            content_type=request.POST.get("type", ""),
            size=size or 0,
            owner=_owner(request),
            now=timezone.now(),
        )
    except Refused as refused:
        return _refusal(refused)
    return JsonResponse(_facts(upload), status=201, headers={"Location": _address(upload)})


@require_http_methods(["GET", "HEAD", "POST", "DELETE"])
def show_or_receive(request: HttpRequest, ref: UUID) -> HttpResponse:
    """GET: where it stands. POST: a piece, from `Upload-Offset` on. DELETE: given up."""
    upload = receiving.uploads_of(_owner(request), now=timezone.now()).filter(ref=ref).first()
    if upload is None:
        raise Http404
    if request.method == "DELETE":
        receiving.give_up(upload)
        return HttpResponse(status=204)
    if request.method == "POST":
        try:
            upload = _receive(request, upload)
        except Refused as refused:
            return _refusal(refused, _facts(upload))
    return JsonResponse(_facts(upload))


def _receive(request: HttpRequest, upload: PartialUpload) -> PartialUpload:
    """What came of a piece, even if the connection broke in the middle of it."""
    offset = _number(request.headers.get("Upload-Offset", ""))
    if offset is None:
        raise Refused([_NO_OFFSET])
    piece = _read(request, settings.UPLOAD_PIECE_BYTES + 1)
    if len(piece) > settings.UPLOAD_PIECE_BYTES:
        raise Refused([_PIECE_TOO_LARGE])
    return receiving.receive(upload, offset=offset, piece=piece)


def _read(request: HttpRequest, most: int) -> bytes:
    data = b""
    try:
        while len(data) < most and (block := request.read(min(_BLOCK, most - len(data)))):
            data += block
    except UnreadablePostError:
        return data
    return data


def _facts(upload: PartialUpload) -> dict[str, Any]:
    return {
        "ref": str(upload.ref),
        "address": _address(upload),
        "size": upload.size,
        "offset": upload.received,
        "piece": settings.UPLOAD_PIECE_BYTES,
        "expires_at": upload.expires_at.isoformat(),
    }


def _refusal(refused: Refused, facts: dict[str, Any] | None = None) -> JsonResponse:
    first = refused.reasons[0]
    return JsonResponse(
        (facts or {}) | {"code": first.code, "problems": [reason.message for reason in refused]},
        status=status_of(first.code),
    )


def _address(upload: PartialUpload) -> str:
    return reverse("kernel:upload", args=[upload.ref])


def _owner(request: HttpRequest) -> Owner:
    return cast(Owner, request.user)


def _number(text: str) -> int | None:
    """A size or a place in a file: digits of ASCII alone, and not endlessly many."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
