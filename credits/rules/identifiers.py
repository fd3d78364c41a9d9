"""Numbers by which papers, books and patents are known: one way of writing each, and which cannot be one.

What is written on the thing itself is read as it stands there: `ISSN 1002-0845`, `CN 41-1032/G4`, `978-7-04-055555-4`.
"""

import re

_ISSN = re.compile(r"[0-9]{7}[0-9X]", re.ASCII)
_CN = re.compile(r"CN[0-9]{2}[0-9]{4}(/[0-9A-Z]{1,4})?", re.ASCII)
_ISBN = re.compile(r"[0-9]{9}[0-9X]|97[89][0-9]{10}", re.ASCII)
# The year in four digits since 2003, in two before; then the kind, a serial number and a check digit (ZC 0006-2003).
_PATENT = re.compile(r"(?:[0-9]{12}|[0-9]{8})\.?[0-9X]", re.ASCII)
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]{1,80}", re.ASCII)
_DOI_LEADS = ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:")


def serial_number(text: str) -> str:
    """The number of a journal, `ISSN 1002-0845` or `CN 41-1032/G4`; empty when it is neither."""
    plain = _plain(text).replace("-", "")
    if plain.startswith("CN"):
        return f"CN {plain[2:4]}-{plain[4:]}" if _CN.fullmatch(plain) else ""
    digits = plain.removeprefix("ISSN")
    if not _ISSN.fullmatch(digits) or _value(digits) % 11:
        return ""
    return f"ISSN {digits[:4]}-{digits[4:]}"


def book_number(text: str) -> str:
    """An ISBN as its 13 digits; empty when its check digit does not fit."""
    digits = _plain(text).removeprefix("ISBN").replace("-", "")
    if not _ISBN.fullmatch(digits):
        return ""
    if len(digits) == 13:
        return digits if digits[-1] == _ean_check(digits[:-1]) else ""
    return "" if _value(digits) % 11 else (stem := f"978{digits[:-1]}") + _ean_check(stem)


def patent_number(text: str) -> str:
    """`ZL202310123456.7`, whichever way it was written; empty when it has not the shape of one."""
    plain = _plain(text).removeprefix("ZL").replace("-", "")
    if not _PATENT.fullmatch(plain):
        return ""
    digits = plain.replace(".", "")
    return f"ZL{digits[:-1]}.{digits[-1]}"


def object_identifier(text: str) -> str:
    """A DOI in small letters without what may stand before it; empty when it is none."""
    plain = text.strip().casefold()
    for lead in _DOI_LEADS:
        plain = plain.removeprefix(lead).strip()
    return plain if _DOI.fullmatch(plain) else ""


def _plain(text: str) -> str:
    """Capitals without blanks, colons and the many dashes that people type."""
    return re.sub(r"[\s::：]", "", re.sub(r"[‐‑–—－]", "-", text.translate(_WIDE))).upper()


def _value(digits: str) -> int:
    """The weighted sum of an ISSN or a short ISBN, from the length down to 1; X is ten."""
    weights = range(len(digits), 0, -1)
    return sum(w * (10 if d == "X" else int(d)) for w, d in zip(weights, digits, strict=True))


def _ean_check(digits: str) -> str:
    return str(-sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(digits)) % 10)


# Full-width letters and digits, as Chinese input methods give them.
_WIDE = {code: chr(code - 0xFEE0) for code in range(ord("！"), ord("～") + 1)}
