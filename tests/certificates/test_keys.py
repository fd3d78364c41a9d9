"""The signing key is replaced, runs out, lies in a module, has its signatures timestamped: sheets go on verifying."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from accounts.models import Professional
from ceportal.office.services import readiness
from certificates.documents import signing
from certificates.documents.sheet import render_sheet
from certificates.documents.signing import Seal, examine, make_key, new_key
from certificates.enums import PaperKind
from certificates.management.commands.replace_signing_key import Command
from certificates.models import Certificate
from certificates.services import shelf
from certificates.services.sealing import RETIRED, key_file, seal, trusted_certificates
from certificates.services.sheets import make_sheets
from tests.certificates import factories as make
from tests.certificates.factories import content


@pytest.fixture
def own_key(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return key_file()


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return render_sheet(content(1))


def test_a_key_is_replaced_by_a_command_and_both_vouch_for_their_sheets(
    own_key: Path, tmp_path: Path, unsigned: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    before = seal(now=timezone.now())
    old = before.put_on(unsigned, PaperKind.CERTIFICATE)
    call_command("replace_signing_key")
    after = seal(now=timezone.now() + timedelta(seconds=1))
    assert before.fingerprint != after.fingerprint
    assert before.fingerprint in capsys.readouterr().out
    trusted = trusted_certificates()
    assert [
        examine(pdf, trusted=trusted).is_genuine for pdf in (old, after.put_on(unsigned, PaperKind.CERTIFICATE))
    ] == [True, True]
    kept = [path.read_bytes() for path in (own_key.parent / RETIRED).iterdir()]
    assert (len(kept), b"PRIVATE" in kept[0]) == (1, False), "an old key can sign nothing more"
    make_key(tmp_path / "licensed.pem", now=timezone.now())
    call_command("replace_signing_key", "--with", str(tmp_path / "licensed.pem"))
    assert own_key.read_bytes() == (tmp_path / "licensed.pem").read_bytes()
    assert trusted_certificates().count(b"BEGIN CERTIFICATE") == 3
    assert examine(old, trusted=trusted_certificates()).is_genuine


def test_what_cannot_sign_takes_no_keys_place(own_key: Path, tmp_path: Path, settings: Any) -> None:
    kept = seal(now=timezone.now()).fingerprint
    (tmp_path / "broken.pem").write_text("no key")
    for name, words in (("broken.pem", "无法读取"), ("nowhere.pem", "没有签名密钥")):
        with pytest.raises(CommandError, match=words):
            call_command("replace_signing_key", "--with", str(tmp_path / name))
    assert seal(now=timezone.now()).fingerprint == kept
    assert [path.name for path in own_key.parent.iterdir()] == [own_key.name]
    with pytest.raises(CommandError, match="正在使用的密钥文件"):
        call_command("replace_signing_key", "--with", str(own_key))
    assert not (own_key.parent / RETIRED).exists()
    settings.SIGNING_KEY_FILE = "/proc/closed/signing.pem"
    with pytest.raises(CommandError, match="写不进密钥文件 /proc/closed") as told:
        call_command("replace_signing_key")
    assert "留存" not in str(told.value), "there was none"


NOBODY = 65534


@pytest.fixture
def as_installed(settings: Any) -> Iterator[Path]:
    """As docs/operations/install.md leaves it: the key's folder is root's, who lets us read; we are somebody else."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        place = Path(name)
        settings.DATA_DIR, settings.SIGNING_KEY_FILE = place / "data", str(place / "secrets" / "signing_key")
        for path in (key_file(), key_file().with_suffix(".new")):
            make_key(path, now=timezone.now())
            path.chmod(0o644)
        settings.DATA_DIR.mkdir()
        for path, mode in ((place, 0o755), (settings.DATA_DIR, 0o777), (key_file().parent, 0o555)):
            path.chmod(mode)
        was = os.geteuid()
        if was == 0:
            os.seteuid(NOBODY)
        try:
            yield place
        finally:
            os.seteuid(was)
            key_file().parent.chmod(0o755)


