"""Links by which a holder lets others read a certificate whole, with its file, until a day."""

import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import User
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record
from certificates.enums import CertificateState, Standing
from certificates.models import Certificate, ShareLink
from certificates.rules.sharing import reasons_not_to_share
from certificates.selectors import standing_of

TOKEN_BYTES = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{27}", re.ASCII)


def open_links(certificate: Certificate, *, now: datetime) -> QuerySet[ShareLink]:
    return ShareLink.objects.filter(certificate=certificate, expires_at__gt=now).order_by("expires_at", "pk")


@transaction.atomic
def share(certificate: Certificate, *, days: int, by: User, now: datetime) -> ShareLink:
    """Raises `Refused`."""
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    is_valid = locked.state == CertificateState.ISSUED and standing_of(locked) == Standing.VALID
    refuse_if_any(reasons_not_to_share(is_valid=is_valid, links=open_links(locked, now=now).count()))
    made = ShareLink.objects.create(
        certificate=locked,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record("certificate.share", locked, by=by, now=now, after={"link": str(made.ref), "days": days})
    return made


@transaction.atomic
def end_link(link: ShareLink, *, by: User, now: datetime) -> None:
    """From now on it leads nowhere, as if it had never been."""
    if ShareLink.objects.filter(pk=link.pk).delete()[0]:
        record("certificate.unshare", link.certificate, by=by, now=now, after={"link": str(link.ref)})


def shared_under(token: str, *, now: datetime) -> ShareLink | None:
    """What a link leads to while it lasts, by the same steps for whatever does not match."""
    rows = ShareLink.objects.filter(token=token if _TOKEN.fullmatch(token) else "-", expires_at__gt=now)
    return rows.select_related("certificate__professional", "certificate__successor").first()


def count_opening(link: ShareLink) -> None:
    ShareLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1)
