"""Certificates of another system: kept beside the portal's own, and taken out again when the taking over is undone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts.models import Professional, User
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.services.trail import record
from certificates.models import EarlierCertificate

_KNOWN = Refusal("known", "这个证书编号已经登记过。")


@dataclass(frozen=True)
class Earlier:
    """What such a certificate says; `hours` None where nobody knows."""

    year: int
    number: str
    issuer: str
    issued_on: date
    hours: Decimal | None = None


@transaction.atomic
def keep_earlier(
    person: Professional, said: Earlier, *, source: str, by: User | None, now: datetime
) -> EarlierCertificate:
    """Raises `Refused` for a number that stands already."""
    try:
        with transaction.atomic():
            made = EarlierCertificate.objects.create(
                professional=person, name=person.name, year=said.year, number=said.number, issuer=said.issuer,
                issued_on=said.issued_on, hours=said.hours, taken_from=source, taken_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused([_KNOWN]) from error
    after = {"number": said.number, "year": said.year, "source": source}
    record("certificate.take_over", made, by=by, now=now, after=after)
    return made


@transaction.atomic
def give_up_earlier(certificate: EarlierCertificate, *, by: User | None, now: datetime) -> None:
    """Nobody finds it any more; twice is once."""
    if EarlierCertificate.objects.filter(pk=certificate.pk, undone_at__isnull=True).update(undone_at=now):
        record("certificate.give_up", certificate, by=by, now=now, before={"number": certificate.number})
