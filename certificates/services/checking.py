"""A file that calls itself a certificate of ours: what is it?"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from ceportal.kernel.services.bounded import run_in_bounds
from certificates.documents.signing import NOT_SIGNED, Finding
from certificates.enums import FileVerdict
from certificates.models import Certificate
from certificates.selectors import published_file
from certificates.services.sealing import have_a_key, trusted_certificates

# Every signature in a PDF says so outside of what is compressed.
SIGNED = b"/ByteRange"


@dataclass(frozen=True)
class Checked:
    """`certificate` is the one whose sheet this file is, byte for byte; only then is anything said of it."""

    verdict: FileVerdict
    certificate: Certificate | None = None


def check_file(pdf: bytes, *, now: datetime) -> Checked:
    """A file is ours when its digest is one that was issued; the signature explains those whose digest is not.

    Raises `SigningKeyMissing` where there is no key to judge by.
    """
    have_a_key(now=now)
    certificate = published_file(hashlib.sha256(pdf).hexdigest())
    finding = judged(pdf, trusted_certificates())
    if certificate is not None and finding.is_genuine:
        return Checked(FileVerdict.ISSUED, certificate)
    return Checked(verdict_of(finding))


def judged(pdf: bytes, trusted: bytes) -> Finding:
    """`examine` in a process with bounds; a file that bursts them is not signed, nor is one without a place for it."""
    if SIGNED not in pdf:
        return NOT_SIGNED
    said = run_in_bounds("certificates.documents.examining", pdf, trusted.decode())
    return Finding(**json.loads(said)) if said else NOT_SIGNED


def verdict_of(finding: Finding) -> FileVerdict:
    """Of a file that is not in the register."""
    if finding.is_genuine:
        return FileVerdict.OTHER_PAPER
    return FileVerdict.CHANGED if finding.is_signed else FileVerdict.NOT_OURS
