"""From promised to issued: the sheet is drawn from the frozen content, signed, stored, and only then published (F8).

Order matters and makes every crash explainable: claimed → drawn and signed in memory → stored whole → published by one
conditional update. Before the last step nothing is visible; a stored file without its row is only a file.

While one is signed, stored and published, the child draws the next: neither waits for the other, nor for the disk.
"""

import logging
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import NoticeEvent
from accounts.services.notices import tell
from ceportal.kernel.services.claims import failure_noted, give_back, put_back, take_up, unclaimed
from ceportal.kernel.services.trail import record
from certificates.documents.keys import SigningKeyMissing
from certificates.documents.printing import MissingGlyphs
from certificates.documents.signing import Seal
from certificates.enums import CertificateState, PaperKind
from certificates.models import Certificate
from certificates.rules.snapshots import digest
from certificates.services import shelf
from certificates.services.drawing import DrawingFailed, drawer
from certificates.services.issuing import CERTIFICATES_PAGE
from certificates.services.sealing import seal

# What no second try mends by itself (a character no font has) is looked at again only now and then.
PAUSE = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Begun:
    """A row taken up, and its sheet being drawn; none where the content is not what was promised."""

    row: QuerySet[Certificate]
    certificate: Certificate
    drawing: Future[bytes] | None


def make_sheets(*, now: datetime, limit: int = 1000) -> int:
    """Make the sheets that are promised and that nobody works on; gives how many were issued.

    Without a signing key all of them wait, saying so, and not one try is used up (X23).
    """
    if not unclaimed(_promised(), now=now).exists():
        return 0
    try:
        key = seal(now=now)
    except SigningKeyMissing as error:
        return _all_wait(error, 0)
    made = 0
    with closing(_one_ahead(take_up(_promised(), now=now, limit=limit))) as begun:
        for one in begun:
            try:
                made += _make(one, key, now=now)
            except SigningKeyMissing as error:
                give_back(one.row)
                return _all_wait(error, made)
    return made


def _all_wait(error: SigningKeyMissing, made: int) -> int:
    log.error("certificates wait: %s", error)
    put_back(_promised(), error=str(error))
    return made


def _one_ahead(keys: Iterable[int]) -> Generator[_Begun]:
    """Each as it was begun, when the next one is. Who stops in the middle gives that one back."""
    before = following = None
    try:
        for pk in keys:
            following = _begin(Certificate.objects.filter(pk=pk))
            if before:
                yield before
            before, following = following, None
        if before:
            yield before
    finally:
        if following:
            give_back(following.row)


def _begin(row: QuerySet[Certificate]) -> _Begun:
    with failure_noted(row):
        certificate = row.select_related("professional__user").get()
        is_whole = digest(certificate.snapshot) == certificate.snapshot_digest
        return _Begun(row, certificate, drawer.begin("sheet", certificate.snapshot) if is_whole else None)


def _make(begun: _Begun, key: Seal, *, now: datetime) -> bool:
    with failure_noted(begun.row):
        return _make_one(begun, key, now)


def _make_one(begun: _Begun, key: Seal, now: datetime) -> bool:
    row, certificate = begun.row, begun.certificate
    if begun.drawing is None:
        return _wait(row, "登记的内容与其摘要不一致，不能制作", now)
    try:
        pdf = key.put_on(begun.drawing.result(), PaperKind.CERTIFICATE)
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
