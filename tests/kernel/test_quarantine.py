"""With a scanner set up nobody is shown what it has not seen; one that is away holds up nobody who hands in."""

import io
import re
import socket
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.files import open_file
from ceportal.kernel.services.quarantine import scan_quarantined
from ceportal.kernel.services.scanning import Clamd, NotScanned, ScannerAway
from ceportal.kernel.web.serving import serve
from ceportal.office.selectors.health import health
from ceportal.office.selectors.operation import queues
from tests import factories as make
from tests.kernel import zoo
from tests.kernel.clamd import FakeClamd
from tests.kernel.keeping import files_kept, keep, path_of
from tests.portals import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings: Any) -> Iterator[Path]:
    """Where a scanner is expected; a socket's path must be short."""
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:
        settings.CLAMD_SOCKET = f"{folder}/clamd.sock"
        yield Path(settings.CLAMD_SOCKET)


@pytest.fixture
def clamd(place: Path) -> Iterator[FakeClamd]:
    running = FakeClamd(place)
    yield running
    running.stop()


def state_of(stored: StoredFile) -> str:
    stored.refresh_from_db()
    return stored.state


def test_without_a_scanner_what_is_checked_is_shown(owner: User) -> None:
    assert keep(zoo.pdf(), owner).state == FileState.CLEAN


def test_the_scanner_sees_what_will_be_shown(owner: User, clamd: FakeClamd) -> None:
    stored = keep(zoo.phone_photo(), owner)
    assert stored.state == FileState.CLEAN
    assert clamd.seen == [path_of(stored).read_bytes()]


@pytest.mark.asvs("v5.0.0-5.4.3")
def test_what_the_scanner_finds_is_refused_and_not_kept(owner: User, clamd: FakeClamd) -> None:
    clamd.says = b"stream: Pdf.Exploit.CVE_2013_2729-1 FOUND"
    with pytest.raises(Refused, match="病毒") as refused:
        keep(zoo.pdf(), owner)
    assert refused.value.reasons[0].code == "file_unsafe"
    assert files_kept() == []
    assert not StoredFile.objects.exists()
    assert AuditEvent.objects.filter(action="file.refuse").exists()


def test_while_the_scanner_is_away_a_file_waits_unseen(owner: User, place: Path) -> None:
    stored = keep(zoo.pdf(), owner)
    assert stored.state == FileState.QUARANTINED
    for read in (open_file, serve):
        with pytest.raises(Refused, match="安全检查"):
            read(stored)
    assert scan_quarantined(now=timezone.now()) == 0
    assert state_of(stored) == FileState.QUARANTINED
    scanner = FakeClamd(place)
    try:
        assert scan_quarantined(now=timezone.now()) == 1
        assert scan_quarantined(now=timezone.now()) == 0
    finally:
        scanner.stop()
    assert state_of(stored) == FileState.CLEAN
    open_file(stored).close()


def test_what_turns_out_infected_is_gone_for_everybody(owner: User, place: Path) -> None:
    data = zoo.pdf()
    mine, theirs = keep(data, owner), keep(data, make.user("另一人"))
    scanner = FakeClamd(place)
    scanner.says = b"stream: Pdf.Exploit FOUND"
    try:
        scan_quarantined(now=timezone.now())
    finally:
        scanner.stop()
    assert [state_of(mine), state_of(theirs)] == [FileState.INFECTED] * 2
    assert files_kept() == []
    with pytest.raises(Refused, match="带有病毒"):
        serve(mine)
    event = AuditEvent.objects.get(action="file.infected")
    assert event.after == {"found": "Pdf.Exploit"}


def test_a_finding_that_was_wrong_is_put_right_by_handing_in_again(owner: User, clamd: FakeClamd) -> None:
    data = zoo.pdf()
    stored = keep(data, owner)
    StoredFile.objects.update(state=FileState.INFECTED)
    path_of(stored).unlink()
    assert keep(data, owner).pk == stored.pk
    assert state_of(stored) == FileState.CLEAN


def test_one_that_cannot_be_looked_at_holds_up_nobody(owner: User, place: Path) -> None:
    large, small = keep(zoo.pdf(), owner), keep(zoo.png(4, 4), owner)
    scanner = FakeClamd(place, most=small.shown_size)
    try:
        assert scan_quarantined(now=timezone.now()) == 1
    finally:
        scanner.stop()
    assert state_of(large) == FileState.QUARANTINED
    assert state_of(small) == FileState.CLEAN


