"""Certificate numbers: `410200-2025-0000123-K` — place, year, sequence, check character (facts b8).

The check character (ISO 7064 MOD 37,36, as in the national 电子证照标识) finds every single wrong character and nearly
every swap, so that a mistyped number is told from an unknown one before anything is looked up.
"""

import re
import unicodedata

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE = len(_ALPHABET)
_SHAPE = re.compile(r"([0-9]{6})([0-9]{4})([0-9]{7,10})([0-9A-Z])", re.ASCII)
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—−.·]+")
LONGEST_TYPED = 60
# The branch of the national tree under which licences are numbered.
_LICENCES = "1.2.156.3005.2"


def check_character(text: str) -> str:
    """The character that makes `text` valid under ISO 7064 MOD 37,36. `text` holds digits and capital letters only."""
    rest = _BASE
    for character in text:
        rest = ((rest + _ALPHABET.index(character)) % _BASE or _BASE) * 2 % (_BASE + 1)
    return _ALPHABET[(1 - rest) % _BASE]


def certificate_number(*, area_code: str, year: int, sequence: int) -> str:
    """The number of the `sequence`-th certificate of a place and year, counted from 1."""
    parts = (area_code, f"{year:04d}", f"{sequence:07d}")
    return "-".join((*parts, check_character("".join(parts))))


def licence_id(*, type_code: str, issuer_code: str, number: str, edition: int) -> str:
    """The 电子证照标识 (GB/T 36903): kind, issuer, serial (our number without its check character), version of three
    digits, and the check character over the four. Empty unless both codes are known.
    """
    if not (type_code and issuer_code):
        return ""
    serial = "".join(number.split("-")[:-1])
    parts = (type_code, issuer_code, serial, f"{edition:03d}")
    return ".".join((_LICENCES, *parts, check_character("".join(parts))))


def read_number(typed: str) -> str | None:
    """A number as it is kept, from what somebody typed; None when no certificate can bear it.

    Full-width characters, blanks, any dash and small letters are mended; a wrong check character is not.
    """
    if len(typed) > LONGEST_TYPED:
        return None
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed)).upper()
    match = _SHAPE.fullmatch(plain)
    if match is None or check_character(plain[:-1]) != plain[-1]:
        return None
    return "-".join(match.groups())