def test_where_only_root_may_write_the_command_keeps_the_old_certificate_and_says_what_root_types(
    as_installed: Path, unsigned: bytes
) -> None:
    before, new = seal(now=timezone.now()), key_file().with_suffix(".new")
    old = before.put_on(unsigned, PaperKind.CERTIFICATE)
    with pytest.raises(CommandError) as told:
        call_command(Command(), "--with", str(new))
    words, typed = str(told.value).split("\n")
    assert (before.fingerprint in words, typed) == (True, f"mv {new} {key_file()}")
    assert seal(now=timezone.now()).fingerprint == before.fingerprint
    assert {path.name for path in key_file().parent.iterdir()} == {key_file().name, new.name}
    os.seteuid(os.getuid())
    key_file().parent.chmod(0o755)
    new.replace(key_file())
    assert seal(now=timezone.now() + timedelta(seconds=1)).fingerprint != before.fingerprint
    assert examine(old, trusted=trusted_certificates()).is_genuine


def test_what_cannot_be_read_or_kept_changes_nothing_and_is_a_sentence(as_installed: Path) -> None:
    new = key_file().with_suffix(".new")
    os.seteuid(os.getuid())
    (as_installed / "data").chmod(0o555)
    if not os.getuid():
        os.seteuid(NOBODY)
    with pytest.raises(CommandError, match=r"写不进 .*密钥没有换"):
        call_command(Command(), "--with", str(new))
    os.seteuid(os.getuid())
    new.chmod(0o000)
    if not os.getuid():
        os.seteuid(NOBODY)
    with pytest.raises(CommandError, match=f"读不到或写不进 {new}（"):
        call_command(Command(), "--with", str(new))


def test_a_key_that_has_run_out_signs_no_more_but_goes_on_vouching(own_key: Path, unsigned: bytes) -> None:
    signed = seal(now=timezone.now()).put_on(unsigned, PaperKind.CERTIFICATE)
    with time_machine.travel(timezone.now() + timedelta(days=366 * 12)):
        assert examine(signed, trusted=trusted_certificates()).is_genuine
        assert not examine(signed + b" ", trusted=trusted_certificates()).is_genuine
        call_command("replace_signing_key")
        assert examine(signed, trusted=trusted_certificates()).is_genuine
        assert seal(now=timezone.now() + timedelta(seconds=1))


class Module(signers.Signer):
    """A key that never leaves its module: it is asked for signatures alone."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: asn1_x509.Certificate) -> None:
        super().__init__(signing_cert=certificate, cert_registry=SimpleCertificateStore())
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def served(stamper: DummyTimeStamper, *, kind: str) -> Iterator[str]:
    """A timestamp authority on a port of this machine."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            said = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *said: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    server.server_close()


