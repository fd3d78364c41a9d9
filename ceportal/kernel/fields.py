"""Sealing of personal numbers: AES-256-GCM at rest, and a keyed blind index to find them by (reliability R8).

A sealed value is `suite byte | 4-byte name of the key | 12-byte nonce | ciphertext and tag`. The suite byte names the
cipher, so that SM4-GCM can stand beside it; the associated data binds a value to its table, column and row, so that it
cannot be moved to another person's row unnoticed.

The keys lie outside the database, in rings: the first of a ring writes, all of it read. A ring is a text of keys (64
hex digits each) between blanks, lines or commas: the setting `SEALING_KEY` or `INDEX_KEY`, or the file it came from,
which is read anew when it changes. So a key can be replaced while the portal runs (docs/decisions/0032-key-rings.md).
"""

import hashlib
import hmac
import logging
import os
import re
import secrets
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

SEALING, INDEX = "SEALING_KEY", "INDEX_KEY"
_NAMELESS, _AES_256_GCM = b"\x01", b"\x02"
_NAME, _NONCE = 4, 12
# What `head_of` gives and SQL compares.
HEAD_BYTES = 1 + _NAME
_KEY = re.compile(r"[0-9a-f]{64}")
log = logging.getLogger(__name__)
_last_good: dict[str, tuple[bytes, ...]] = {}


class WrongRing(Exception):
    """A ring holds no key, or what is none. The message quotes nothing of it."""


def ring(name: str) -> tuple[bytes, ...]:
    """The keys of `SEALING` or `INDEX`, the one that writes first.

    A file that is just being written counts as it was before.
    """
    path = getattr(settings, f"{name}_FILE")
    if not path:
        return keys_in(getattr(settings, name))
    try:
        found = os.stat(path)
        _last_good[path] = _keys_of(path, (found.st_ino, found.st_mtime_ns, found.st_size))
    except (OSError, WrongRing) as error:
        if path not in _last_good:
            raise
        log.warning("%s cannot be read (%s): its keys stay as they were", name, type(error).__name__)
    return _last_good[path]


@lru_cache(maxsize=8)
def keys_in(text: str) -> tuple[bytes, ...]:
    """Raises `WrongRing`."""
    words = text.replace(",", " ").lower().split()
    if not words or not all(_KEY.fullmatch(word) for word in words):
        raise WrongRing("a ring of keys is keys of 64 hex digits, the one that writes first")
    return tuple(bytes.fromhex(word) for word in dict.fromkeys(words))


def name_of(key: bytes) -> str:
    """8 hex digits by which people and sealed values call a key; they tell nothing about it."""
    return hashlib.sha256(b"ceportal key\0" + key).hexdigest()[: 2 * _NAME]


def head_of(key: bytes) -> bytes:
    """How everything begins that was sealed with `key`."""
    return _AES_256_GCM + bytes.fromhex(name_of(key))


def seal(value: str, *, table: str, column: str, ref: UUID) -> bytes:
    """Encrypt `value` for that one cell."""
    key, nonce = ring(SEALING)[0], secrets.token_bytes(_NONCE)
    return head_of(key) + nonce + AESGCM(key).encrypt(nonce, value.encode(), _place(table, column, ref))


def unseal(sealed: bytes | memoryview, *, table: str, column: str, ref: UUID) -> str:
    """The value again. Raises `cryptography.exceptions.InvalidTag` when it was changed, stands in a wrong cell, or the
    ring has not its key.
    """
    raw, place = bytes(sealed), _place(table, column, ref)
    head, body = (1, raw[1:]) if raw[:1] == _NAMELESS else (HEAD_BYTES, raw[HEAD_BYTES:])
    if raw[:1] not in {_NAMELESS, _AES_256_GCM}:
        raise ValueError("sealed with a suite this portal has no key for")
    for key in ring(SEALING):
        if head == 1 or head_of(key) == raw[:head]:
            try:
                return AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], place).decode()
            except InvalidTag:
                continue
    raise InvalidTag


def blind_index(value: str, *, purpose: str, key: bytes | None = None) -> str:
    """64 hex digits by which `value` can be found and never guessed without the key (T21); by the key that writes."""
    return hmac.digest(key or ring(INDEX)[0], f"{purpose}\0{value}".encode(), "sha256").hex()


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """The same by every key of the ring: look for these, so that who was entered under an older key is found."""
    return [blind_index(value, purpose=purpose, key=key) for key in ring(INDEX)]


def many_blind_indexes(values: Iterable[str], *, purpose: str) -> dict[str, list[str]]:
    """The same of many values, by value: the ring is looked at once."""
    keys = ring(INDEX)
    return {value: [blind_index(value, purpose=purpose, key=key) for key in keys] for value in values}


def index_columns(name: str, value: str, *, purpose: str) -> dict[str, Any]:
    """What a row keeps to be found by `value`: `<name>` by the newest key, `<name>_before` by the oldest that is valid.

    Both are unique. Whatever a neighbour was written under while keys change, one of the two is the same for the same
    value, so that the database lets nobody in twice (docs/decisions/0032-key-rings.md).
    """
    indexes = blind_indexes(value, purpose=purpose)
    return {name: indexes[0], f"{name}_before": indexes[-1]}


@lru_cache(maxsize=8)
def _keys_of(path: str, stamp: tuple[int, int, int]) -> tuple[bytes, ...]:
    with open(path, encoding="ascii", errors="replace") as file:
        return keys_in(file.read())


def _place(table: str, column: str, ref: UUID) -> bytes:
    return f"{table}.{column}.{ref}".encode()
