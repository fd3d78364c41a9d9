"""A file that calls itself a certificate of ours: what is it?"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from ceportal.kernel.services.bounded import run_in_bounds
from certificates.documents.signing import NOT_SIGNED, Finding
from certificates.enums import FileVerdict, PaperKind
from certificates.models import Certificate
from certificates.selectors import differing, published_file
from certificates.services.sealing import have_a_key, trusted_certificates

# Every signature in a PDF says so outside of what is compressed.
SIGNED = b"/ByteRange"


@dataclass(frozen=True)
class Checked:
    """`certificate` is the one whose sheet this file is, byte for byte; only then is anything said of it. `disputed`:
    it would be that one's, whose row is not what the trail was told. `kind`: what the signature says that it is.
    """

    verdict: FileVerdict
    certificate: Certificate | None = None
    disputed: Certificate | None = None
    kind: str = ""


def check_file(pdf: bytes, *, now: datetime) -> Checked:
    """A file is ours when its digest is one that was issued; the signature explains those whose digest is not.

    Raises `SigningKeyMissing` where there is no key to judge by.
    """
    have_a_key(now=now)
    certificate = published_file(hashlib.sha256(pdf).hexdigest())
    finding = judged(pdf, trusted_certificates())
    if certificate is not None and finding.is_genuine:
        if differing([certificate]):
            return Checked(FileVerdict.DISPUTED, disputed=certificate)
        return Checked(FileVerdict.ISSUED, certificate)
    return Checked(verdict_of(finding), kind=finding.kind)


def judged(pdf: bytes, trusted: bytes) -> Finding:
    """`examine` in a process with bounds; a file that bursts them is not signed, nor is one without a place for it."""
    if SIGNED not in pdf:
        return NOT_SIGNED
    said = run_in_bounds("certificates.documents.examining", pdf, trusted.decode())
    return Finding(**json.loads(said)) if said else NOT_SIGNED


def verdict_of(finding: Finding) -> FileVerdict:
    """Of a file that is not in the register."""
    if finding.is_genuine:
        return FileVerdict.UNREGISTERED if finding.kind == PaperKind.CERTIFICATE else FileVerdict.OTHER_PAPER
    return FileVerdict.CHANGED if finding.is_signed else FileVerdict.NOT_OURS
