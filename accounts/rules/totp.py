"""Codes of an authenticator app: RFC 6238 over RFC 4226, as every such app makes them (SHA-1, 30 seconds, 6 digits)."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
# A phone's clock may be so many steps off, either way.
DRIFT = 1
_SECRET_BYTES = 20


def new_secret() -> str:
    """160 random bits in base 32, as people can type them (RFC 4226 4, R6)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """The six digits of one step (RFC 4226 5.3)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: str, code: str, *, now: datetime, last_step: int) -> int | None:
    """The step `code` is of: now's or one beside it, later than `last_step`. All are compared, whichever fits."""
    here = step_of(now)
    steps = [
        step
        for step in range(here - DRIFT, here + DRIFT + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode())
    ]
    return next((step for step in steps if step > last_step), None)


def app_address(secret: str, *, label: str, issuer: str) -> str:
    """What the QR code says to the app (otpauth key URI). What every app takes for granted is left out: the picture
    stays coarse enough for an old camera.
    """
    asked = {"secret": secret, "issuer": issuer}
    return f"otpauth://totp/{quote(issuer)}:{quote(label)}?{urlencode(asked, quote_via=quote)}"


def in_groups(secret: str) -> str:
    """Four characters at a time, for whoever types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
