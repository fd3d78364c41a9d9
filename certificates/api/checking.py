"""For everybody's programs: what a certificate or a file is worth now, and the list of what is worth nothing more."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.web.machines import JsonAlone
from ceportal.kernel.rules.id_number import mask_name
from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.keyset import strict_page
from ceportal.kernel.web.limits import take
from ceportal.kernel.web.problems import Problem, json_answer
from certificates.access import note_too_many
from certificates.documents.signing import SigningKeyMissing
from certificates.enums import CheckRefusal, Standing
from certificates.models import Certificate
from certificates.rules.checking import MOST_BYTES_OF_PROGRAMS
from certificates.selectors import after, ended, published, standing_of
from certificates.services.checking import check_file
from certificates.services.revocations import revocation_list
from certificates.services.suspicions import report_differences
from certificates.services.verification import count_verification, note_refusal

# About a megabyte of list.
ENTRIES = 5_000
DISPUTED = "这份证书的登记内容与签发时留下的记录不一致，正在核查，暂时不能按有效采信，请稍后再查。"
UNLISTED = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


class PublicView(APIView):
    """No token; the rate is that of the verification page."""

    content_negotiation_class = JsonAlone

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        allowance = take(settings.VERIFICATION_RATE, "verification", counted_address(request))
        if not allowance.is_granted:
            note_too_many(counted_address(request))
            headers = {"Retry-After": str(allowance.reset)}
            raise Problem(429, "too_many", "查验过于频繁，请稍后重试。", headers=headers)


class OneCertificate(PublicView):
    """What the page behind the QR code shows to who holds the sheet."""

    def get(self, request: Request, token: str) -> HttpResponse:
        found, now = published(token), timezone.now()
        count_verification(found, now=now)
        if found is None:
            note_refusal(CheckRefusal.NO_MATCH, counted_address(request), now=now)
            raise Http404
        standing = standing_of(found)
        if standing == Standing.DISPUTED:
            report_differences([found], now=now)
            raise Problem(409, "disputed", DISPUTED, headers=UNLISTED)
        return json_answer(_told(found, standing, now), headers=UNLISTED)


class OneFile(PublicView):
    """What the page for files says: the bytes themselves are sent, not a form."""

    def post(self, request: Request) -> HttpResponse:
        pdf, now = _sent(request), timezone.now()
        try:
            checked = check_file(pdf, now=now)
        except SigningKeyMissing as error:
            raise _no_key() from error
        count_verification(checked.certificate or checked.disputed, now=now)
        if checked.disputed is not None:
            report_differences([checked.disputed], now=now)
        elif checked.certificate is None:
            note_refusal(CheckRefusal.FILE, counted_address(request), now=now)
        return json_answer(
            {
                "verdict": checked.verdict.value,
                "verdict_text": checked.verdict.label,
                "kind": checked.kind,
                "certificate": _told(one, standing_of(one), now) if (one := checked.certificate) else None,
            },
            headers=UNLISTED,
        )


class Revocations(PublicView):
    """`?after=` the `next` of the part before."""

    def get(self, request: Request) -> HttpResponse:
        cursor = request.query_params.get("after", "")
        part = strict_page(ended(), order=("ended_at", "id"), cursor=cursor, size=ENTRIES)
        try:
            text = revocation_list(part.items, came_after=cursor, goes_on=part.next_cursor, now=timezone.now())
        except SigningKeyMissing as error:
            raise _no_key() from error
        return HttpResponse(text, content_type="application/jose", headers=UNLISTED)


def _sent(request: Request) -> bytes:
    """The file that was sent. 413 beyond what is read, 400 for nothing."""
    plain = request._request
    pdf = plain.read(MOST_BYTES_OF_PROGRAMS + 1)
    if len(pdf) > MOST_BYTES_OF_PROGRAMS:
        megabytes = MOST_BYTES_OF_PROGRAMS // 1024 // 1024
        raise Problem(413, "too_large", f"文件超过 {megabytes} MB，不是本平台的证书文件。")
    if not pdf:
        raise Problem(400, "empty", "请把 PDF 文件原样放在请求体里。")
    return bytes(pdf)


def _no_key() -> Problem:
    return Problem(503, "no_key", "签名密钥暂不可用，请稍后重试。", headers={"Retry-After": "600"})


def _told(certificate: Certificate, standing: Standing, now: datetime) -> dict[str, Any]:
    sheet, later = certificate.snapshot, after(certificate)
    ended_at = certificate.ended_at
    return {
        "number": certificate.number,
        "edition": certificate.edition,
        "licence_id": sheet.get("licence_id", ""),
        "state": standing.value,
        "state_text": standing.label,
        "since": timezone.localtime(ended_at).isoformat(timespec="seconds") if ended_at else None,
        "reason": certificate.ended_because or None,
        "successor": {"number": later.number, "token": later.token} if later else None,
        "is_valid": standing == Standing.VALID,
        "is_sample": sheet["is_sample"],
        "title": sheet["name"],
        "name": mask_name(sheet["person"]["name"]),
        "employer": sheet["employer"],
        "year": sheet["year"],
        "unit": sheet["unit"],
        "thresholds": [{key: line[key] for key in ("kind", "label", "have", "need")} for line in sheet["thresholds"]],
        "items": len(sheet["items"]),
        "authority": sheet["authority"],
        "issued_on": sheet["issued_on"],
        "sha256": certificate.pdf_digest,
        "checked_at": timezone.localtime(now).isoformat(timespec="seconds"),
    }
