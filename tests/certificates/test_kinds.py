"""One key signs certificates, letters and filings: each says what it is, and only a certificate is taken for one."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from certificates.documents import signing
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import examine, load_seal, make_key
from certificates.enums import PaperKind
from certificates.rules.numbers import certificate_number
from certificates.services.sealing import seal
from tests.certificates.factories import NOW, content

NUMBER = certificate_number(area_code="410200", year=2025, sequence=123)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kinds") / "signing.pem"
    make_key(path, now=timezone.now())
    return path


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    """A sheet with its number in its title, and a paper without one."""
    return {name: render_sheet(content(1, number=number)) for name, number in {"sheet": NUMBER, "other": "无"}.items()}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """That files are examined in a process of their own is shown by test_checking.py; here it would take the time."""

    def examined(program: str, pdf: bytes, trusted: str) -> bytes:
        return json.dumps(asdict(examine(pdf, trusted=trusted.encode()))).encode()

    monkeypatch.setattr("certificates.services.checking.run_in_bounds", examined)


def without_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """As papers were signed before kinds were said."""
    whole = signing.signers.PdfSignatureMetadata
    monkeypatch.setattr(signing.signers, "PdfSignatureMetadata", lambda reason, **how: partial(whole, **how)())


@pytest.mark.parametrize("kind", list(PaperKind))
def test_what_is_signed_says_its_kind(key: Path, drawn: dict[str, bytes], kind: PaperKind) -> None:
    found = examine(load_seal(key, now=timezone.now()).put_on(drawn["sheet"], kind), trusted=key.read_bytes())
    assert (found.is_genuine, found.kind) == (True, kind.value)


def test_one_signed_before_kinds_is_known_by_its_title(
    key: Path, drawn: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_kind(monkeypatch)
    sealed = {name: load_seal(key, now=timezone.now()).put_on(pdf, PaperKind.LETTER) for name, pdf in drawn.items()}
    found = {name: examine(pdf, trusted=key.read_bytes()) for name, pdf in sealed.items()}
    assert not [name for name, pdf in sealed.items() if b"/Reason" in pdf]
    assert {name: (one.is_genuine, one.kind) for name, one in found.items()} == {
        "sheet": (True, "certificate"), "other": (True, ""),
    }  # fmt: skip


def test_a_kind_that_nobody_knows_is_none(key: Path, drawn: dict[str, bytes]) -> None:
    class Strange:
        label = "别的"

    signed = load_seal(key, now=timezone.now()).put_on(drawn["sheet"], Strange)  # type: ignore[arg-type]
    assert examine(signed, trusted=key.read_bytes()).kind == ""


@pytest.mark.django_db
def test_a_letter_is_no_certificate_at_any_door(
    client: Client, drawn: dict[str, bytes], tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.VERIFICATION_RATE = "1000/minute"
    papers = {kind.value: seal(now=NOW).put_on(drawn["sheet"], kind) for kind in PaperKind}
    without_kind(monkeypatch)
    papers |= {f"old {name}": seal(now=NOW).put_on(pdf, PaperKind.LETTER) for name, pdf in drawn.items()}

    def by_command(pdf: bytes) -> tuple[int, str]:
        (tmp_path / "file.pdf").write_bytes(pdf)
        try:
            call_command("verify_certificate", str(tmp_path / "file.pdf"))
        except CommandError as failed:
            return failed.returncode, capsys.readouterr().out
        return 0, capsys.readouterr().out

    away = {name: by_command(pdf) for name, pdf in papers.items()}
    assert {name: code for name, (code, _) in away.items()} == {
        "certificate": 0, "letter": 1, "filing": 1, "old sheet": 0, "old other": 1,
    }  # fmt: skip
    assert "公文，不是年度证书" in away["letter"][1]
    assert all("完好，覆盖整个文件" in said for _, said in away.values()), "the control: the signature alone takes all"

    answer = client.post("/verify/file/", {"file": SimpleUploadedFile("a.pdf", papers["letter"], "application/pdf")})
    assert (answer.status_code, "它是公文，不是年度证书" in answer.content.decode()) == (404, True)
    told = client.post("/api/v1/certificate-files", papers["letter"], content_type="application/pdf").json()
    assert (told["verdict"], told["kind"], told["certificate"]) == ("other_paper", "letter", None)
    told = client.post("/api/v1/certificate-files", papers["old sheet"], content_type="application/pdf").json()
    assert (told["verdict"], told["kind"]) == ("unregistered", "certificate")
