"""Files in a bucket: what holds of a folder holds there; while the store is away nothing is lost, and all is told."""

import hashlib
import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Professional, User
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.file_shelf import put, sweep_shelf
from ceportal.kernel.services.files import open_file
from ceportal.kernel.shelves import bucket
from ceportal.kernel.shelves.folder import FolderShelf
from ceportal.kernel.shelves.kinds import Shelf, ShelfAway, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.kernel.web.problems import BUSY_SECONDS
from certificates.services import shelf as sheets
from certificates.services.sheets import make_sheets
from tests.buckets import BUCKET, Listener, bucket_server, client, listening
from tests.certificates import factories as make
from tests.kernel import zoo
from tests.kernel.keeping import keep
from tests.portals import free_port


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with bucket_server() as found:
        yield found


@pytest.fixture
def in_bucket(server: dict[str, str], settings: Any) -> Iterator[None]:
    for name, value in server.items():
        setattr(settings, name, value)
    bucket.bucket_shelf.cache_clear()
    yield
    bucket.bucket_shelf.cache_clear()
    store = client(server["FILES_ENDPOINT"])
    for found in store.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        store.delete_object(Bucket=BUCKET, Key=found["Key"])


def go_to(settings: Any, endpoint: str) -> None:
    settings.FILES_ENDPOINT = endpoint
    bucket.bucket_shelf.cache_clear()


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return FolderShelf(tmp_path / "files")
    request.getfixturevalue("in_bucket")
    return shelf_named("files")


def test_a_shelf_keeps_what_it_is_given(shelf: Shelf) -> None:
    assert not shelf.has("ab/abc")
    with pytest.raises(FileNotFoundError):
        read(shelf, "ab/abc")
    shelf.put("ab/abc", b"bytes")
    shelf.put("cd/cde.pdf", b"other bytes")
    assert (shelf.has("ab/abc"), shelf.has("ab/abc", size=5), shelf.has("ab/abc", size=4)) == (True, True, False)
    assert read(shelf, "ab/abc") == b"bytes"
    assert sorted(shelf.names()) == ["ab/abc", "cd/cde.pdf"]
    assert list(shelf.names("cd")) == ["cd/cde.pdf"]
    now = timezone.now()
    assert list(shelf.names("cd", before=now - timedelta(hours=1))) == []
    assert list(shelf.names("cd", before=now + timedelta(hours=1))) == ["cd/cde.pdf"]
    for _ in range(2):
        shelf.drop("ab/abc")
    assert list(shelf.names()) == ["cd/cde.pdf"]


@pytest.mark.django_db
def test_evidence_is_kept_shown_and_swept(in_bucket: None, operator: User, settings: Any) -> None:
    stored = keep(zoo.png(), operator)
    with open_file(stored) as file:
        assert hashlib.sha256(file.read()).hexdigest() == stored.shown_digest
    assert keep(zoo.png(), operator).pk == stored.pk
    put(b"orphan", "ab" + "0" * 62)
    late = timezone.now() + timedelta(days=2)
    assert sum(sweep_shelf(now=late + timedelta(minutes=minute)) for minute in range(256)) == 1
    shelf_named("files").drop(f"{stored.shown_digest[:2]}/{stored.shown_digest}")
    with pytest.raises(Refused):
        open_file(stored)
    assert not (settings.DATA_DIR / "files").exists()


@pytest.mark.django_db
def test_a_sheet_is_made_checked_backed_up_and_brought_back(
    in_bucket: None, declarant: Professional, tmp_path: Path, settings: Any
) -> None:
    certificate = make.promised(declarant)
    assert make_sheets(now=make.NOW) == 1
    certificate.refresh_from_db()
    pdf = sheets.take(certificate.pdf_digest)
    assert pdf.startswith(b"%PDF")
    call_command("backup", tmp_path / "backup", files=True)
    key = f"{certificate.pdf_digest[:2]}/{certificate.pdf_digest}.pdf"
    assert (tmp_path / "backup" / "shelf" / "certificates" / key).read_bytes() == pdf
    call_command("check_books")
    sheets.drop(certificate.pdf_digest)
    with pytest.raises(sheets.SheetDamaged):
        sheets.take(certificate.pdf_digest)
    with pytest.raises(SystemExit):
        call_command("check_books")


@pytest.mark.django_db
def test_while_the_store_is_away_pages_say_so_and_sheets_wait(
    in_bucket: None, client: Client, declarant: Professional, settings: Any
) -> None:
    certificate = make.issued(declarant)
    client.force_login(declarant.user)
    client.raise_request_exception = False
    address = reverse("certificates:pdf", args=[certificate.ref])
    assert client.get(address).status_code == 200
    go_to(settings, f"http://127.0.0.1:{free_port()}")
    response = client.get(address)
    assert (response.status_code, response.headers["Retry-After"]) == (503, str(BUSY_SECONDS))
    with pytest.raises(ShelfAway):
        call_command("check_books")


