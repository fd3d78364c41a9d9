"""The independent checker: nothing at a whole portal, and a planted error of each kind is found and named."""

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.enums import PersonField
from accounts.models import Organization, PersonChange, Professional, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent, AuditSeal, Job, StoredFile
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.selectors.trail_chain import heads_file
from ceportal.kernel.services import jobs
from ceportal.kernel.services.append_only import guard, unguard
from ceportal.kernel.services.file_shelf import put
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from ceportal.office.enums import LetterKind
from ceportal.office.models import Letter
from ceportal.office.rules.alarms import ringing
from ceportal.office.rules.checking import Finding
from ceportal.office.selectors import own_reading
from ceportal.office.selectors.own_reading import Chunk
from ceportal.office.selectors.readers import READERS, read_twice
from ceportal.office.services.checker import begin_check, check_books, work_on
from ceportal.office.services.figures import readings
from certificates.models import Certificate
from certificates.rules.snapshots import digest
from certificates.services import shelf
from certificates.services.issuing import settle_changed_accounts
from credits.enums import ClaimState, DeclarationState
from credits.models import Claim, Declaration, HourEntry, YearAccount
from credits.services.holding import Word, hold_claims
from tests.certificates import factories as certificates
from tests.credits.factories import credit
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


def lose_account(certificate: Certificate) -> None:
    """Of a year that nobody has a certificate of."""
    day = date(2025, 5, 6)
    credit(certificate.professional, "5", ended_on=day, started_on=day, now=timezone.now())
    YearAccount.objects.filter(year=2025).delete()


def count_without_an_entry(certificate: Certificate) -> None:
    claim = Claim.objects.earliest("pk")
    claim.pk, claim.ref, claim.external_id, claim.activity_key = None, uuid4(), "other", "other"
    claim.save(force_insert=True)


CERTIFICATE, VERDICT = "certificate", "verdict"
PLANTED: dict[str, tuple[set[str], Callable[[Certificate], Any]]] = {
    "an account with an hour more": ({"total"}, lambda c: YearAccount.objects.update(public=Decimal("30.5"))),
    "an account with compulsory hours": ({"total"}, lambda c: YearAccount.objects.update(public_compulsory=1)),
    "an account with hours held": ({"total"}, lambda c: YearAccount.objects.update(held=1)),
    "approved by nobody": ({"state"}, approve_unseen),
    "counted in another year": ({"year"}, count_in_another_year),
    "a certificate of a year not met": (
        {CERTIFICATE, VERDICT}, lambda c: YearAccount.objects.update(is_met=False, met_at=None),
    ),
    "a certificate that says more": (
        {CERTIFICATE}, lambda c: Certificate.objects.update(snapshot=c.snapshot | {"hours": {"total": "900"}}),
    ),
    "a certificate rewritten with its digest": ({CERTIFICATE}, rewrite),
    "a certificate with another sheet": ({CERTIFICATE}, exchange_sheet),
    "a letter without its sheet": ({"letter"}, lose_letter),
    "a certificate that nobody promised": ({CERTIFICATE}, lambda c: Certificate.objects.update(ref=uuid4())),
    "an entry without an account": ({"entry"}, lose_account),
    "an entry of another kind than its claim": (
        {"entry", "total"}, lambda c: HourEntry.objects.filter(subject="public").update(public_kind="compulsory"),
    ),
    "a claim of more hours than were entered": (
        {"claim"}, lambda c: Claim.objects.filter(hours=30).update(hours=Decimal("30.5")),
    ),
    "a claim that counts without an entry": ({"claim"}, count_without_an_entry),
    "a claim withdrawn whose entries stay": (
        {"claim", CERTIFICATE}, lambda c: Claim.objects.filter(hours=30).update(state=ClaimState.WITHDRAWN),
    ),
    "judged by a rule that is none": ({VERDICT}, lambda c: YearAccount.objects.update(rule_set="another")),
}  # fmt: skip


def test_nothing_at_a_whole_portal_and_each_planted_error_is_found(whole: Certificate) -> None:
    assert told() == set()
    for planted, (kinds, plant) in PLANTED.items():
        with transaction.atomic():
            plant(whole)
            assert told() == kinds, planted
            transaction.set_rollback(True)
    assert told() == set(), "what was planted is gone"
    for kind, harm in {"sheet": spoil_sheet, "file": lose_file}.items():
        path, kept = harm(whole)
        assert told() == {kind}
        path.write_bytes(kept)
    assert told() == set()


def test_what_was_committed_between_two_questions_is_no_error() -> None:
    """Found once and not again; what is found again stands."""
    torn, wrong = Finding("total", "1"), Finding("total", "2")
    said = iter([Chunk(9, [torn, wrong], None), Chunk(9, [wrong], None)])
    assert read_twice(lambda after: next(said), 0) == Chunk(9, [wrong], None)
    assert read_twice(lambda after: Chunk(9, [], 7), 0) == Chunk(9, [], 7)


