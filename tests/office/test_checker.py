"""The independent checker: nothing at a whole portal, and a planted error of each kind is found and named."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, Professional, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import AuditEvent, AuditSeal, Job, StoredFile
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.append_only import guard, unguard
from ceportal.kernel.services.file_shelf import put
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from ceportal.office.enums import LetterKind
from ceportal.office.models import Letter
from ceportal.office.rules.alarms import ringing
from ceportal.office.selectors import own_reading
from ceportal.office.services.checker import begin_check, check_books, work_on
from ceportal.office.services.figures import readings
from certificates.models import Certificate
from certificates.rules.snapshots import digest
from certificates.services import shelf
from credits.enums import DeclarationState
from credits.models import Declaration, YearAccount
from tests.certificates import factories as certificates
from tests.office import factories as make
from tests.reviews import factories as reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(declarant: Professional, operator: User, settings: Any, tmp_path: Path) -> Certificate:
    """A certificate with its sheet, a file with its bytes, a sealed trail in two runs."""
    settings.DATA_DIR = tmp_path
    issued = certificates.issued(declarant)
    content = b"bytes of a file"
    stored = reviews.stored_file(operator, content)
    put(content, stored.shown_digest)
    seal_trail(now=timezone.now())
    record("user.look", operator, by=operator, now=timezone.now(), before={"a": ['学\n"', 1.5, None]}, after={"b": {}})
    seal_trail(now=timezone.now())
    return issued


def told() -> set[str]:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("check_books", stdout=out)
    lines = out.getvalue().strip().splitlines()
    assert (len(lines) == 1) == lines[-1].endswith("发现 0 处。")
    return {line.split()[0] for line in lines[:-1]}


def spoil_sheet(certificate: Certificate) -> tuple[Path, bytes]:
    path = Path(settings.DATA_DIR) / "certificates" / certificate.pdf_digest[:2] / f"{certificate.pdf_digest}.pdf"
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + b"x")
    return path, kept


def lose_letter(certificate: Certificate) -> None:
    """One that was fetched, by the digest of a sheet that is not there."""
    office, unit = Organization.objects.order_by("pk")[:2]
    Letter.objects.create(
        office=office, to_unit=unit, kind=LetterKind.NOTICE, year=2026, serial=1, number="1", title="告知书",
        content={"to": unit.name}, content_digest="0" * 64, pdf_digest="0" * 64, sent_at=timezone.now(),
        sent_by=User.objects.earliest("pk"),
    )  # fmt: skip


def lose_file(certificate: Certificate) -> tuple[Path, bytes]:
    stored = StoredFile.objects.get()
    path = Path(settings.DATA_DIR) / "files" / stored.shown_digest[:2] / stored.shown_digest
    kept = path.read_bytes()
    path.unlink()
    return path, kept


def approve_unseen(certificate: Certificate) -> None:
    make.declaration(certificate.professional, DeclarationState.APPROVED)


def count_in_another_year(certificate: Certificate) -> None:
    """As one who owns the database, past its constraints."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE credits_claim DROP CONSTRAINT a_claim_counts_in_the_year_it_ended")
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("UPDATE credits_claim SET started_on = '2025-12-31', ended_on = '2025-12-31' WHERE hours = 30")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def rewrite(certificate: Certificate) -> None:
    """As one who owns the database and knows how digests are made."""
    said = certificate.snapshot | {"employer": "另一个单位"}
    Certificate.objects.update(snapshot=said, snapshot_digest=digest(said))


def exchange_sheet(certificate: Certificate) -> None:
    """For a file that is there, and whole."""
    Certificate.objects.update(pdf_digest=shelf.put(b"another sheet"), pdf_size=len(b"another sheet"))


PLANTED: dict[str, tuple[str, Callable[[Certificate], Any]]] = {
    "an account with an hour more": ("total", lambda c: YearAccount.objects.update(public=Decimal("30.5"))),
    "approved by nobody": ("state", approve_unseen),
    "counted in another year": ("year", count_in_another_year),
    "a certificate of a year not met": ("certificate", lambda c: YearAccount.objects.update(is_met=False, met_at=None)),
    "a certificate that says more": (
        "certificate", lambda c: Certificate.objects.update(snapshot=c.snapshot | {"hours": {"total": "900"}}),
    ),
    "a certificate rewritten with its digest": ("certificate", rewrite),
    "a certificate with another sheet": ("certificate", exchange_sheet),
    "a letter without its sheet": ("letter", lose_letter),
    "a certificate that nobody promised": ("certificate", lambda c: Certificate.objects.update(ref=uuid4())),
}  # fmt: skip


def test_nothing_at_a_whole_portal_and_each_planted_error_is_found(whole: Certificate) -> None:
    assert told() == set()
    for planted, (kind, plant) in PLANTED.items():
        with transaction.atomic():
            plant(whole)
            assert told() == {kind}, planted
            transaction.set_rollback(True)
    assert told() == set(), "what was planted is gone"
    for kind, harm in {"sheet": spoil_sheet, "file": lose_file}.items():
        path, kept = harm(whole)
        assert told() == {kind}
        path.write_bytes(kept)
    assert told() == set()


def test_a_trail_that_its_owner_changed_is_found(whole: Certificate) -> None:
    last = AuditEvent.objects.get(action="user.look")
    unguard()
    AuditEvent.objects.filter(pk=last.pk).update(after={"b": {"c": 1}})
    assert told() == {"chain"}
    AuditEvent.objects.filter(pk=last.pk).delete()
    assert told() == {"chain"}
    AuditEvent.objects.bulk_create([last])
    assert told() == set()
    AuditSeal.objects.filter(number=1).update(digest="0" * 64)
    assert told() == {"chain"}
    guard()


def test_every_night_once_on_demand_and_chunk_by_chunk(
    whole: Certificate, client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_reading, "SEALS", 1)
    now = timezone.now()
    assert check_books(now=now) >= len(own_reading.READERS)
    assert check_books(now=now) == 0
    job = Job.objects.get(kind="check.books")
    assert (job.state, job.result["read"]["chain"], job.errors) == (JobState.DONE, AuditSeal.objects.count(), [])
    assert check_books(now=now + timedelta(days=1)) > 0
    assert Job.objects.count() == 2

    client.force_login(operator)
    lose_file(whole)
    assert client.post("/operation/check/").status_code == 302
    with pytest.raises(Refused):
        begin_check(by=operator, now=now)
    assert "核对正在进行" in client.get("/operation/").content.decode()
    assert AuditEvent.objects.filter(action="check.begin", actor_id=operator.pk).count() == 1
    check_books(now=now + timedelta(days=1, minutes=1))
    page = client.get("/operation/").content.decode()
    assert StoredFile.objects.get().ref.hex[:8] in page
    alarms = {(each.alarm.code, each.part) for each in ringing(readings(now=timezone.now()))}
    assert ("books_differ", "check.file") in alarms
    late = ringing(readings(now=timezone.now() + timedelta(days=4)))
    assert "check_late" in {each.alarm.code for each in late}


def test_a_worker_that_lost_its_lease_writes_nothing(whole: Certificate) -> None:
    job = begin_check(by=None, now=timezone.now())
    Job.objects.update(claimed_until=timezone.now() + timedelta(hours=1))
    assert work_on(job, now=timezone.now()) is False
    assert Job.objects.get().done == 0


def test_declarations_that_were_reviewed_are_in_order(declarant: Professional) -> None:
    assert Declaration.objects.count() == 0
    assert own_reading.read_declarations(0) == own_reading.Chunk(0, [], None)
