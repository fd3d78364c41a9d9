"""A person's own certificates."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, professionals_only
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.web.keyset import keyset_page
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.selectors import (
    certificates_of,
    earlier_of,
    reasons_against_renewing,
    renewable,
    under_review,
    unlisted,
)
from certificates.services import shelf
from certificates.services.issuing import renew

_TONES = {
    CertificateState.INTENDED: "wait",
    CertificateState.ISSUED: "ok",
    CertificateState.SUPERSEDED: "idle",
    CertificateState.REVOKED: "bad",
}
REFRESH_SECONDS = 10
log = logging.getLogger(__name__)


@require_safe
@professionals_only
def mine(request: PersonRequest) -> HttpResponse:
    """All years. While a sheet is being made the page asks again by itself, without script."""
    rows = certificates_of(request.professional)
    page = keyset_page(rows, order=("-year", "-edition", "-id"), cursor=request.GET.get("after", ""))
    moved_on, growing = under_review(page.items), renewable(page.items, now=timezone.now())
    latest = next((certificate for certificate in page.items if certificate.state == CertificateState.ISSUED), None)
    shown = [
        _shown(certificate, is_moving=certificate.pk in moved_on)
        | {"is_latest": certificate == latest, "is_renewable": certificate.pk in growing}
        for certificate in page.items
    ]
    context = {"page": page, "shown": shown, "earlier": earlier_of(request.professional)}
    response = render(request, "certificates/mine.html", context)
    if any(certificate.state == CertificateState.INTENDED for certificate in page.items):
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@require_safe
@professionals_only
def pdf(request: PersonRequest, ref: UUID) -> HttpResponse:
    """The bytes that were issued, and no others. A certificate that ended is not handed out any more."""
    certificate = get_object_or_404(certificates_of(request.professional), ref=ref)
    if certificate.state == CertificateState.INTENDED:
        raise refuse("not_ready", "这份证书正在生成，通常一分钟内完成，请稍后再下载。")
    if certificate.state != CertificateState.ISSUED:
        raise refuse("ended", f"这份证书{certificate.get_state_display()}，不再提供下载。{certificate.ended_because}")
    return download(certificate)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@professionals_only
def renew_one(request: PersonRequest, ref: UUID) -> HttpResponse:
    """A new edition of a closed year with all its hours: shown first, made on a second word (A14)."""
    mine = certificates_of(request.professional).filter(professional=request.professional)
    certificate, now = get_object_or_404(mine, ref=ref), timezone.now()
    if request.method == "POST":
        renew(certificate, by=request.professional.user, now=now)
        messages.success(request, "已申请换发，新证书正在生成，通常一分钟内完成。原证书仍可查到，并会指向新证书。")
        return redirect("certificates:mine")
    refuse_if_any(reasons_against_renewing(certificate, now=now))
    context = {"certificate": certificate, "sheet": certificate.snapshot, "more": unlisted(certificate)}
    return render(request, "certificates/renew.html", context)


def download(certificate: Certificate) -> HttpResponse:
    """The stored sheet, for whom it is to be handed out."""
    try:
        issued = shelf.take(certificate.pdf_digest)
    except shelf.SheetDamaged:
        log.error("the stored sheet of certificate %s is not the one issued", certificate.number)
        raise refuse(
            "damaged", "证书文件与签发时不一致，已停止下载。请联系人社部门，证书编号可在“我的证书”中查到。"
        ) from None
    response = HttpResponse(issued, content_type="application/pdf")
    name = f"继续教育证书-{certificate.year}年度-{certificate.number}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(certificate: Certificate, *, is_moving: bool) -> dict[str, Any]:
    """What a row of the list says about where its certificate stands."""
    state = CertificateState(certificate.state)
    if state == CertificateState.ISSUED and is_moving:
        return {"certificate": certificate, "label": "正在复核", "tone": "warn"}
    return {"certificate": certificate, "label": state.label, "tone": _TONES[state]}
