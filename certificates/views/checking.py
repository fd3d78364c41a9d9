"""For anybody: a file checked against what was issued, many certificates at once, and the keys to do it oneself."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import take
from certificates.access import rate_limited, too_many, unlisted
from certificates.documents.signing import SigningKeyMissing
from certificates.enums import CheckRefusal, FileVerdict, PaperKind, Standing
from certificates.forms import FileForm, ListForm
from certificates.models import Certificate
from certificates.rules.checking import Line
from certificates.rules.numbers import read_number
from certificates.selectors import after, published_all, standings_of
from certificates.services.checking import check_file
from certificates.services.sealing import have_a_key, trusted_certificates
from certificates.services.suspicions import report_differences
from certificates.services.verification import count_verification, count_verifications, note_refusal
from certificates.views.public import disputed, shown, trust

FILE_PAGE, LIST_PAGE = "certificates/check_file.html", "certificates/check_list.html"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def check_a_file(request: HttpRequest) -> HttpResponse:
    return _check_a_file(request) if request.method == "POST" else _ask(request, FileForm(), FILE_PAGE)


@rate_limited
def _check_a_file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form, FILE_PAGE)
    try:
        checked = check_file(form.cleaned_data["file"], now=timezone.now())
    except SigningKeyMissing:
        form.add_error(None, "签名密钥暂不可用，现在无法核对文件，请稍后再试。")
        return _ask(request, form, FILE_PAGE, status=503)
    if checked.certificate is not None:
        return shown(request, checked.certificate, holds_sheet=True, is_file=True)
    if checked.disputed is not None:
        return disputed(request, checked.disputed, is_file=True)
    count_verification(None, now=timezone.now())
    note_refusal(CheckRefusal.FILE, counted_address(request), now=timezone.now())
    context = {"verdict": checked.verdict, "verdicts": FileVerdict, "kind": _named(checked.kind)} | trust()
    return render(request, "certificates/file_verdict.html", context, status=404)


def _named(kind: str) -> str:
    return PaperKind(kind).label if kind else ""


@dataclass(frozen=True)
class Row:
    """A row of a list and what it leads to. Without `certificate` the row is as good as any other that matches none."""

    line: Line
    certificate: Certificate | None
    standing: Standing | None
    successor: Certificate | None
    is_misspelt: bool


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def check_a_list(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask(request, ListForm(), LIST_PAGE)
    form = ListForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, LIST_PAGE)
    lines: list[Line] = form.cleaned_data["lines"]
    allowance = take(settings.VERIFICATION_LIST_RATE, "verification-list", counted_address(request), cost=len(lines))
    if not allowance.is_granted:
        return too_many(request, allowance)
    rows = _rows(lines)
    count_verifications([row.certificate for row in rows], now=timezone.now())
    if missed := sum(row.certificate is None for row in rows):
        note_refusal(CheckRefusal.NO_MATCH, counted_address(request), now=timezone.now(), times=missed)
    report_differences(
        [row.certificate for row in rows if row.certificate and row.standing == Standing.DISPUTED], now=timezone.now()
    )
    valid = sum(row.standing == Standing.VALID for row in rows)
    context = {"rows": rows, "valid": valid, "standings": Standing} | trust()
    return render(request, "certificates/list_verdict.html", context)


def _rows(lines: list[Line]) -> list[Row]:
    found = published_all((line.number, line.name) for line in lines)
    standings = standings_of(one for one in found if one is not None)
    return [
        Row(
            line,
            certificate,
            standings[certificate.pk] if certificate else None,
            after(certificate) if certificate else None,
            is_misspelt=not line.name or read_number(line.number) is None,
        )
        for line, certificate in zip(lines, found, strict=True)
    ]


@login_not_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The certificates (PEM) by which files and lists are checked without the portal. No secret is among them."""
    have_a_key(now=timezone.now())
    try:
        found = trusted_certificates()
    except SigningKeyMissing as error:
        raise Http404 from error
    headers = {"Content-Disposition": 'attachment; filename="signing-certificates.pem"'}
    return HttpResponse(found, content_type="application/x-pem-file", headers=headers)


def _ask(request: HttpRequest, form: FileForm | ListForm, template: str, *, status: int = 400) -> HttpResponse:
    context = {"form": form} | trust()
    return render(request, template, context, status=status if form.errors else 200)