def test_what_the_clock_has_settled_or_still_weighs_is_whole(whole: Certificate) -> None:
    """Hours learnt later, and printed ones that are held: the certificate stays as it is (A14)."""
    now = timezone.now()
    credit(whole.professional, "6", now=now, title="签发以后的培训")
    assert settle_changed_accounts(now=now) == 1
    assert told() == set()
    claim = Claim.objects.get(hours=30)
    assert hold_claims([claim.pk], Word("核对中", User.objects.earliest("pk"), now, claim), code="contested") == 1
    assert told() == set()
    assert settle_changed_accounts(now=now) == 1
    assert not YearAccount.objects.get(year=2026).is_met
    whole.refresh_from_db()
    assert (whole.state, told()) == ("issued", set())


def test_a_trail_without_its_end_is_found(whole: Certificate) -> None:
    """By one who owns the database, and not the folder beside it."""
    last, path = AuditSeal.objects.latest("number"), heads_file()
    unguard()
    AuditEvent.objects.filter(pk__gte=last.first_id).delete()
    AuditSeal.objects.filter(pk=last.pk).delete()
    assert told() == {"chain"}
    AuditSeal.objects.all().delete()
    assert told() == {"chain"}
    AuditEvent.objects.all().delete()
    record("user.look", User.objects.earliest("pk"), by=None, now=timezone.now())
    seal_trail(now=timezone.now())
    assert told() >= {"chain"}, "a chain begun anew"
    guard()
    kept = path.read_text(encoding="ascii")
    path.write_text(kept + "torn 12", encoding="ascii")
    assert own_reading.read_seals(0).findings
    path.unlink()
    assert own_reading.read_seals(0).findings == []


def test_of_a_long_file_of_heads_the_end_is_read(whole: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        record("user.look", User.objects.earliest("pk"), by=None, now=timezone.now())
        seal_trail(now=timezone.now())
    monkeypatch.setattr(own_reading, "TAIL", 150)
    assert told() == set()
    unguard()
    AuditSeal.objects.latest("number").delete()
    guard()
    assert told() == {"chain"}


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
    assert check_books(now=now) >= len(READERS)
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


def test_however_many_rounds_it_takes(whole: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round is half a lease, here over after one chunk; a province takes hundreds."""
    monkeypatch.setattr(jobs, "monotonic", count(0, 100).__next__)
    now, rounds = timezone.now(), 0
    while Job.objects.filter(kind="check.books", state=JobState.DONE).count() == 0:
        rounds += 1
        assert check_books(now=now + timedelta(minutes=rounds)) == 1 or rounds == len(READERS)
    assert rounds == len(READERS) > MAX_ATTEMPTS
    assert Job.objects.count() == 1


def test_one_that_was_put_aside_keeps_no_other_from_beginning(
    whole: Certificate, client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(after: int) -> own_reading.Chunk:
        raise OSError("no disk")

    now = timezone.now()
    monkeypatch.setitem(READERS, "state", broken)  # type: ignore[arg-type]
    job = begin_check(by=None, now=now)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(OSError, match="no disk"):
            check_books(now=now)
        Job.objects.update(claimed_until=now - timedelta(seconds=1))
    assert check_books(now=now) == 0, "it is put aside, and the next night's is not due yet"
    client.force_login(operator)
    assert "核对正在进行" not in client.get("/operation/").content.decode()
    monkeypatch.undo()
    assert client.post("/operation/check/").status_code == 302
    assert check_books(now=now) >= len(READERS) - 1
    assert [each.state for each in Job.objects.order_by("pk")] == [JobState.CANCELLED, JobState.DONE]
    ended = AuditEvent.objects.get(action="check.end", subject_ref=job.ref)
    assert ended.after == {"read": {"total": 1}, "error": "OSError"}


def test_the_next_night_begins_anew_where_one_was_put_aside(whole: Certificate) -> None:
    now = timezone.now()
    begin_check(by=None, now=now)
    Job.objects.update(attempts=MAX_ATTEMPTS, claimed_until=now - timedelta(hours=1))
    assert check_books(now=now) == 0
    assert check_books(now=now + timedelta(days=1)) > 0
    assert {each.state for each in Job.objects.all()} == {JobState.CANCELLED, JobState.DONE}


def test_whom_the_clock_has_yet_to_judge_is_not_looked_at(whole: Certificate, declarant: Professional) -> None:
    YearAccount.objects.update(rule_set="another")
    assert told() == {"verdict"}
    PersonChange.objects.create(
        professional=declarant, field=PersonField.NAME, effective_on=date(2026, 5, 1), at=timezone.now()
    )
    assert told() == set()


def test_a_worker_that_lost_its_lease_writes_nothing(whole: Certificate) -> None:
    job = begin_check(by=None, now=timezone.now())
    Job.objects.update(claimed_until=timezone.now() + timedelta(hours=1))
    assert work_on(job, now=timezone.now()) is False
    assert Job.objects.get().done == 0


def test_declarations_that_were_reviewed_are_in_order(declarant: Professional) -> None:
    assert Declaration.objects.count() == 0
    assert own_reading.read_declarations(0) == own_reading.Chunk(0, [], None)
