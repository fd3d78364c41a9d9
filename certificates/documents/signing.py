"""The signature on a sheet: PAdES, P-256, certified with no change allowed; and its examination.

A self-made key proves that a file is the one this portal issued and was not changed since. It is not a 可靠电子签名 in
the sense of the 电子签名法: for that a licensed CA's key takes its place, behind the same two functions.
"""

import asyncio
import io
import os
import re
import tempfile
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.documents.envelopes import QuickSigner
from certificates.documents.keys import SigningKeyMissing
from certificates.documents.modules import Module, signer_in
from certificates.enums import PaperKind
from certificates.rules.numbers import read_number

FIELD = "Certificate"
# Bytes of a signature beside the certificate: 700 of ours, and room for a longer name or key.
_AROUND = 2048
COMMON_NAME = "继续教育学时管理平台（自制签名密钥）"
YEARS_VALID = 10


@dataclass(frozen=True)
class Seal:
    """A key that signs. `signer` may be a file's key or a hardware module's (pyHanko's `PKCS11Signer`), `timestamper` a
    timestamp authority's (`HTTPTimeStamper`); `fingerprint` tells keys apart later.
    """

    signer: signers.Signer
    fingerprint: str
    timestamper: TimeStamper | None = None

    def put_on(self, pdf: bytes, kind: PaperKind) -> bytes:
        """`pdf` with the signature that certifies it and says of what `kind` it is. Raises `SigningKeyMissing` where
        module or authority fail.
        """
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            reason=kind.label,
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        try:
            return signers.sign_pdf(
                writer, metadata, signer=self.signer, timestamper=self.timestamper, bytes_reserved=self._room()
            ).getvalue()
        except TimestampRequestError as error:
            raise SigningKeyMissing("时间戳服务没有应答") from error

    def _room(self) -> int | None:
        """Hex digits left for the signature: the certificate and what stands around it. Saves a signature on trial;
        how long a timestamp is, only a trial says.
        """
        if self.timestamper is not None:
            return None
        certificate = self.signer.signing_cert
        return 2 * (len(certificate.dump()) + _AROUND) if certificate else 2 * _AROUND

    def sign(self, text: bytes) -> bytes:
        """The signature (DER) of `text` that is no sheet: of a list."""
        return asyncio.run(self.signer.async_sign_raw(text, "sha256"))

    def sign_apart(self, data: bytes) -> bytes:
        """The signature of `data` as a file beside it (CMS, DER): `openssl cms -verify -binary` checks it."""
        envelope = asyncio.run(self.signer.async_sign_general_data(data, "sha256", detached=True))
        return bytes(envelope.dump())


@dataclass(frozen=True)
class Finding:
    """What a file's signature says. Only `is_genuine` together with the issued digest makes a file ours; `names_us`
    when any signature gives our name, by our key or not. `kind`: a `PaperKind`, empty where none is said and known.
    """

    is_signed: bool
    is_intact: bool
    covers_entire_file: bool
    names_us: bool = False
    kind: str = ""

    @property
    def is_genuine(self) -> bool:
        return self.is_signed and self.is_intact and self.covers_entire_file


# What pyHanko and what it stands on raise over bytes that are no PDF, or no longer one.
_UNREADABLE = (
    PdfError,
    SignatureValidationError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)
# "…继续教育证书（2026 年度）410200-2026-0000001-X".
_OLD_TITLE = re.compile(r".*（\d{4} 年度）(?P<number>\S+)", re.DOTALL | re.ASCII)
_SHA256 = {"algorithm": "sha256", "parameters": None}
NOT_SIGNED = Finding(is_signed=False, is_intact=False, covers_entire_file=False)


def load_seal(path: Path, *, now: datetime) -> Seal:
    """The seal kept in `path` (key and certificate, PEM). Raises `SigningKeyMissing`."""
    try:
        kept = path.read_bytes()
        key = serialization.load_pem_private_key(kept, password=None)
        certificate = x509.load_pem_x509_certificate(kept)
    except FileNotFoundError as error:
        raise SigningKeyMissing("没有签名密钥") from error
    except (OSError, ValueError) as error:
        raise SigningKeyMissing("签名密钥无法读取") from error
    _refuse_if_not_in_force(certificate, now)
    return Seal(_signer(key, certificate), certificate.fingerprint(hashes.SHA256()).hex())


