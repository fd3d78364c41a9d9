"""From promised to issued: signed, stored once, published last; and every way it may be interrupted (F8, X21, X23)."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.services.claims import claim
from ceportal.office.selectors.health import OLDEST_SHEET, health
from ceportal.office.selectors.operation import Reason, why_sheets_wait
from certificates.documents.signing import examine
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.services import shelf
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sealing import key_file, trusted_certificates
from certificates.services.sheets import PAUSE, make_sheets
from credits.models import ChangedAccount
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "certificates").rglob("*.pdf"))


def test_a_sheet_is_made_signed_stored_and_published(declarant: Professional, own_data: Path) -> None:
    certificate = make.issued(declarant)
    assert certificate.state == CertificateState.ISSUED
    assert certificate.issued_at == make.NOW
    assert certificate.claimed_until is None
    pdf = shelf.take(certificate.pdf_digest)
    assert len(pdf) == certificate.pdf_size
    assert hashlib.sha256(pdf).hexdigest() == certificate.pdf_digest
    assert examine(pdf, trusted=trusted_certificates()).is_genuine
    assert stored(own_data) == [f"{certificate.pdf_digest}.pdf"]
    assert len(certificate.signed_with) == 64
    told = Notice.objects.get(to=declarant.user, event=NoticeEvent.CERTIFICATE_ISSUED)
    assert certificate.number in told.text
    assert AuditEvent.objects.filter(action="certificate.issue", subject_ref=certificate.ref).count() == 1


def test_twice_makes_it_once(declarant: Professional, own_data: Path) -> None:
    before = make.issued(declarant)
    assert make_sheets(now=make.later(5)) == 0
    after = Certificate.objects.get(pk=before.pk)
    assert (after.pdf_digest, after.issued_at) == (before.pdf_digest, before.issued_at)
    assert len(stored(own_data)) == 1
    assert Notice.objects.filter(event=NoticeEvent.CERTIFICATE_ISSUED).count() == 1


def test_a_worker_that_died_leaves_a_row_that_is_taken_up_again(declarant: Professional) -> None:
    certificate = make.promised(declarant)
    assert claim(Certificate.objects.filter(pk=certificate.pk), now=make.NOW)
    assert make_sheets(now=make.NOW) == 0
    assert make_sheets(now=make.NOW + timedelta(seconds=settings.CLAIM_LEASE_SECONDS + 1)) == 1
    certificate.refresh_from_db()
    assert (certificate.state, certificate.attempts) == (CertificateState.ISSUED, 2)


def test_a_worker_that_died_after_storing_leaves_only_a_file(declarant: Professional, own_data: Path) -> None:
    """Nothing was published; the next try makes its own sheet, and that one alone is known."""
    certificate = make.promised(declarant)
    claim(Certificate.objects.filter(pk=certificate.pk), now=make.NOW)
    shelf.put(b"%PDF-1.7 of the worker that died")
    make_sheets(now=make.later(1))
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.ISSUED
    assert f"{certificate.pdf_digest}.pdf" in stored(own_data)


def test_a_fault_at_one_costs_the_next_nothing(
    declarant: Professional, lone_declarant: Professional, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next is drawn meanwhile: it is given back, and no try of its own is used up."""
    first, second = make.promised(declarant), make.promised(lone_declarant)

    def full(pdf: bytes) -> str:
        raise OSError(28, "no space left")

    with monkeypatch.context() as broken:
        broken.setattr(shelf, "put", full)
        with pytest.raises(OSError, match="no space"):
            make_sheets(now=make.NOW)
    for certificate in (first, second):
        certificate.refresh_from_db()
    assert (first.attempts, first.last_error, first.claimed_until is None) == (1, "OSError", False)
    assert (second.attempts, second.last_error, second.claimed_until) == (0, "", None)
    assert make_sheets(now=make.NOW) == 1
    assert make_sheets(now=make.later(1)) == 1


def test_half_a_file_is_never_taken_for_a_sheet(own_data: Path) -> None:
    digest = hashlib.sha256(b"whole").hexdigest()
    folder = own_data / "certificates" / digest[:2]
    folder.mkdir(parents=True)
    (folder / ".half-a-sheet").write_bytes(b"who")
    assert shelf.put(b"whole") == digest
    assert shelf.take(digest) == b"whole"
    assert shelf.put(b"whole") == digest
    assert stored(own_data) == [f"{digest}.pdf"]


def test_stored_bytes_that_changed_are_not_handed_out(own_data: Path) -> None:
    digest = shelf.put(b"whole")
    path = own_data / "certificates" / digest[:2] / f"{digest}.pdf"
    path.write_bytes(b"whole and more")
    with pytest.raises(shelf.SheetDamaged):
        shelf.take(digest)
    path.unlink()
    with pytest.raises(shelf.SheetDamaged):
        shelf.take(digest)


