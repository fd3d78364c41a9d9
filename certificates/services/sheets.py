"""From promised to issued: the sheet is drawn from the frozen content, signed, stored, and only then published (F8).

Order matters and makes every crash explainable: claimed → drawn and signed in memory → stored whole → published by one
conditional update. Before the last step nothing is visible; a stored file without its row is only a file.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import NoticeEvent
from accounts.services.notices import tell
from ceportal.kernel.services.claims import failure_noted, put_back, take_up, unclaimed
from ceportal.kernel.services.trail import record
from certificates.documents.printing import MissingGlyphs
from certificates.documents.signing import Seal, SigningKeyMissing
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.rules.snapshots import digest
from certificates.services import shelf
from certificates.services.drawing import DrawingFailed, drawer
from certificates.services.issuing import CERTIFICATES_PAGE
from certificates.services.sealing import seal

# What no second try mends by itself (a character no font has) is looked at again only now and then.
PAUSE = timedelta(hours=1)

log = logging.getLogger(__name__)


def make_sheets(*, now: datetime, limit: int = 200) -> int:
    """Make the sheets that are promised and that nobody works on; gives how many were issued.

    Without a signing key all of them wait, saying so, and not one try is used up (X23).
    """
    if not unclaimed(_promised(), now=now).exists():
        return 0
    try:
        key = seal(now=now)
    except SigningKeyMissing as error:
        log.error("certificates wait: %s", error)
        put_back(_promised(), error=str(error))
        return 0
    return sum(_make(pk, key, now=now) for pk in take_up(_promised(), now=now, limit=limit))


def _make(pk: int, key: Seal, *, now: datetime) -> bool:
    row = Certificate.objects.filter(pk=pk)
    with failure_noted(row):
        return _make_one(row, key, now)


def _make_one(row: QuerySet[Certificate], key: Seal, now: datetime) -> bool:
    certificate = row.select_related("professional__user").get()
    if digest(certificate.snapshot) != certificate.snapshot_digest:
        return _wait(row, "登记的内容与其摘要不一致，不能制作", now)
    try:
        pdf = key.put_on(drawer.draw("sheet", certificate.snapshot))
    except MissingGlyphs as error:
        return _wait(row, str(error), now)
    except DrawingFailed as error:
        log.error("certificate %s could not be drawn: %s", certificate.number, error)
        put_back(row, error=f"制作失败（{error}）")
        return False
    stored = shelf.put(pdf)
    if _publish(certificate, stored, len(pdf), key.fingerprint, now):
        return True
    shelf.drop(stored)
    return False


@transaction.atomic
def _publish(certificate: Certificate, pdf_digest: str, size: int, signed_with: str, now: datetime) -> bool:
    """True when this caller issued it; false when it was ended, or issued by another, meanwhile."""
    row = Certificate.objects.filter(pk=certificate.pk, state=CertificateState.INTENDED)
    published = row.update(
        state=CertificateState.ISSUED,
        pdf_digest=pdf_digest,
        pdf_size=size,
        signed_with=signed_with,
        issued_at=now,
        claimed_until=None,
        last_error="",
    )
    if not published:
        return False
    before, after = {"state": CertificateState.INTENDED.value}, {"number": certificate.number, "pdf": pdf_digest}
    record("certificate.issue", certificate, by=None, now=now, before=before, after=after)
    text = f"您的 {certificate.year} 年度继续教育证书已生成（编号 {certificate.number}），可以下载和查验。"
    person, key = certificate.professional.user, f"issued:{certificate.ref}"
    tell([person], NoticeEvent.CERTIFICATE_ISSUED, key=key, text=text, link=CERTIFICATES_PAGE, now=now)
    return True


def _wait(row: QuerySet[Certificate], why: str, now: datetime) -> bool:
    """Put aside without using up a try: the operator has to do something first."""
    number = row.values_list("number", flat=True).get()
    log.error("certificate %s waits: %s", number, why)
    row.update(attempts=0, claimed_until=now + PAUSE, last_error=why[:500])
    return False


def _promised() -> QuerySet[Certificate]:
    return Certificate.objects.filter(state=CertificateState.INTENDED)