def test_one_whose_bytes_are_gone_is_not_called_clean_and_holds_up_nobody(
    owner: User, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, there = keep(zoo.pdf(), owner), keep(zoo.png(4, 4), owner), keep(zoo.png(5, 5), owner)
    for gone in (first, second):
        path_of(gone).unlink()
    scanner = FakeClamd(place)
    try:
        assert scan_quarantined(now=timezone.now()) == 1
    finally:
        scanner.stop()
    assert [state_of(each) for each in (first, second, there)] == [
        FileState.QUARANTINED, FileState.QUARANTINED, FileState.CLEAN,
    ]  # fmt: skip
    (told,) = [record for record in caplog.records if "not there" in record.message]
    assert "2 files" in told.message
    assert str(first.ref) in told.message
    assert str(second.ref) in told.message
    assert "scanner" in health(now=timezone.now() + timedelta(minutes=11)).degraded


def test_the_runbook_says_whose_it_is(owner: User, place: Path) -> None:
    stored = keep(zoo.pdf(), owner)
    entry = (ROOT / "docs/operations/runbook.md").read_text(encoding="utf-8").partition("## outbox_old")[2]
    (query,) = re.findall(r'psql ceportal -c "(SELECT [^"]+)"', entry.partition("\n## ")[0])
    ref = str(stored.ref) if connection.vendor == "postgresql" else stored.ref.hex
    with connection.cursor() as cursor:
        cursor.execute(query.replace("REF", ref))
        ((name, _),) = cursor.fetchall()
    assert name == owner.name


def test_the_next_upload_of_the_same_file_brings_its_bytes_back_to_be_looked_at(owner: User, place: Path) -> None:
    data, other = zoo.pdf(), make.user("另一人")
    mine, theirs = keep(data, owner), keep(data, other)
    path_of(mine).unlink()
    scanner = FakeClamd(place)
    try:
        assert scan_quarantined(now=timezone.now()) == 0
        assert keep(data, owner).pk == mine.pk
        assert (state_of(mine), state_of(theirs)) == (FileState.CLEAN, FileState.QUARANTINED)
        assert scan_quarantined(now=timezone.now()) == 1, "the other's row of the same bytes"
    finally:
        scanner.stop()
    assert state_of(theirs) == FileState.CLEAN
    open_file(mine).close()


@pytest.mark.parametrize("waiting", range(6))
def test_each_that_waits_is_looked_at_once_a_round_from_both_ends(
    owner: User, place: Path, clamd: FakeClamd, settings: Any, waiting: int
) -> None:
    settings.CLAMD_SOCKET = ""
    rows = [keep(zoo.png(4, 4 + number), owner) for number in range(waiting)]
    StoredFile.objects.update(state=FileState.QUARANTINED)
    settings.CLAMD_SOCKET = str(place)
    assert scan_quarantined(now=timezone.now()) == waiting
    places = {path_of(row).read_bytes(): number for number, row in enumerate(rows)}
    looked = [places[data] for data in clamd.seen]
    assert looked == [0, waiting - 1, 1, waiting - 2, 2, waiting - 3][:waiting]


def test_the_operator_is_told_of_what_waits_too_long(owner: User, place: Path) -> None:
    keep(zoo.pdf(), owner)
    now = timezone.now()
    assert "scanner" not in health(now=now).degraded
    assert "scanner" in health(now=now + timedelta(minutes=11)).degraded
    waiting = next(queue for queue in queues(now + timedelta(minutes=11)) if "病毒" in queue.label)
    assert (waiting.waiting, waiting.is_late) == (1, True)


@pytest.mark.parametrize("answer", [b"", b"\xff\xfe", b"stream: OKAY", b"stream: ", b"ERROR", b"FOUND"])
def test_an_answer_that_says_nothing_is_no_all_clear(owner: User, clamd: FakeClamd, answer: bytes) -> None:
    clamd.says = answer or b"\0"
    with pytest.raises(NotScanned):
        Clamd(str(clamd.place)).finds(io.BytesIO(bytes(100)))
    assert keep(zoo.pdf(), owner).state == FileState.QUARANTINED


def test_a_scanner_over_the_network(owner: User, settings: Any) -> None:
    """`host:port`; nobody there is away as well."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ScannerAway):
        Clamd(f"127.0.0.1:{port}").finds(io.BytesIO(bytes(100)))
    settings.CLAMD_SOCKET = f"127.0.0.1:{port}"
    assert keep(zoo.pdf(), owner).state == FileState.QUARANTINED