def test_without_a_key_all_wait_and_nothing_unsigned_is_published(
    declarant: Professional, own_data: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SIGNING_KEY_MAY_BE_MADE = False
    certificate = make.promised(declarant)
    for hours in range(20):
        assert make_sheets(now=make.later(hours)) == 0
    certificate.refresh_from_db()
    assert (certificate.state, certificate.attempts) == (CertificateState.INTENDED, 0)
    assert certificate.last_error == "没有签名密钥"
    assert "certificates wait" in caplog.text
    assert stored(own_data) == []
    late = certificate.promised_at + OLDEST_SHEET + timedelta(seconds=1)
    assert ["certificates" in health(now=now).degraded for now in (certificate.promised_at, late)] == [False, True]
    assert why_sheets_wait() == [Reason("没有签名密钥", 1)]
    settings.SIGNING_KEY_MAY_BE_MADE = True
    assert make_sheets(now=make.later(21)) == 1
    certificate.refresh_from_db()
    assert certificate.last_error == ""


def test_a_retired_key_still_vouches_for_its_sheets(declarant: Professional) -> None:
    old = shelf.take(make.issued(declarant).pdf_digest)
    retired = key_file().parent / "signing-retired"
    retired.mkdir()
    key_file().rename(retired / "2026.pem")
    assert examine(old, trusted=trusted_certificates()).is_genuine
    assert b"PRIVATE" not in trusted_certificates()


def test_a_name_that_nobody_can_draw_waits_and_does_not_hold_up_others(
    client: Client, operator: User, declarant: Professional, lone_declarant: Professional, own_data: Path
) -> None:
    declarant.name = "王\U00030edd"
    declarant.save()
    make.meet(declarant)
    make.meet(lone_declarant)
    settle_changed_accounts(now=make.NOW)
    assert make_sheets(now=make.NOW) == 1
    waiting = Certificate.objects.get(professional=declarant)
    assert waiting.state == CertificateState.INTENDED
    assert "U+30EDD" in waiting.last_error
    assert waiting.attempts == 0
    client.force_login(operator)
    page = client.get("/operation/").content.decode()
    assert ("\U00030edd（U+30EDD）" in page, "证书在等什么" in page, declarant.name in page) == (True, True, False)
    assert make_sheets(now=make.NOW + PAUSE / 2) == 0
    assert len(stored(own_data)) == 1


def test_content_that_was_tampered_with_is_not_printed(declarant: Professional, own_data: Path) -> None:
    certificate = make.promised(declarant)
    forged = certificate.snapshot | {"hours": {"total": "900", "public": "300", "professional": "600"}}
    Certificate.objects.filter(pk=certificate.pk).update(snapshot=forged)
    assert make_sheets(now=make.NOW) == 0
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.INTENDED
    assert "摘要不一致" in certificate.last_error
    assert stored(own_data) == []


def test_one_that_ends_while_it_is_drawn_is_not_published(
    declarant: Professional, own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make.promised(declarant)
    put = shelf.put

    def ends_meanwhile(pdf: bytes) -> str:
        rows = Certificate.objects.filter(pk=certificate.pk)
        rows.update(state=CertificateState.REVOKED, ended_at=make.NOW, ended_because="撤销")
        return put(pdf)

    monkeypatch.setattr(shelf, "put", ends_meanwhile)
    assert make_sheets(now=make.NOW) == 0
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.REVOKED
    assert certificate.issued_at is None
    assert stored(own_data) == []


def test_one_that_the_database_refuses_does_not_stand_in_the_way(
    declarant: Professional, lone_declarant: Professional
) -> None:
    """X21: no number is lost, no sheet without its row; once the fault is mended the next round goes on."""
    make.meet(declarant)
    make.meet(lone_declarant)
    fault(declarant.pk)
    assert settle_changed_accounts(now=make.NOW) == 1
    assert ChangedAccount.objects.count() == 1
    mend()
    assert settle_changed_accounts(now=make.later(1)) == 1
    sequences = sorted(number.split("-")[2] for number in Certificate.objects.values_list("number", flat=True))
    assert sequences == ["0000001", "0000002"]


def fault(professional_id: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER fault BEFORE INSERT ON certificates_certificate "
                f"WHEN NEW.professional_id = {int(professional_id)} BEGIN SELECT RAISE(ABORT, 'fault'); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NEW.professional_id = {int(professional_id)} THEN RAISE EXCEPTION 'fault'; END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER fault BEFORE INSERT ON certificates_certificate FOR EACH ROW EXECUTE FUNCTION fault()"
        )


def mend() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER fault")
        else:
            cursor.execute("DROP FUNCTION fault() CASCADE")
