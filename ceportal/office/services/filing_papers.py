"""The papers of a filing: the list as CSV with a signature beside it, and the form as a signed PDF (S2-07)."""

import io
import zipfile
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone

from ceportal.kernel.rules.sheets_out import csv_text
from ceportal.office.documents.filing import render_filing
from certificates.enums import PaperKind
from certificates.rules.entitlement import plain
from certificates.services.sealing import seal, trusted_certificates
from reviews.models import Filing
from reviews.rules.filing import month_named
from reviews.rules.filing_rows import HEADING, row_of
from reviews.selectors.filings import lines_of

# A longer list is not printed: the form refers to the CSV by the digest of the list.
PRINTED = 500
_READ_ME = """list.csv      备案名单
list.csv.p7s  名单的签名（CMS，DER）
signer.pem    签名证书
核对：
openssl cms -verify -binary -inform DER -in list.csv.p7s -content list.csv -certfile signer.pem -noverify -out /dev/null
"""


def signed_list(filing: Filing, *, now: datetime) -> bytes:
    """A ZIP of the list, its signature and the certificate. Raises `SigningKeyMissing`."""
    key = seal(now=now)
    data = "".join(csv_text(HEADING, (row_of(line) for line in lines_of(filing)))).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.csv", data)
        archive.writestr("list.csv.p7s", key.sign_apart(data))
        archive.writestr("signer.pem", trusted_certificates())
        archive.writestr("README.txt", _READ_ME)
    return packed.getvalue()


def signed_form(filing: Filing, *, now: datetime) -> bytes:
    """The form as PDF. Raises `SigningKeyMissing` and `MissingGlyphs`."""
    return seal(now=now).put_on(render_filing(content_of(filing)), PaperKind.FILING)


def content_of(filing: Filing) -> dict[str, Any]:
    """All that is printed."""
    at = timezone.localtime(filing.filed_at)
    lines = lines_of(filing) if filing.entry_count <= PRINTED else iter(())
    return {
        "name": f"{filing.area.name}{month_named(filing.month)}继续教育学时备案表",
        "number": filing.number,
        "facts": [
            ("备案单位", filing.bureau.name),
            ("备案人", f"{filing.filed_by.name}，{at.year}年{at.month}月{at.day}日 {at:%H:%M}"),
            ("合计", f"{filing.person_count} 人，{filing.entry_count} 条"),
            ("学时", f"公需 {plain(filing.public_hours)}，专业 {plain(filing.professional_hours)}"),
            ("封存值", filing.digest),
            ("上次封存值", filing.previous_digest or "这是第一次备案"),
        ],
        "reviewers": filing.reviewers,
        "rows": [row_of(line) for line in islice(lines, PRINTED)],
        "no_rows": f"名单共 {filing.entry_count} 条，见同时下载的 CSV 文件。"
        if filing.entry_count
        else "本月没有学时记入。",
        "is_sample": not settings.CERTIFICATE_AUTHORITY,
    }
