"""The signing key is replaced, runs out, lies in a module, has its signatures timestamped: sheets go on verifying."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyhanko.sign import signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.documents.sheet import render_sheet
from certificates.documents.signing import Seal, examine, make_key
from certificates.services.sealing import RETIRED, key_file, seal, trusted_certificates
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
    old = before.put_on(unsigned)
    call_command("replace_signing_key")
    after = seal(now=timezone.now() + timedelta(seconds=1))
    assert before.fingerprint != after.fingerprint
    assert before.fingerprint in capsys.readouterr().out
    trusted = trusted_certificates()
    assert [examine(pdf, trusted=trusted).is_genuine for pdf in (old, after.put_on(unsigned))] == [True, True]
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
    settings.SIGNING_KEY_FILE = "/proc/closed/signing.pem"
    with pytest.raises(CommandError, match="密钥文件只读时"):
        call_command("replace_signing_key")


def test_a_key_that_has_run_out_signs_no_more_but_goes_on_vouching(own_key: Path, unsigned: bytes) -> None:
    signed = seal(now=timezone.now()).put_on(unsigned)
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
    signed, trusted = made.put_on(unsigned), trusted_certificates()
    assert examine(signed, trusted=trusted + pem).is_genuine
    assert not examine(signed, trusted=trusted).is_genuine, "nobody trusts that clock"
    assert not examine(signed.replace(b"/P 1", b"/P 3", 1), trusted=trusted + pem).is_genuine
    assert made.sign(b"a list")
