"""For anybody: is this certificate real, and what does it say?"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ceportal.kernel.web.addresses import counted_address
from certificates.access import rate_limited, unlisted
from certificates.enums import CertificateState, CheckRefusal
from certificates.forms import LookUpForm
from certificates.models import Certificate
from certificates.selectors import (
    after,
    awaits_successor,
    differing,
    earlier_under,
    is_under_review,
    published,
    published_under,
)
from certificates.services.sealing import signed_by
from certificates.services.suspicions import report_differences
from certificates.services.verification import count_verification, note_refusal


@login_not_required
@require_safe
@unlisted
@rate_limited
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code leads. Whoever holds the sheet knows the employer already."""
    return _answer(request, published(token.removesuffix("/")), holds_sheet=True)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def look_up(request: HttpRequest) -> HttpResponse:
    """By number and name, typed: the name never stands in an address."""
    return _look_up(request) if request.method == "POST" else _ask(request, LookUpForm())


@rate_limited
def _look_up(request: HttpRequest) -> HttpResponse:
    # Those of other systems have any shape; they are always asked for, so that no answer takes longer (inputs.md 139).
    earlier = earlier_under(request.POST.get("number", ""), request.POST.get("name", ""))
    form = LookUpForm(request.POST)
    if earlier is not None:
        return render(request, "certificates/earlier.html", {"certificate": earlier})
    if not form.is_valid():
        return _ask(request, form)
    found = published_under(form.cleaned_data["number"], form.cleaned_data["name"])
    return _answer(request, found, holds_sheet=False)


def _ask(request: HttpRequest, form: LookUpForm) -> HttpResponse:
    context = {"form": form} | trust()
    return render(request, "certificates/look_up.html", context, status=400 if form.errors else 200)


def _answer(request: HttpRequest, found: Certificate | None, *, holds_sheet: bool) -> HttpResponse:
    """The same page, in the same steps, for whatever does not match (inputs.md 139)."""
    if found is None:
        count_verification(None, now=timezone.now())
        note_refusal(CheckRefusal.NO_MATCH, counted_address(request), now=timezone.now())
        return render(request, "certificates/not_found.html", trust(), status=404)
    if differing([found]):
        return disputed(request, found)
    return shown(request, found, holds_sheet=holds_sheet)


def shown(request: HttpRequest, found: Certificate, *, holds_sheet: bool, is_file: bool = False) -> HttpResponse:
    """What `found`, which agrees with the trail, says and is worth now; counted. `is_file`: the signed sheet itself was
    handed in.
    """
    count_verification(found, now=timezone.now())
    successor = after(found)
    context = {
        "certificate": found,
        "sheet": found.snapshot,
        "successor": successor,
        "is_awaited": found.state == CertificateState.SUPERSEDED and not successor and awaits_successor(found),
        "is_under_review": is_under_review(found),
        "holds_sheet": holds_sheet,
        "is_file": is_file,
    }
    return render(request, "certificates/verification.html", context | trust(found))


def disputed(request: HttpRequest, found: Certificate, *, is_file: bool = False) -> HttpResponse:
    """The row is not what the trail was told: nothing of it is shown, and who must look into it is told (once)."""
    count_verification(found, now=timezone.now())
    report_differences([found], now=timezone.now())
    return render(request, "certificates/disputed.html", {"is_file": is_file} | trust(), status=409)


def trust(certificate: Certificate | None = None) -> dict[str, Any]:
    """What `trust.html` tells: by which address the page is ours, and whose key signs (of `certificate`: signed it)."""
    return {"host": host(), "signers": signed_by(certificate.signed_with if certificate else "")}


def host() -> str:
    return urlsplit(settings.PUBLIC_URL).netloc