def authority(now: datetime) -> tuple[DummyTimeStamper, bytes]:
    """A timestamp authority, and its certificate (PEM)."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "时间戳")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=9))
    certificate = made.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    plain = asn1_keys.PrivateKeyInfo.load(der(key))
    as_read = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    return DummyTimeStamper(as_read, plain, fixed_dt=now), certificate.public_bytes(serialization.Encoding.PEM)


def der(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_module_and_a_timestamp_authority_have_their_place(own_key: Path, unsigned: bytes) -> None:
    of_file = seal(now=timezone.now())
    key = serialization.load_pem_private_key(own_key.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    timestamper, pem = authority(timezone.now())
    made = Seal(Module(key, of_file.signer.signing_cert), of_file.fingerprint, timestamper=timestamper)
    signed, trusted = made.put_on(unsigned, PaperKind.CERTIFICATE), trusted_certificates()
    assert examine(signed, trusted=trusted + pem).is_genuine
    assert not examine(signed, trusted=trusted).is_genuine, "nobody trusts that clock"
    assert not examine(signed.replace(b"/P 1", b"/P 3", 1), trusted=trusted + pem).is_genuine
    assert made.sign(b"a list")


@pytest.mark.django_db
def test_sheets_are_timestamped_where_an_authority_is_named_and_wait_while_it_is_silent(
    own_key: Path, settings: Any, declarant: Professional
) -> None:
    now = timezone.now()
    stamper, pem = authority(now)
    make_key(own_key, now=now)
    own_key.write_bytes(own_key.read_bytes() + pem)
    certificate = make.promised(declarant)
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/tsa"
    (silent,) = readiness._timestamps(now)
    assert (silent.is_missing, "OUTGOING_NETWORKS" in silent.remedy) == (True, True)
    with contextmanager(served)(stamper, kind="text/html") as address:
        settings.TIMESTAMP_URL, settings.OUTGOING_NETWORKS = address, ["127.0.0.0/8"]
        assert make_sheets(now=now) == 0, "a page is no timestamp"
    certificate.refresh_from_db()
    assert (certificate.attempts, certificate.last_error) == (0, "时间戳服务没有应答")
    with contextmanager(served)(stamper, kind="application/timestamp-reply") as address:
        settings.TIMESTAMP_URL = address
        assert [finding.is_missing for finding in readiness._timestamps(now)] == [False]
        assert make_sheets(now=now) == 1
    certificate.refresh_from_db()
    pdf = shelf.take(certificate.pdf_digest)
    assert examine(pdf, trusted=trusted_certificates()).is_genuine
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    attributes = [one["type"].native for one in signature.signer_info["unsigned_attrs"]]
    assert attributes == ["signature_time_stamp_token"]


@pytest.mark.django_db
def test_a_key_in_a_module_signs_and_without_the_module_sheets_wait(
    own_key: Path, tmp_path: Path, settings: Any, declarant: Professional, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    text = new_key(now)
    key = serialization.load_pem_private_key(text, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    settings.SIGNING_MODULE, settings.SIGNING_MODULE_PIN = str(tmp_path / "none.so"), "1234"
    certificate = make.promised(declarant)
    assert make_sheets(now=now) == 0
    own_key.parent.mkdir(exist_ok=True)
    own_key.write_bytes(text[text.index(b"-----BEGIN CERT") :])
    settings.SIGNING_KEY_MAY_BE_MADE = False
    (said,) = readiness._signing(now)
    assert (said.is_missing, "硬件密码模块" in said.text, "1234" in said.text) == (True, True, False)
    assert make_sheets(now=now) == 0
    certificate.refresh_from_db()
    assert (certificate.attempts, certificate.last_error) == (0, said.text)
    with pytest.raises(CommandError, match="硬件密码模块里，旧证书已留存"):
        call_command("replace_signing_key")
    assert len(list((own_key.parent / RETIRED).iterdir())) == 1
    monkeypatch.setattr(signing, "signer_in", lambda module, owner: Module(key, owner))
    assert "在硬件密码模块里" in next(iter(readiness._signing(now))).text
    assert make_sheets(now=now) == 1
    certificate.refresh_from_db()
    assert examine(shelf.take(certificate.pdf_digest), trusted=trusted_certificates()).is_genuine
    assert b"PRIVATE" not in own_key.read_bytes()


def licensed_key(now: datetime) -> bytes:
    """A key whose certificate somebody else issued, with that one's own behind it, PEM."""
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    unit, licensed = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)]) for words in ("某市人社局", "某电子认证公司")
    )
    begin, end = now - timedelta(days=1), now + timedelta(days=300)
    leaf = x509.CertificateBuilder(licensed, unit, ours.public_key(), 8, begin, end).sign(theirs, hashes.SHA256())
    root = x509.CertificateBuilder(licensed, licensed, theirs.public_key(), 9, begin, end).sign(theirs, hashes.SHA256())
    plain = ours.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (leaf, root))


@pytest.mark.django_db
def test_the_page_says_of_each_kind_of_key_what_is_true_of_it(
    own_key: Path, tmp_path: Path, declarant: Professional, client: Client
) -> None:
    def told(address: str) -> tuple[bool, bool, bool]:
        text = client.get(address).content.decode()
        words = ("它不是《电子签名法》所称的可靠电子签名", "签名证书由“某电子认证公司”发给“某市人社局”", "部分")
        return (words[0] in text, words[1] in text, words[2] in text)

    assert told("/verify/") == (False, False, False), "no key is made by looking"
    old = make.issued(declarant)
    assert told("/verify/") == told(f"/v/{old.token}/") == (True, False, False)
    (tmp_path / "licensed.pem").write_bytes(licensed_key(timezone.now()))
    call_command("replace_signing_key", "--with", str(tmp_path / "licensed.pem"))
    after = seal(now=timezone.now())
    assert examine(
        after.put_on(render_sheet(content(1)), PaperKind.CERTIFICATE), trusted=trusted_certificates()
    ).is_genuine
    assert told("/verify/") == (True, True, True), "old sheets bear the self-made one"
    assert told(f"/v/{old.token}/") == (True, False, False)
    Certificate.objects.update(signed_with=after.fingerprint)
    assert told(f"/v/{old.token}/") == (False, True, False)
    (own_key.parent / RETIRED / f"{old.signed_with}.pem").unlink()
    assert told("/verify/list/") == (False, True, False)