@pytest.mark.django_db
def test_a_sheet_waits_for_the_store(in_bucket: None, declarant: Professional, settings: Any) -> None:
    certificate, kept = make.promised(declarant), settings.FILES_ENDPOINT
    go_to(settings, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ShelfAway):
        make_sheets(now=make.NOW)
    certificate.refresh_from_db()
    assert (certificate.issued_at, certificate.last_error) == (None, "ShelfAway")
    go_to(settings, kept)
    assert make_sheets(now=make.later(1)) == 1
    certificate.refresh_from_db()
    assert certificate.issued_at


# What botocore sends by itself since 1.36, and Alibaba OSS, Tencent COS and others do not take.
BOTOCORES_OWN = ("x-amz-checksum", "x-amz-sdk-checksum", "x-amz-trailer", "x-amz-decoded")


def kept_read_and_dropped() -> None:
    shelf, large = shelf_named("files"), b"x" * 9 * 1024 * 1024
    shelf.put("ab/abc", b"bytes")
    shelf.put("cd/cde", large)
    assert (read(shelf, "ab/abc"), read(shelf, "cd/cde") == large) == (b"bytes", True)
    assert list(shelf.names("ab")) == ["ab/abc"]
    for key in ("ab/abc", "cd/cde"):
        shelf.drop(key)
        assert not shelf.has(key)


def foreign(heard: Listener) -> set[str]:
    """What of botocore's own went along."""
    chunked = {"aws-chunked" for one in heard.asked if "aws-chunked" in one.headers.get("Content-Encoding", "")}
    return chunked | {name for one in heard.asked for name in one.headers if name.lower().startswith(BOTOCORES_OWN)}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That nobody vouches for but itself; its key lies beside it."""
    folder = tmp_path_factory.mktemp("tls")
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=store"]
    request += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    subprocess.run(request, check=True, capture_output=True)
    return folder / "crt"


@pytest.fixture
def by_tls(in_bucket: None, certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key"))
    with listening(settings.FILES_ENDPOINT, tls=context) as heard:
        go_to(settings, f"https://127.0.0.1:{heard.port}")
        yield heard


def test_a_store_of_ones_own_authority_is_believed_and_sent_nothing_of_amazons(by_tls: Listener) -> None:
    kept_read_and_dropped()
    assert {one.line.split()[0] for one in by_tls.asked} == {"PUT", "POST", "GET", "HEAD", "DELETE"}
    assert {one.line.split()[1][: len(f"/{BUCKET}")] for one in by_tls.asked} == {f"/{BUCKET}"}
    assert foreign(by_tls) == set()


def test_left_to_itself_botocore_would_send_them(by_tls: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: else nothing would be told by their absence."""
    monkeypatch.setattr(bucket, "_manner", lambda: None)
    shelf_named("files").put("ab/abc", b"bytes")
    assert read(shelf_named("files"), "ab/abc") == b"bytes"
    assert {"aws-chunked", "X-Amz-Trailer", "x-amz-checksum-mode"} <= foreign(by_tls)


@pytest.mark.parametrize("variable", [None, "SSL_CERT_FILE"])
def test_an_authority_it_was_not_told_of_is_not_believed(
    by_tls: Listener, certificate: Path, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is one that OpenSSL alone was told of: botocore brings a list of its own."""
    monkeypatch.delenv("AWS_CA_BUNDLE")
    if variable:
        monkeypatch.setenv(variable, str(certificate))
    bucket.bucket_shelf.cache_clear()
    with pytest.raises(ShelfAway, match="CERTIFICATE_VERIFY_FAILED"):
        shelf_named("files").has("ab/abc")
    assert by_tls.asked == []


@pytest.mark.parametrize(
    ("addressing", "host", "path"), [("virtual", f"{BUCKET}.store", ""), ("path", "store", f"/{BUCKET}")]
)
def test_a_bucket_is_asked_for_as_its_store_demands(
    in_bucket: None, settings: Any, monkeypatch: pytest.MonkeyPatch, addressing: str, host: str, path: str
) -> None:
    """By a proxy, for such names lead nowhere here."""
    with listening(settings.FILES_ENDPOINT) as heard, monkeypatch.context() as patched:
        for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY"):
            patched.delenv(name, raising=False)
        patched.setenv("http_proxy", f"http://127.0.0.1:{heard.port}")
        settings.FILES_ADDRESSING = addressing
        go_to(settings, "http://store")
        kept_read_and_dropped()
    assert {one.host for one in heard.asked} == {host}
    assert f"PUT {path}/files/ab/abc" in {one.line for one in heard.asked}
