"""Runs inside the portal under test (`manage.py shell`): people to send hours for, and what became of them."""

import hashlib
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from accounts.enums import IdKind, NoticeEvent, TitleLevel
from accounts.models import Notice, Organization, Professional, TitleSeries
from accounts.services.people import approve_person, register_person
from ceportal.kernel.models import AuditEvent, Job
from ceportal.office.demo.cast import COUNTY, UNITS
from ceportal.office.selectors.dead_letters import are_there_dead_letters
from certificates.documents.signing import examine
from certificates.models import Certificate
from certificates.services import shelf
from certificates.services.sealing import trusted_certificates
from credits.models import Claim, HourEntry, RuleSet, YearAccount
from tests.factories import id_number

# A year that a day's learning meets, so that the trial can be made on any day of the year. Nobody of the demo is of
# this level.
ASKED = {"total": "9", "public": "3", "public_compulsory": "3", "professional": "6"}
_FIRST_BORN = date(1970, 1, 1)
_NUMERALS = "零一二三四五六七八九"


def lighten_the_year() -> None:
    made, is_new = RuleSet.objects.get_or_create(
        code="faults",
        defaults={
            "name": "试验用",
            "area_code": COUNTY,
            "year_from": 2020,
            "document": "试验",
            "levels": [TitleLevel.CLERK],
        },
    )
    for field, value in ASKED.items() if is_new else ():
        made.values.create(field=field, value=value, clause="S4-02", status="verified")


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def add_people(first: int, count: int) -> list[dict[str, str]]:
    """Registered and approved at the demo's first unit; nobody of them signs in."""
    lighten_the_year()
    unit, now = Organization.objects.get(name=UNITS[0].name), timezone.now()
    series, reviewer = TitleSeries.objects.get(pk="22"), unit.memberships.first().user
    people = []
    for number in range(first, first + count):
        born = _FIRST_BORN + timedelta(days=number)
        person = {
            "id_number": id_number(COUNTY, born, serial=77),
            "name": "学员" + "".join(_NUMERALS[int(digit)] for digit in f"{number:04d}"),
        }
        registration = register_person(
            **person, phone=f"1880000{number:04d}", password="not-used-2026", organization=unit, area=unit.area,
            title_series=series, title_level=TitleLevel.CLERK, id_kind=IdKind.RESIDENT, now=now,
        )  # fmt: skip
        approve_person(registration, by=reviewer, now=now)
        people.append(person)
    return people


def inquire(names: list[str]) -> dict[str, Any]:
    """All that the portal holds of these people."""
    people = Professional.objects.filter(name__in=names)
    claims = Claim.objects.filter(professional__in=people)
    certificates = list(Certificate.objects.filter(professional__in=people).select_related("professional"))
    refs = [certificate.ref for certificate in certificates]
    made = AuditEvent.objects.filter(action="certificate.issue", subject_ref__in=refs)
    told = Notice.objects.filter(to__professional__in=people, event=NoticeEvent.CERTIFICATE_ISSUED)
    accounts = YearAccount.objects.filter(professional__in=people)
    return {
        "claims": list(claims.values_list("external_id", "state")),
        "entries": list(HourEntry.objects.filter(professional__in=people).values_list("claim__external_id", flat=True)),
        "hours": {each.professional.name: str(each.public + each.professional_hours) for each in accounts},
        "certificates": [_facts(certificate) for certificate in certificates],
        "made": sorted(Counter(str(ref) for ref in made.values_list("subject_ref", flat=True)).values()),
        "told": sorted(Counter(told.values_list("to_id", flat=True)).values()),
        "dead_letters": are_there_dead_letters(),
        "jobs": Job.objects.exclude(state="done").count(),
    }


def reconciled() -> str:
    """What `manage.py reconcile` says of the whole ledger when it ends with an error."""
    said = StringIO()
    try:
        call_command("reconcile", stdout=said)
    except SystemExit:
        return said.getvalue()
    return ""


def _facts(certificate: Certificate) -> dict[str, Any]:
    try:
        pdf = shelf.take(certificate.pdf_digest)
    except shelf.SheetDamaged:
        pdf = b""
    return {
        "name": certificate.professional.name,
        "number": certificate.number,
        "state": certificate.state,
        "tries": certificate.attempts,
        "is_whole": len(pdf) == certificate.pdf_size and hashlib.sha256(pdf).hexdigest() == certificate.pdf_digest,
        "is_genuine": examine(pdf, trusted=trusted_certificates()).is_genuine,
    }
