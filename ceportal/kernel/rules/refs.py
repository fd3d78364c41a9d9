"""Unguessable names of rows, many at once: UUIDs of version 7, which begin with the moment they are given.

What is written together stands together in the index of names. Among twenty million rows a random name would touch a
page of its own each, read it from the disk and write it whole to the log (docs/decisions/0070).
"""

import secrets
from datetime import datetime

_VARIANTS = "89ab"


def new_refs(count: int, at: datetime) -> list[str]:
    """So many names given at `at`, as they are written: 74 random bits tell them apart."""
    digits, led = secrets.token_hex(10 * count), leading(at)
    first, second = led[:8], led[8:]
    return [f"{first}-{second}-{_written(digits[start : start + 20])}" for start in range(0, 20 * count, 20)]


def leading(at: datetime) -> str:
    """The twelve hexadecimal digits that names of that millisecond begin with."""
    return f"{int(at.timestamp() * 1000) & 0xFFFFFFFFFFFF:012x}"


def _written(digits: str) -> str:
    return f"7{digits[:3]}-{_VARIANTS[int(digits[3], 16) & 3]}{digits[4:7]}-{digits[7:19]}"
