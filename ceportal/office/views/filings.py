"""The signed papers of a filing, for those who may read it."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import only_who_may, recently_proved
from accounts.models import User
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import refuse
from ceportal.office.services.filing_papers import signed_form, signed_list
from certificates.documents.printing import MissingGlyphs
from certificates.documents.signing import SigningKeyMissing
from reviews.models import Filing
from reviews.selectors.filings import filings_seen_by

_NO_KEY = "签名密钥暂时不可用，请联系系统运行人员。名单本身不受影响，可以先下载未签名的 CSV。"


@only_who_may(Act.SEE_FILINGS)
@recently_proved
@require_safe
def filing_list(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The list with its signature, as ZIP."""
    filing = _filing(request, ref)
    try:
        packed = signed_list(filing, now=timezone.now())
    except SigningKeyMissing as error:
        raise refuse("no_key", _NO_KEY) from error
    return _file(packed, f"filing-{filing.number}.zip", "application/zip")


@only_who_may(Act.SEE_FILINGS)
@recently_proved
@require_safe
def filing_form(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The form as signed PDF."""
    filing = _filing(request, ref)
    try:
        pdf = signed_form(filing, now=timezone.now())
    except SigningKeyMissing as error:
        raise refuse("no_key", _NO_KEY) from error
    except MissingGlyphs as error:
        raise refuse("missing_glyphs", f"暂时不能生成 PDF：{error}。请使用 CSV。") from error
    return _file(pdf, f"filing-{filing.number}.pdf", "application/pdf")


def _filing(request: HttpRequest, ref: UUID) -> Filing:
    return get_object_or_404(filings_seen_by(cast(User, request.user)).exclude(digest=""), ref=ref)


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = StreamingHttpResponse([data], content_type=content_type)  # each signature has its own length
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, response)
