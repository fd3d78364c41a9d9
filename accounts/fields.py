"""The columns by which a person is found: sealed, masked and blind-indexed, always all three together."""

import hmac
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.rules.registration import mobile_in
from ceportal.kernel.fields import blind_index, blind_indexes, index_columns, many_blind_indexes, seal, unseal
from ceportal.kernel.rules.id_number import lasting, mask_id, mask_phone

_USER, _PROFESSIONAL, _UNIT = "accounts_user", "accounts_professional", "accounts_organization"
_CORRECTION = "accounts_correction"
# Columns, and the purposes of their indexes.
_PHONE, _ID, _CONTACT = "phone", "id", "contact_mobile"
# What guards an account: the factor's secret, a code until it was sent, the address for mail.
_FACTOR, _CODE, _MAIL = "accounts_secondfactor", "accounts_onetimecode", "accounts_mailaddress"


def phone_index(phone: str) -> str:
    """For counting and comparing; who is looked for is looked for by `phone_indexes`."""
    return blind_index(phone, purpose=_PHONE)


def phone_indexes(phone: str) -> list[str]:
    return blind_indexes(phone, purpose=_PHONE)


def phone_index_columns(phone: str) -> dict[str, Any]:
    """By what an account is found that signs in with a phone."""
    return index_columns("phone_index", phone, purpose=_PHONE)


def id_index(number: str) -> str:
    """By what lasts of it: a travel permit is found whatever its renewal. For counting and comparing; who is looked for
    is looked for by `id_indexes`.
    """
    return blind_index(lasting(number), purpose=_ID)


def id_indexes(number: str) -> list[str]:
    return blind_indexes(lasting(number), purpose=_ID)


def many_id_indexes(numbers: Iterable[str]) -> dict[str, set[str]]:
    """Which of `numbers` are looked for by each index: many at once."""
    lasts = {number: lasting(number) for number in numbers}
    found: dict[str, set[str]] = {}
    indexes = many_blind_indexes(lasts.values(), purpose=_ID)
    for number, last in lasts.items():
        for index in indexes[last]:
            found.setdefault(index, set()).add(number)
    return found


def id_index_columns(number: str) -> dict[str, Any]:
    """By what a row is found that names somebody by number."""
    return index_columns("id_index", lasting(number), purpose=_ID)


def phone_columns(phone: str, *, ref: UUID) -> dict[str, Any]:
    """What `User` keeps of a phone. `ref` is the row's own: the sealed value opens in that row alone."""
    sealed = seal(phone, table=_USER, column=_PHONE, ref=ref)
    return {"phone_sealed": sealed, "phone_mask": mask_phone(phone), **phone_index_columns(phone)}


def id_columns(number: str, *, ref: UUID) -> dict[str, Any]:
    """What `Professional` keeps of an ID number."""
    sealed = seal(number, table=_PROFESSIONAL, column=_ID, ref=ref)
    return {"id_sealed": sealed, "id_mask": mask_id(number), **id_index_columns(number)}


def phone_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_USER, column=_PHONE, ref=ref)


def id_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_PROFESSIONAL, column=_ID, ref=ref)


def contact_columns(phone: str, *, ref: UUID) -> dict[str, Any]:
    """What `Organization` keeps of the number to call: an office's as it is, a person's mobile sealed."""
    if mobile := mobile_in(phone):
        sealed = seal(mobile, table=_UNIT, column=_CONTACT, ref=ref)
        return {"contact_phone": "", "contact_mobile_sealed": sealed}
    return {"contact_phone": phone.strip(), "contact_mobile_sealed": None}


def contact_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_UNIT, column=_CONTACT, ref=ref)


def correction_columns(number: str, *, is_phone: bool, ref: UUID) -> dict[str, Any]:
    """What `Correction` keeps of a number while it is asked for; the index is that of where it shall stand."""
    return {
        "number_sealed": seal(number, table=_CORRECTION, column="number", ref=ref),
        "number_mask": mask_phone(number) if is_phone else mask_id(number),
        "number_index": correction_index(number, is_phone=is_phone),
    }


def correction_index(number: str, *, is_phone: bool) -> str:
    return phone_index(number) if is_phone else id_index(number)


def correction_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_CORRECTION, column="number", ref=ref)


def traced(value: str) -> str:
    """A value as the trail may hold it: two that are the same can be told, none can be read."""
    return blind_index(value, purpose="trail")[:32]


def seal_factor(secret: str, *, ref: UUID) -> bytes:
    return seal(secret, table=_FACTOR, column="secret", ref=ref)


def factor_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_FACTOR, column="secret", ref=ref)


def code_columns(code: str, *, ref: UUID) -> dict[str, Any]:
    """What `OneTimeCode` keeps: the code to send, and what proves it afterwards."""
    return {"code_sealed": seal(code, table=_CODE, column="code", ref=ref), "code_index": code_index(code, ref=ref)}


def code_index(code: str, *, ref: UUID) -> str:
    return blind_index(f"{ref}:{code}", purpose="code")


def proves_code(index: str, code: str, *, ref: UUID) -> bool:
    """Whether `code` is the one of which `index` was kept, under any key that is valid."""
    return any(hmac.compare_digest(index, one) for one in blind_indexes(f"{ref}:{code}", purpose="code"))


def code_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_CODE, column="code", ref=ref)


def seal_mail(address: str, *, ref: UUID) -> bytes:
    return seal(address, table=_MAIL, column="address", ref=ref)


def mail_in_clear(sealed: bytes | memoryview, *, ref: UUID) -> str:
    return unseal(sealed, table=_MAIL, column="address", ref=ref)


def place_index(address: str) -> str:
    """Where somebody sits, as it is counted and remembered."""
    return blind_index(address, purpose="place")


def place_indexes(address: str) -> list[str]:
    return blind_indexes(address, purpose="place")


def login_index(login: str) -> str:
    """Whatever somebody typed to say who they are, for counting: never the number itself."""
    return blind_index(login, purpose="login")
