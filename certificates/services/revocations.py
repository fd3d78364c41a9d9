"""The signed list of certificates that are no longer valid, for who checks files without asking the portal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from certificates.documents.lists import REVOCATIONS, signed_list
from certificates.models import Certificate
from certificates.selectors import after
from certificates.services.sealing import seal


def revocation_list(ended: Iterable[Certificate], *, came_after: str, goes_on: str, now: datetime) -> str:
    """`ended`, signed. `came_after` and `goes_on` are the places where this part begins and the next one does.

    Raises `SigningKeyMissing`.
    """
    content = {
        "issuer": settings.PUBLIC_URL,
        "issued_at": _moment(now),
        "after": came_after,
        "next": goes_on,
        "entries": [_entry(certificate) for certificate in ended],
    }
    return signed_list(content, seal(now=now), kind=REVOCATIONS)


def _entry(certificate: Certificate) -> dict[str, Any]:
    later = after(certificate)
    return {
        "number": certificate.number,
        "sha256": certificate.pdf_digest,
        "state": certificate.state,
        "since": _moment(certificate.ended_at) if certificate.ended_at else "",
        "successor": later.number if later else "",
    }


def _moment(when: datetime) -> str:
    return timezone.localtime(when).isoformat(timespec="seconds")
