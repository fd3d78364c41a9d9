"""`restore --files` brings back, to a portal at work, what rows name and the store no longer has whole."""

import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Organization, Professional, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.services.files import open_file
from ceportal.kernel.services.quarantine import scan_quarantined
from ceportal.kernel.shelves import bucket
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.enums import LetterKind
from ceportal.office.selectors.addressees import Meant
from ceportal.office.services.letters import send_letter, sheet_of
from certificates.models import Certificate
from certificates.services import shelf as sheets
from certificates.services.sealing import make_signing_key
from tests.buckets import bucket_server
from tests.certificates import factories as make
from tests.kernel import zoo
from tests.kernel.clamd import FakeClamd
from tests.kernel.keeping import keep
from tests.portals import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def backups(tmp_path: Path, settings: Any) -> Path:
    settings.BACKUP_DIR = str(tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def evidence(operator: User) -> StoredFile:
    return keep(zoo.png(), operator)


@pytest.fixture
def certificate(declarant: Professional) -> Certificate:
    return make.issued(declarant)


def _key(stored: StoredFile) -> str:
    return f"{stored.shown_digest[:2]}/{stored.shown_digest}"


def _restored() -> str:
    out = StringIO()
    call_command("restore", "--files", stdout=out)
    return out.getvalue()


def test_what_is_missing_or_changed_comes_back(backups: Path, evidence: StoredFile, certificate: Certificate) -> None:
    call_command("backup", "--files")
    assert "补回了 0 个" in _restored()
    pdf = sheets.take(certificate.pdf_digest)
    shelf_named("files").drop(_key(evidence))
    shelf_named("certificates").put(f"{certificate.pdf_digest[:2]}/{certificate.pdf_digest}.pdf", pdf[:-1])
    with pytest.raises(SystemExit):
        call_command("check_books")
    assert "补回了 2 个" in _restored()
    assert sheets.take(certificate.pdf_digest) == pdf
    with open_file(evidence) as file:
        assert file.read()
    call_command("check_books")


def test_what_the_backups_do_not_have_whole_is_named_and_left(
    backups: Path, evidence: StoredFile, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("backup", "--files")
    kept = backups / "shelf" / "files" / _key(evidence)
    kept.write_bytes(b"torn")
    shelf_named("files").drop(_key(evidence))
    with pytest.raises(SystemExit):
        call_command("restore", "--files")
    said = capsys.readouterr()
    assert "补回了 0 个" in said.out
    assert f"files/{_key(evidence)}" in said.err
    assert not shelf_named("files").has(_key(evidence))


def test_what_a_scanner_condemned_and_what_nobody_names_stays_away(backups: Path, evidence: StoredFile) -> None:
    call_command("backup", "--files")
    shelf_named("files").drop(_key(evidence))
    StoredFile.objects.update(state=FileState.INFECTED)
    assert "补回了 0 个" in _restored()
    StoredFile.objects.all().delete()
    assert "补回了 0 个" in _restored()
    assert not shelf_named("files").has(_key(evidence))


def test_a_letter_that_was_fetched_comes_back_too(
    backups: Path, county_bureau: Organization, employer: Organization, county_officer: User
) -> None:
    make_signing_key(now=timezone.now())
    letter = send_letter(
        county_bureau, LetterKind.NOTICE, Meant(unit=employer), title="告知书", body="请按期报送年度计划。",
        by=county_officer, now=timezone.now(),
    )  # fmt: skip
    pdf = sheet_of(letter, now=timezone.now())
    call_command("backup", "--files")
    shelf_named("certificates").drop(f"{letter.pdf_digest[:2]}/{letter.pdf_digest}.pdf")
    with pytest.raises(SystemExit):
        call_command("check_books")
    assert "补回了 1 个" in _restored()
    assert sheet_of(letter, now=timezone.now()) == pdf
    call_command("check_books")


def test_what_a_scanner_finds_now_is_shown_to_nobody_and_settled_by_the_clock(
    backups: Path, evidence: StoredFile, settings: Any
) -> None:
    call_command("backup", "--files")
    shelf_named("files").drop(_key(evidence))
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:
        settings.CLAMD_SOCKET = f"{folder}/clamd.sock"
        assert "补回了 1 个" in _restored(), "where no scanner answers, what was let in once comes back"
        evidence.refresh_from_db()
        assert evidence.state == FileState.CLEAN
        shelf_named("files").drop(_key(evidence))
        clamd = FakeClamd(Path(settings.CLAMD_SOCKET))
        clamd.says = b"stream: Of-Today FOUND"
        try:
            assert "补回了 1 个" in _restored()
            evidence.refresh_from_db()
            assert evidence.state == FileState.QUARANTINED
            assert AuditEvent.objects.get(action="file.quarantine").after == {"found": "Of-Today"}
            assert scan_quarantined(now=timezone.now()) == 1
        finally:
            clamd.stop()
    assert not shelf_named("files").has(_key(evidence))
    assert "补回了 0 个" in _restored(), "nothing is missing that is to be there"


@pytest.mark.parametrize(
    ("says", "state"), [(b"stream: OK", FileState.CLEAN), (b"stream: Of-Today FOUND", FileState.INFECTED)]
)
def test_what_was_in_quarantine_comes_back_into_it_and_is_settled_there(
    backups: Path, evidence: StoredFile, settings: Any, says: bytes, state: FileState
) -> None:
    call_command("backup", "--files")
    shelf_named("files").drop(_key(evidence))
    StoredFile.objects.update(state=FileState.QUARANTINED)
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:
        settings.CLAMD_SOCKET = f"{folder}/clamd.sock"
        clamd = FakeClamd(Path(settings.CLAMD_SOCKET))
        clamd.says = says
        try:
            assert scan_quarantined(now=timezone.now()) == 0
            assert "补回了 1 个" in _restored()
            evidence.refresh_from_db()
            assert evidence.state == FileState.QUARANTINED, "nobody is shown it before it was looked at"
            assert scan_quarantined(now=timezone.now()) == 1
        finally:
            clamd.stop()
    evidence.refresh_from_db()
    assert evidence.state == state
    assert shelf_named("files").has(_key(evidence)) is (state == FileState.CLEAN)


def test_without_backups_it_says_so(backups: Path, settings: Any) -> None:
    with pytest.raises(CommandError, match="没有备份"):
        call_command("restore", "--files")
    settings.BACKUP_DIR = ""
    with pytest.raises(CommandError, match="BACKUP_DIR"):
        call_command("restore", "--files")


@pytest.fixture
def server() -> Iterator[dict[str, str]]:
    with bucket_server() as found:
        yield found
    bucket.bucket_shelf.cache_clear()


def test_a_bucket_is_filled_from_the_backups(
    backups: Path, evidence: StoredFile, certificate: Certificate, server: dict[str, str], settings: Any
) -> None:
    """The way from folders to a bucket, of a portal that has run (docs/operations/install.md, 5)."""
    pdf = sheets.take(certificate.pdf_digest)
    call_command("backup", "--files")
    for name, value in server.items():
        setattr(settings, name, value)
    bucket.bucket_shelf.cache_clear()
    assert "补回了 2 个" in _restored()
    assert sheets.take(certificate.pdf_digest) == pdf
    call_command("check_books")
    settings.FILES_ENDPOINT = f"http://127.0.0.1:{free_port()}"
    bucket.bucket_shelf.cache_clear()
    with pytest.raises(CommandError, match="没有应答"):
        call_command("restore", "--files")
