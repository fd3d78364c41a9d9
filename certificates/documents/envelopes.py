"""The envelope of a signature (CMS) made for the first sheet by pyHanko, then filled in anew for each one after it.

Two sheets signed by one key differ in the digest of the file and in the signature over it; the rest is the same bytes,
which take pyHanko most of a sheet's signing to put together.
"""

from dataclasses import dataclass
from typing import Any

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign import signers

_SEQUENCE, _SET, _OCTETS, _FIRST = 0x30, 0x31, 0x04, 0xA0
_LENGTH_IN_ONE = 0x80


@dataclass(frozen=True)
class Form:
    """An envelope with its two gaps: around the digest in what is signed, and around the whole."""

    signed: tuple[bytes, bytes]
    kind: bytes
    before: bytes
    signer: tuple[bytes, bytes, bytes]

    def filled(self, digest: bytes, signature: bytes) -> bytes:
        """The envelope (DER). Signature and what it is part of stand last everywhere, so only lengths change."""
        start, middle, end = self.signer
        said = _part(_SEQUENCE, start + digest + middle + end + _part(_OCTETS, signature))
        content = _part(_SEQUENCE, self.before + _part(_SET, said))
        return _part(_SEQUENCE, self.kind + _part(_FIRST, content))


class QuickSigner(signers.SimpleSigner):
    """A key in memory. The envelope of a PDF without a timestamp is filled in; every other one is pyHanko's own."""

    _form: Form | None = None
    _key: ec.EllipticCurvePrivateKey

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, **how: Any) -> cms.ContentInfo:  # type: ignore[override]
        is_plain = how.get("use_pades") and how.get("is_pdf_sig", True) and not how.get("encap_content_info")
        if not is_plain or how.get("timestamper") or how.get("dry_run") or digest_algorithm != "sha256":
            return await super().async_sign(data_digest, digest_algorithm, **how)
        if self._form is None:
            made = await super().async_sign(data_digest, digest_algorithm, **how)
            self._form = form_of(made, data_digest)
            self._key = serialization.load_der_private_key(self.signing_key.dump(), None)  # type: ignore[assignment]
            return made
        before, after = self._form.signed
        signature = self._key.sign(before + data_digest + after, ec.ECDSA(hashes.SHA256()))
        return cms.ContentInfo.load(self._form.filled(data_digest, signature))


def form_of(made: cms.ContentInfo, digest: bytes) -> Form:
    """The form behind an envelope over `digest`."""
    data = made["content"]
    signer = data["signer_infos"][0]
    signed = signer["signed_attrs"].untag().dump()
    parts = [signer[name].dump() for name in ("version", "sid", "digest_algorithm", "signed_attrs")]
    start, middle = b"".join(parts).split(digest)
    names = ("version", "digest_algorithms", "encap_content_info", "certificates")
    return Form(
        signed=tuple(signed.split(digest)),
        kind=made["content_type"].dump(),
        before=b"".join(data[name].dump() for name in names),
        signer=(start, middle, signer["signature_algorithm"].dump()),
    )


def _part(tag: int, content: bytes) -> bytes:
    """Tag, length and content (DER)."""
    size = len(content)
    if size < _LENGTH_IN_ONE:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _LENGTH_IN_ONE | len(length))) + length + content
