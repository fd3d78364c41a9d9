"""Whatever is done to a certificate's file is found: by the page, by the command away from the portal, by a program."""

import io
import json
import random
from collections.abc import Callable
from dataclasses import asdict
from decimal import InvalidOperation
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from accounts.models import Professional
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import examine, load_seal, make_key
from certificates.enums import PaperKind
from certificates.models import Certificate
from certificates.services.checking import check_file, judged
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sealing import have_a_key, trusted_certificates
from certificates.services.sheets import make_sheets
from certificates.services.shelf import take
from tests.certificates import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.clause("S3-10")]
FILES = "/api/v1/certificate-files"
PAINT = b"q 1 1 1 rg 80 400 300 60 re f Q"


@pytest.fixture(scope="module")
def foreign_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("foreign") / "signing.pem"
    make_key(path, now=timezone.now())
    return path


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """That files are examined in a process of their own is shown by test_checking.py; here it would take the time."""

    def examined(program: str, pdf: bytes, trusted: str) -> bytes:
        return json.dumps(asdict(examine(pdf, trusted=trusted.encode()))).encode()

    monkeypatch.setattr("certificates.services.checking.run_in_bounds", examined)


@pytest.fixture(autouse=True)
def unhurried(settings: Any) -> None:
    settings.VERIFICATION_RATE = "1000000/minute"


def flipped(pdf: bytes, place: int) -> bytes:
    changed = bytearray(pdf)
    changed[place] ^= 1 << place % 8
    return bytes(changed)


def overlaid(pdf: bytes) -> bytes:
    """White over the hours by an incremental update: what stands below is untouched, and so is its signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    painted = writer.add_object(generic.StreamObject(stream_data=PAINT))
    writer.add_stream_to_page(0, painted)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rewritten(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(out)
    return out.getvalue()


def without_signature(opened: pikepdf.Pdf) -> None:
    del opened.Root.AcroForm, opened.Root.Perms
    for page in opened.pages:
        if "/Annots" in page:
            del page.Annots


def with_a_file(opened: pikepdf.Pdf) -> None:
    opened.attachments["notes.txt"] = b"another list of hours"


def swapped(pdf: bytes) -> bytes:
    """Another person's page in place of its own."""
    other = pikepdf.open(io.BytesIO(render_sheet(make.content(2, name="李四"))))

    def swap(opened: pikepdf.Pdf) -> None:
        opened.pages.append(other.pages[0])
        del opened.pages[0]

    return rewritten(pdf, swap)


def signed_by(pdf: bytes, path: Path) -> bytes:
    return load_seal(path, now=timezone.now()).put_on(pdf, PaperKind.CERTIFICATE)