def load_module_seal(path: Path, module: Module, *, now: datetime) -> Seal:
    """The seal whose key lies in `module`, its certificate (PEM) in `path`. Raises `SigningKeyMissing`."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SigningKeyMissing("没有硬件密钥的证书（SIGNING_KEY_FILE）") from error
    _refuse_if_not_in_force(certificate, now)
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SigningKeyMissing("签名密钥不是 P-256 密钥")
    return Seal(signer_in(module, _asn1(certificate)), certificate.fingerprint(hashes.SHA256()).hex())


def _refuse_if_not_in_force(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SigningKeyMissing("签名密钥不在有效期内")


def make_key(path: Path, *, now: datetime) -> bool:
    """Make a key and its certificate in `path`, whole or not at all. False when one was there: it is never replaced."""
    if path.exists():
        return False
    draft = written_beside(path, new_key(now))
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(draft)
    return True


def written_beside(path: Path, text: bytes) -> str:
    """A draft of `path` for its owner alone, on the disk; gives its name."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".signing-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def examine(pdf: bytes, *, trusted: bytes) -> Finding:
    """What the signature of `pdf` is worth. `trusted` holds the certificates (PEM) that may have signed.

    A signature that is valid but does not reach the last byte is not enough: whatever was appended shows in readers
    (T2).
    """
    roots = [_asn1(certificate) for certificate in x509.load_pem_x509_certificates(trusted)]
    found = replace(NOT_SIGNED, names_us=any(root.dump().hex().upper().encode() in pdf for root in roots))
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(signatures) == 1:
            return _finding(signatures[0], pdf, roots)
        return replace(found, names_us=found.names_us or any(_names_us(each, roots) for each in signatures))
    except _UNREADABLE:
        return found


def _finding(signature: EmbeddedPdfSignature, pdf: bytes, roots: list[asn1_x509.Certificate]) -> Finding:
    """pyHanko's verdict, and that the signature is written exactly as ours are: its own bytes are covered by none.

    A key that has run out since goes on vouching for what it signed.
    """
    certificate, said = signature.signer_cert, signature.self_reported_timestamp
    at = min(max(said or certificate.not_valid_before, certificate.not_valid_before), certificate.not_valid_after)
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)
    status = validate_pdf_signature(signature, context)
    is_ours = signature.signer_cert.dump() in {root.dump() for root in roots} and _is_tight(signature, pdf)
    return Finding(
        is_signed=True,
        is_intact=status.bottom_line and is_ours,
        covers_entire_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        names_us=_names_us(signature, roots),
        kind=_kind_of(signature),
    )


def _kind_of(signature: EmbeddedPdfSignature) -> str:
    """As the signature says; before kinds were said, a certificate is known by year and number in its signed title."""
    said = str(signature.sig_object.get("/Reason", ""))
    if said:
        return next((kind.value for kind in PaperKind if kind.label == said), "")
    trailer = signature.reader.trailer_view
    facts = trailer["/Info"] if "/Info" in trailer else {}  # noqa: SIM401 - get leaves a reference one
    found = _OLD_TITLE.fullmatch(str(facts["/Title"]) if "/Title" in facts else "")
    return PaperKind.CERTIFICATE.value if found and read_number(found["number"]) else ""


def _names_us(signature: EmbeddedPdfSignature, roots: list[asn1_x509.Certificate]) -> bool:
    return signature.signer_cert.subject.native in [root.subject.native for root in roots]


def _is_tight(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the gap left for the signature holds it as we write it, then zeros."""
    start, length, end, _ = (int(place) for place in signature.byte_range)
    kept = bytes(signature.pkcs7_content)
    envelope = cms.ContentInfo.load(kept)
    padding = kept[len(envelope.dump()) :]
    written = pdf[start + length : end] == b"<" + kept.hex().upper().encode() + b">"
    return written and not padding.strip(b"\0") and _is_plain(envelope["content"])


def _is_plain(signed: cms.SignedData) -> bool:
    """The words around the signature that no check of it reads are those we write."""
    algorithms = [algorithm.native for algorithm in signed["digest_algorithms"]]
    signer, certificate = signed["signer_infos"][0], signed["certificates"][0].chosen
    by = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return (
        [signed["version"].native, signer["version"].native] == ["v1", "v1"]
        and [*algorithms, signer["digest_algorithm"].native] == [_SHA256, _SHA256]
        and signer["sid"].dump() == cms.SignerIdentifier("issuer_and_serial_number", by).dump()
        and signer["signature_algorithm"].native == {"algorithm": "sha256_ecdsa", "parameters": None}
        and signed["encap_content_info"].native == {"content_type": "data", "content": None}
        and len(signed["certificates"]) == len(signed["signer_infos"]) == 1
    )


def _signer(key: object, certificate: x509.Certificate) -> signers.Signer:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SigningKeyMissing("签名密钥不是 P-256 密钥")
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return QuickSigner(
        signing_cert=_asn1(certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore(),
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def new_key(now: datetime) -> bytes:
    """A key of P-256 and the certificate it signed for itself, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
    start = now.astimezone(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=366 * YEARS_VALID))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_only(), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _signs_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
