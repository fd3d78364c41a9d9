"""Unguessable names of rows, many at once."""

import secrets

_VARIANTS = "89ab"


def new_refs(count: int) -> list[str]:
    """So many random UUIDs (version 4), as they are written."""
    digits = secrets.token_hex(16 * count)
    return [_written(digits[start : start + 32]) for start in range(0, 32 * count, 32)]


def _written(digits: str) -> str:
    variant = _VARIANTS[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