FORGERIES: dict[str, Callable[[bytes, Path], bytes]] = {
    "a byte": lambda pdf, _: flipped(pdf, len(pdf) // 3),
    "overlay": lambda pdf, _: overlaid(pdf),
    "appended": lambda pdf, _: pdf + b"\n% more",
    "signed anew in our name": lambda _, key: signed_by(render_sheet(make.content(3)), key),
    "signed over in our name": lambda pdf, key: signed_by(rewritten(pdf, without_signature), key),
    "another page": lambda pdf, _: swapped(pdf),
    "rewritten": lambda pdf, _: rewritten(pdf, lambda each: None),
    "signature taken away": lambda pdf, _: rewritten(pdf, without_signature),
    "a file attached": lambda pdf, _: rewritten(pdf, with_a_file),
    "cut": lambda pdf, _: pdf[: len(pdf) // 2],
}


@pytest.fixture
def superseded(declarant: Professional) -> tuple[Certificate, Certificate]:
    """An edition that is valid no more and the one in its place."""
    entries = make.meet(declarant, spare="20")
    make.issued_now(declarant)
    make.take_back(entries[3])
    settle_changed_accounts(now=make.later(2))
    make_sheets(now=make.later(2))
    old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
    return old, new


def make_trusted() -> bytes:
    have_a_key(now=make.NOW)
    return trusted_certificates()


def by_page(client: Client, pdf: bytes) -> tuple[int, str]:
    response = client.post("/verify/file/", {"file": SimpleUploadedFile("证书.pdf", pdf, "application/pdf")})
    return response.status_code, response.content.decode()


def by_program(client: Client, pdf: bytes) -> dict:
    return dict(client.post(FILES, pdf, content_type="application/pdf").json())


def by_command(pdf: bytes, folder: Path, *lists: Path) -> int:
    """What it exits with."""
    (folder / "file.pdf").write_bytes(pdf)
    ways = [word for path in lists for word in ("--revocations", str(path))]
    try:
        call_command("verify_certificate", str(folder / "file.pdf"), *ways)
    except CommandError as failed:
        return failed.returncode
    return 0


@pytest.mark.parametrize("forgery", sorted(FORGERIES))
def test_a_forgery_is_found_by_page_command_and_program(
    client: Client, declarant: Professional, tmp_path: Path, foreign_key: Path, forgery: str
) -> None:
    certificate = make.issued(declarant)
    pdf = take(certificate.pdf_digest)
    assert (by_page(client, pdf)[0], by_command(pdf, tmp_path)) == (200, 0), "the control: it is genuine"
    assert by_program(client, pdf)["certificate"]["number"] == certificate.number
    forged = FORGERIES[forgery](pdf, foreign_key)
    status, text = by_page(client, forged)
    assert (status, certificate.number in text) == (404, False)
    assert by_command(forged, tmp_path) == 1
    told = by_program(client, forged)
    assert told["verdict"] in {"changed", "not_ours"}
    assert told["certificate"] is None


def test_an_old_version_is_found_by_page_command_and_program(
    client: Client, superseded: tuple[Certificate, Certificate], tmp_path: Path
) -> None:
    old, new = superseded
    pdf = take(old.pdf_digest)
    status, text = by_page(client, pdf)
    assert (status, "已被新证书替代" in text, new.number in text) == (200, True, True)
    (tmp_path / "list.jws").write_bytes(client.get("/api/v1/revocations").content)
    assert by_command(pdf, tmp_path, tmp_path / "list.jws") == 1
    assert by_command(take(new.pdf_digest), tmp_path, tmp_path / "list.jws") == 0
    told = by_program(client, pdf)
    assert (told["verdict"], told["certificate"]["state"]) == ("issued", "superseded")
    assert told["certificate"]["successor"]["number"] == new.number


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.deep)])
def test_flipped_bits_are_found_one_by_one(declarant: Professional, count: int) -> None:
    """By what the page and programs ask, and by the signature alone, which is all that the command has."""
    pdf, trusted = take(make.issued(declarant).pdf_digest), trusted_certificates()
    assert (check_file(pdf, now=make.NOW).certificate is not None, judged(pdf, trusted).is_genuine) == (True, True)
    for place in random.Random(20261120).sample(range(len(pdf)), count):
        changed = flipped(pdf, place)
        assert check_file(changed, now=make.NOW).certificate is None, place
        assert not judged(changed, trusted).is_genuine, place


@pytest.mark.parametrize(
    ("good", "bad"),
    [(b"/FlateDecode", b"/FlateDecofe"), (b"/W [ ", b"/W [!"), (b" 0 R", b"..0R"), (b"/Size ", b"/Size.")],
)
def test_words_of_a_pdf_that_no_reader_knows_are_found(
    declarant: Professional, client: Client, good: bytes, bad: bytes
) -> None:
    """In every place at once: whatever the reader stumbles with, the file is not ours."""
    pdf = take(make.issued(declarant).pdf_digest)
    assert not judged(pdf.replace(good, bad), trusted_certificates()).is_genuine
    assert by_page(client, pdf.replace(good, bad) + b" ")[0] == 404


@pytest.mark.parametrize("error", [NotImplementedError, AssertionError, InvalidOperation, RecursionError])
def test_a_reader_that_stumbles_has_read_no_signature(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """What pyHanko raised over 10,000 files with a bit turned."""

    def stumble(*_: object) -> None:
        raise error

    monkeypatch.setattr("certificates.documents.signing.PdfFileReader", stumble)
    assert not examine(b"%PDF-1.7 /ByteRange", trusted=make_trusted()).is_signed


def test_a_program_is_told_what_it_did_wrong(client: Client, declarant: Professional, settings: Any) -> None:
    make.issued(declarant)
    empty = client.post(FILES, b"", content_type="application/pdf")
    large = client.post(FILES, b"%PDF-" + b"x" * 2**21, content_type="application/pdf")
    assert [(each.status_code, each.json()["code"]) for each in (empty, large)] == [(400, "empty"), (413, "too_large")]
    assert (client.get(FILES).status_code, empty["Cache-Control"]) == (405, "no-store")
    assert by_program(client, b"a letter /ByteRange")["verdict"] == "not_ours"
    settings.SIGNING_KEY_FILE, settings.SIGNING_KEY_MAY_BE_MADE = "/proc/closed/signing.pem", False
    assert client.post(FILES, b"%PDF-", content_type="application/pdf").status_code == 503
    status, text = by_page(client, b"%PDF-")
    assert (status, "签名密钥暂不可用" in text) == (503, True)
