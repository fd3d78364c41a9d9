"""Places that can be asked about: those of the portal, and any of another province by its code."""

from accounts.models import Area
from ceportal.kernel.rules.dated import COUNTRY

# The first two digits of every province's code (GB/T 2260).
_PROVINCES = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82"
_LENGTH = 6


def is_place(code: str) -> bool:
    """Whether `code` is `CN`, a place of the portal, or six digits of a province that there is."""
    if code == COUNTRY:
        return True
    if len(code) != _LENGTH or not (code.isascii() and code.isdigit()):
        return False
    return code[:2] in _PROVINCES.split() or Area.objects.filter(code=code).exists()
