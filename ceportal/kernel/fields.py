"""Sealing of personal numbers: AES-256-GCM at rest, and a keyed blind index to find them by (reliability R8).

A sealed value is `suite byte | 12-byte nonce | ciphertext and tag`. The suite byte names cipher and key, so that SM4 or
a new key can stand beside the old one; the associated data binds a value to its table, column and row, so that it
cannot be moved to another person's row unnoticed.
"""

import hashlib
import hmac
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_AES_256_GCM = b"\x01"
_NONCE = 12


def seal(value: str, *, table: str, column: str, ref: UUID) -> bytes:
    """Encrypt `value` for that one cell."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = _cipher().encrypt(nonce, value.encode(), _place(table, column, ref))
    return _AES_256_GCM + nonce + sealed


def unseal(sealed: bytes | memoryview, *, table: str, column: str, ref: UUID) -> str:
    """The value again. Raises `cryptography.exceptions.InvalidTag` when it was changed or stands in a wrong cell."""
    raw = bytes(sealed)
    if raw[:1] != _AES_256_GCM:
        raise ValueError("sealed with a suite this portal has no key for")
    nonce, body = raw[1 : 1 + _NONCE], raw[1 + _NONCE :]
    return _cipher().decrypt(nonce, body, _place(table, column, ref)).decode()


def blind_index(value: str, *, purpose: str) -> str:
    """64 hex digits by which `value` can be found and never guessed without the key (T21)."""
    key = bytes.fromhex(settings.INDEX_KEY)
    return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def _cipher() -> AESGCM:
    return AESGCM(bytes.fromhex(settings.SEALING_KEY))


def _place(table: str, column: str, ref: UUID) -> bytes:
    return f"{table}.{column}.{ref}".encode()
