"""A key in a module: SoftHSM stands in for the hardware, through the same library interface (PKCS#11)."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from certificates.documents import modules
from certificates.documents.keys import SigningKeyMissing
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import examine, new_key
from certificates.enums import PaperKind
from certificates.services.sealing import kept_seal, key_file, trusted_certificates
from tests.certificates.factories import content

LIBRARY, PIN = "/usr/lib/softhsm/libsofthsm2.so", "24681357"


@pytest.fixture
def token(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A token of its own with one key, whose certificate is ours; no key lies in a file."""
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    monkeypatch.setattr(modules, "_sessions", {})
    settings.DATA_DIR, settings.SIGNING_KEY_MAY_BE_MADE = tmp_path, False
    settings.SIGNING_MODULE, settings.SIGNING_MODULE_PIN = LIBRARY, PIN
    key, mark, certificate = new_key(timezone.now()).partition(b"-----BEGIN CERTIFICATE-----")
    (tmp_path / "key.pem").write_bytes(key)
    util("--init-token", "--free", "--label", "ceportal", "--so-pin", PIN, "--pin", PIN)
    util(
        "--import", str(tmp_path / "key.pem"), "--token", "ceportal", "--label", "ceportal", "--id", "01", "--pin", PIN
    )
    (tmp_path / "key.pem").unlink()
    key_file().parent.mkdir()
    key_file().write_bytes(mark + certificate)
    return tmp_path


def util(*said: str) -> None:
    subprocess.run(["softhsm2-util", *said], check=True, capture_output=True)


def test_a_sheet_is_signed_by_a_key_that_never_leaves_its_module(token: Path, settings: Any) -> None:
    settings.SIGNING_MODULE_PIN = "00000000"
    with pytest.raises(SigningKeyMissing, match="硬件密码模块"):
        kept_seal(now=timezone.now())
    settings.SIGNING_MODULE_PIN = PIN
    seal = kept_seal(now=timezone.now())
    signed = [seal.put_on(render_sheet(content(items)), PaperKind.CERTIFICATE) for items in (1, 2)]
    assert all(examine(pdf, trusted=trusted_certificates()).is_genuine for pdf in signed)
    assert seal.sign(b"a list")
    settings.SIGNING_MODULE_KEY = "another"
    with pytest.raises(SigningKeyMissing, match="硬件密码模块"):
        kept_seal(now=timezone.now())
