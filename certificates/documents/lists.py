"""Lists that bear our signature (JWS, RFC 7515, ES256): believed without the portal, by who trusts its key."""

import json
from base64 import urlsafe_b64encode
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from certificates.documents.signing import Seal

REVOCATIONS = "ceportal-revocations+jws"
_HALF = 32


class ListRefused(Exception):
    """Not a list of this kind, not signed by a key that is trusted, or changed since."""


def signed_list(content: dict[str, Any], seal: Seal, *, kind: str) -> str:
    """`content` in compact form. The header names the key by its certificate's SHA-256 (`kid`)."""
    header = {"alg": "ES256", "typ": kind, "kid": seal.fingerprint}
    said = ".".join(_encoded(json.dumps(part, ensure_ascii=False).encode()) for part in (header, content))
    first, second = decode_dss_signature(seal.sign(said.encode()))
    return f"{said}.{_encoded(first.to_bytes(_HALF) + second.to_bytes(_HALF))}"


def read_list(text: str, *, trusted: bytes, kind: str) -> dict[str, Any]:
    """What a signed list says. `trusted` holds the certificates (PEM) of keys that may have signed it.

    Raises `ListRefused`.
    """
    keys = {one.fingerprint(hashes.SHA256()).hex(): one for one in x509.load_pem_x509_certificates(trusted)}
    try:
        found = JWS()
        found.deserialize(text.strip())
        header = found.jose_header
        signer = keys[header["kid"]].public_key()
        pem = signer.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        found.verify(JWK.from_pem(pem), alg="ES256")
        content = json.loads(found.payload)
    except (JWException, LookupError, TypeError, ValueError) as error:
        raise ListRefused("清单的签名不对，或清单被改动过") from error
    if header.get("typ") != kind or not isinstance(content, dict):
        raise ListRefused("这不是撤销名单")
    return content


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
