"""Links to a certificate: made and ended by its holder, opened by whoever was given one."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, professionals_only
from ceportal.kernel.web.addresses import counted_address
from certificates.access import rate_limited, unlisted
from certificates.enums import CertificateState, CheckRefusal, Standing
from certificates.models import Certificate, ShareLink
from certificates.rules.sharing import DAYS
from certificates.selectors import certificates_of, standing_of
from certificates.services.sharing import count_opening, end_link, open_links, share, shared_under
from certificates.services.verification import count_verification, note_refusal
from certificates.views.own import download
from certificates.views.public import disputed, host


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label="有效期",
        choices=[(days, f"{days} 天") for days in DAYS],
        coerce=int,
        initial=DAYS[0],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择有效期。", "invalid_choice": "请选择列出的有效期。"},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@professionals_only
def share_one(request: PersonRequest, ref: UUID) -> HttpResponse:
    """The open links of a certificate, and a new one."""
    certificate, now = get_object_or_404(certificates_of(request.professional), ref=ref), timezone.now()
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        share(certificate, days=form.cleaned_data["days"], by=request.professional.user, now=now)
        messages.success(request, "链接已生成，请复制后发给需要的人。")
        return redirect("certificates:share", certificate.ref)
    context = {
        "certificate": certificate,
        "sheet": certificate.snapshot,
        "links": open_links(certificate, now=now),
        "is_valid": certificate.state == CertificateState.ISSUED,
        "form": form,
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "certificates/share.html", context, status=422 if form.is_bound else 200)


@require_POST
@professionals_only
def end_one(request: PersonRequest, ref: UUID) -> HttpResponse:
    mine = certificates_of(request.professional).values("pk")
    link = get_object_or_404(ShareLink.objects.filter(certificate__in=mine).select_related("certificate"), ref=ref)
    end_link(link, by=request.professional.user, now=timezone.now())
    messages.success(request, "链接已停用。")
    return redirect("certificates:share", link.certificate.ref)


@login_not_required
@require_safe
@unlisted
@rate_limited
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate whole, as its holder wants it read. Ended, run out and made up are one answer."""
    now = timezone.now()
    link = shared_under(token, now=now)
    if link is None:
        return _nothing(request)
    certificate = link.certificate
    count_opening(link)
    standing = standing_of(certificate)
    if standing == Standing.DISPUTED:
        return disputed(request, certificate)
    count_verification(certificate, now=now)
    context = {
        "link": link,
        "certificate": certificate,
        "sheet": certificate.snapshot,
        "standing": standing,
        "standings": Standing,
        "host": host(),
    }
    return render(request, "certificates/shared.html", context)


@login_not_required
@require_safe
@unlisted
@rate_limited
def shared_file(request: HttpRequest, token: str) -> HttpResponse:
    """The signed sheet, while it is valid."""
    link = shared_under(token, now=timezone.now())
    if link is None or not _is_handed_out(link.certificate):
        return _nothing(request)
    return download(link.certificate)


def _is_handed_out(certificate: Certificate) -> bool:
    return certificate.state == CertificateState.ISSUED and standing_of(certificate) != Standing.DISPUTED


def _nothing(request: HttpRequest) -> HttpResponse:
    note_refusal(CheckRefusal.NO_MATCH, counted_address(request), now=timezone.now())
    return render(request, "certificates/link_over.html", status=404)
