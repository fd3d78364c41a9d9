"""Resident identity numbers (GB 11643-1999) and unified social credit codes (GB 32100-2015).

Our own few lines, because the common libraries refuse genuine Henan codes and young or abolished counties
(facts.md b6): the area code is never an error, only its shape is.
"""

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from ceportal.kernel.rules.refusal import Refusal

_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# What the weights make of seventeen zeros, digits being read as their bytes.
_ZEROS = sum(_WEIGHTS) * ord("0")
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{18}}", re.ASCII)
_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_ID_WITHIN = re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9]){16}[ \-]?[0-9Xx](?![0-9])", re.ASCII)
_PHONE_WITHIN = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])", re.ASCII)
_COUNTED_PERMIT = re.compile(r"[HM][0-9]{10}", re.ASCII)
_PERMIT_WITHIN = re.compile(
    r"(?<![0-9A-Za-z])(?:[HMhm][0-9]{8}(?:[0-9]{2})?|[A-Za-z]{3}[0-9]{12})(?![0-9A-Za-z])", re.ASCII
)
_OLDEST_BIRTH_YEAR = 1900
_RESIDENT_DIGITS = 18
_MASKED_WHOLE = 10


@dataclass(frozen=True)
class Resident:
    """What a resident's number itself says."""

    number: str
    born_on: date
    is_male: bool


def normalise(value: str) -> str:
    """As people type it: outer blanks off, a small x made large. Nothing else is mended silently."""
    return value.strip(" ").upper()


def reasons_not_to_accept_id(value: str, *, today: date, field: str = "id_number") -> list[Refusal]:
    """Why `value` (normalised) is no resident's number; empty when it is one."""
    if len(value) == 15 and value.isascii() and value.isdigit():
        return [Refusal("id_old", "这是 15 位的旧号码，请填写现行身份证上的 18 位号码。", field=field)]
    if not _RESIDENT.fullmatch(value):
        return [Refusal("id_shape", "身份证号码应为 18 位：17 位数字加 1 位数字或 X，请用半角字符填写。", field=field)]
    born_on = _birth_date(value)
    if born_on is None or born_on > today or born_on.year < _OLDEST_BIRTH_YEAR:
        return [Refusal("id_birth", "身份证号码中的出生日期不存在，请核对。", field=field)]
    if check_digit(value[:17]) != value[17]:
        return [Refusal("id_check", "身份证号码最后一位与前面的数字不符，请核对是否输错。", field=field)]
    return []


def is_resident(value: str, *, today: date) -> bool:
    """The same as that there is no such reason, in a hundredth of the time: for many at once."""
    if not _RESIDENT.fullmatch(value):
        return False
    born_on = _birth_date(value)
    if born_on is None or born_on > today or born_on.year < _OLDEST_BIRTH_YEAR:
        return False
    return check_digit(value) == value[17]


def resident(number: str) -> Resident:
    """Read an accepted number. Raises ValueError when it has no birth date."""
    born_on = _birth_date(number)
    if born_on is None:
        raise ValueError("not a resident's number")
    return Resident(number, born_on, int(number[16]) % 2 == 1)


def mask_id(number: str) -> str:
    """First six and last four, as pages show it to those whose duty needs it (pages.md); less of a shorter permit."""
    first, last = (6, 4) if len(number) >= _RESIDENT_DIGITS else (3, 2) if len(number) > _MASKED_WHOLE else (0, 0)
    return f"{number[:first]}{'*' * (len(number) - first - last)}{number[len(number) - last :]}"


def lasting(number: str) -> str:
    """The part of a number that stays when the card is renewed, by which its holder is found: of travel permits from
    Hong Kong and Macao the letter and eight digits, without the two that count renewals.
    """
    return number[:9] if _COUNTED_PERMIT.fullmatch(number) else number


def hide_numbers(text: str) -> str:
    """`text` with every identity, permit and mobile number in it masked: for words that people type freely.

    A permit of eight digits alone is told from a date by nothing and stays.
    """
    for within in (_ID_WITHIN, _PERMIT_WITHIN):
        text = within.sub(lambda found: mask_id(found[0]), text)
    return _PHONE_WITHIN.sub(lambda found: mask_phone(found[0]), text)


def mask_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def mask_name(name: str) -> str:
    """王* — what the public sees."""
    return f"{name[:1]}{'*' * max(1, len(name) - 1)}"


def reasons_not_to_accept_phone(value: str, *, field: str = "phone") -> list[Refusal]:
    if _PHONE.fullmatch(value):
        return []
    return [Refusal("phone_shape", "手机号码应为 11 位数字，以 1 开头。", field=field)]


def reasons_not_to_accept_uscc(value: str, *, field: str = "uscc") -> list[Refusal]:
    """Why `value` (normalised) is no unified social credit code."""
    if not _USCC.fullmatch(value):
        message = "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、Z、S、V）。"
        return [Refusal("uscc_shape", message, field=field)]
    if uscc_check_character(value[:17]) != value[17]:
        return [Refusal("uscc_check", "统一社会信用代码最后一位与前面的字符不符，请核对是否输错。", field=field)]
    return []


def uscc_check_character(first: str) -> str:
    """The 18th character of a code from its first 17 (GB 32100-2015: weights 3^i mod 31)."""
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def check_digit(first: str) -> str:
    """The 18th character of a resident's number from its first 17."""
    return _CHECK[(sum(map(mul, _WEIGHTS, first[:17].encode())) - _ZEROS) % 11]


def _birth_date(value: str) -> date | None:
    try:
        return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return None
