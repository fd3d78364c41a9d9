"""Registration: what is asked of a person and of a unit before anybody is troubled with it (inputs.md C, S4-08)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from accounts.enums import IdKind, TitleLevel
from ceportal.kernel.rules.id_number import (
    reasons_not_to_accept_id,
    reasons_not_to_accept_uscc,
)
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import NAME_LIMIT, reasons_not_to_accept

UNIT_NAME_LIMIT = 100
REASON_LIMIT = 300

PHONE_TAKEN = Refusal("phone_taken", "这个手机号码已经注册过。如果是您本人，请直接登录。", field="phone")
ID_TAKEN = Refusal(
    "id_taken",
    "这个证件号码已经注册过。如果是您本人，请直接登录；如果您没有注册过，请联系所在地人社部门核实。",
    field="id_number",
)
UNIT_CLOSED = Refusal("unit_closed", "这个单位目前不接受注册，请重新选择。", field="organization")
UNIT_USCC_TAKEN = Refusal(
    "uscc_taken",
    "这个统一社会信用代码已经登记过。请在单位列表中查找；单位原来的管理员已经离职的，请在登录页办理“接手单位管理”。",
    field="uscc",
)
UNIT_NAME_TAKEN = Refusal("unit_name_taken", "同一地区已有同名单位，请核对单位名称和所在地区。", field="name")
SUPERVISOR_ELSEWHERE = Refusal("supervisor_elsewhere", "请从列表中选择本地区或上级的主管部门。", field="supervisor")

TITLE_MISMATCH = Refusal("title_mismatch", "职称系列选“无”时，职称级别也应选“无”。", field="title_level")
NO_TITLE_SERIES = "99"
# Nobody who still works had a title before.
FIRST_TITLES = 1950

# Travel permits: H or M, eight digits for life and, on cards before 2013, two for how often it was renewed; eight
# digits for people from Taiwan. Residence permits are numbered like residents, with places of their own.
_TRAVEL_PERMIT = re.compile(r"[HM][0-9]{8}([0-9]{2})?|[0-9]{8}", re.ASCII)
_RESIDENCE_PERMIT = re.compile(r"8[123]0000[0-9]{11}[0-9X]", re.ASCII)
# Foreigners' cards: until 2023 the country's letters and twelve digits, since then numbered like residents, beginning
# with 9.
_OLD_FOREIGN_PERMIT = re.compile(r"[A-Z]{3}[0-9]{12}", re.ASCII)
_FOREIGN_PERMIT = re.compile(r"9[0-9]{16}[0-9X]", re.ASCII)
_TO_CALL = re.compile(r"[0-9][0-9\- ]{5,28}[0-9]", re.ASCII)
# Area code, number and extension; an ID number has more.
_MOST_DIGITS = 16
_MOBILE = re.compile(r"(?:0086|86|0)?(1[3-9][0-9]{9})", re.ASCII)


@dataclass(frozen=True)
class PersonFacts:
    """What a person says of themself, and what the register already holds of it."""

    id_kind: IdKind
    id_number: str
    name: str
    title_series: str = NO_TITLE_SERIES
    title_level: TitleLevel = TitleLevel.NONE
    title_since: date | None = None
    id_is_taken: bool = False
    unit_accepts: bool = True


@dataclass(frozen=True)
class UnitFacts:
    """What a unit says of itself, and what the register already holds of it."""

    name: str
    uscc: str
    contact_name: str
    contact_phone: str
    uscc_is_taken: bool = False
    name_is_taken: bool = False
    supervisor_fits: bool = True


def reasons_not_to_register(facts: PersonFacts, *, today: date) -> Iterator[Refusal]:
    """Why this person cannot be registered as they stand here."""
    yield from reasons_not_to_accept(facts.name, field="name", label="姓名", limit=NAME_LIMIT)
    shape = reasons_not_to_accept_number(facts.id_kind, facts.id_number, today=today)
    yield from shape
    if not shape and facts.id_is_taken:
        yield ID_TAKEN
    if facts.title_series == NO_TITLE_SERIES and facts.title_level != TitleLevel.NONE:
        yield TITLE_MISMATCH
    yield from _about_the_day(facts, today)
    if not facts.unit_accepts:
        yield UNIT_CLOSED


def _about_the_day(facts: PersonFacts, today: date) -> Iterator[Refusal]:
    """Of a title: accountants learn from the year after it on (A30), so no day may be made up."""
    day = facts.title_since
    if day is None:
        return
    if facts.title_level == TitleLevel.NONE:
        yield Refusal("title_day", "没有职称时不用填写取得日期。", field="title_since")
    elif day > today:
        yield Refusal("title_day", "职称的取得日期不能晚于今天。", field="title_since")
    elif day.year < FIRST_TITLES:
        yield Refusal("title_day", f"请核对职称的取得日期，不应早于 {FIRST_TITLES} 年。", field="title_since")


def reasons_not_to_accept_number(kind: IdKind, number: str, *, today: date) -> list[Refusal]:
    """Why `number` (normalised) is none of its kind. What is numbered like residents has their check digit."""
    if kind == IdKind.RESIDENT:
        other = IdKind.HMT_PERMIT if _RESIDENCE_PERMIT.fullmatch(number) else IdKind.FOREIGN_PERMIT
        if _RESIDENCE_PERMIT.fullmatch(number) or _FOREIGN_PERMIT.fullmatch(number):
            message = f"这不是居民身份证号码，请把证件种类改为“{other.label}”。"
            return [Refusal("id_other_kind", message, field="id_kind")]
        return reasons_not_to_accept_id(number, today=today)
    if kind == IdKind.HMT_PERMIT:
        if _TRAVEL_PERMIT.fullmatch(number):
            return []
        if _RESIDENCE_PERMIT.fullmatch(number):
            return _as_permit(reasons_not_to_accept_id(number, today=today))
        message = (
            "请填写 81、82、83 开头的 18 位居住证号码，或通行证号码（H、M 开头加 8 位数字，台湾居民为 8 位数字）。"
        )
        return [Refusal("id_permit", message, field="id_number")]
    if _FOREIGN_PERMIT.fullmatch(number):
        return _as_permit(reasons_not_to_accept_id(number, today=today))
    if _OLD_FOREIGN_PERMIT.fullmatch(number):
        return []
    message = "永久居留身份证号码应为 3 个字母加 12 位数字，或以 9 开头的 18 位号码，请核对。"
    return [Refusal("id_permit", message, field="id_number")]


def _as_permit(reasons: list[Refusal]) -> list[Refusal]:
    return [replace(reason, message=reason.message.replace("身份证", "证件")) for reason in reasons]


def reasons_not_to_accept_any_number(number: str, *, today: date) -> list[Refusal]:
    """Why `number` is of no kind, where nobody says which it is: in the words of the kind it looks like."""
    found = {kind: reasons_not_to_accept_number(kind, number, today=today) for kind in IdKind}
    if not all(found.values()):
        return []
    if _RESIDENCE_PERMIT.fullmatch(number):
        return found[IdKind.HMT_PERMIT]
    return found[IdKind.FOREIGN_PERMIT if _FOREIGN_PERMIT.fullmatch(number) else IdKind.RESIDENT]


def reasons_not_to_register_unit(facts: UnitFacts) -> Iterator[Refusal]:
    """Why this unit cannot be registered as it stands here."""
    yield from reasons_not_to_accept(facts.name, field="name", label="单位名称", limit=UNIT_NAME_LIMIT)
    shape = reasons_not_to_accept_uscc(facts.uscc)
    yield from shape
    if not shape and facts.uscc_is_taken:
        yield UNIT_USCC_TAKEN
    if facts.name_is_taken:
        yield UNIT_NAME_TAKEN
    if not facts.supervisor_fits:
        yield SUPERVISOR_ELSEWHERE
    yield from reasons_not_to_accept(facts.contact_name, field="contact_name", label="联系人", limit=NAME_LIMIT)
    yield from _reasons_not_to_accept_office_phone(facts.contact_phone)


def _reasons_not_to_accept_office_phone(value: str) -> Iterator[Refusal]:
    if mobile_in(value) or (_TO_CALL.fullmatch(value) and len(_digits(value)) <= _MOST_DIGITS):
        return
    message = "请填一个办公电话，只写数字和短横线，例如 0371-23456789；没有座机的填手机号码。"
    yield Refusal("office_phone_shape", message, field="contact_phone")


def mobile_in(value: str) -> str:
    """The mobile number that is meant, however it is spaced; empty for an office's number or no number at all."""
    found = _MOBILE.fullmatch(_digits(value)) if _TO_CALL.fullmatch(value.strip()) else None
    return found[1] if found else ""


def _digits(value: str) -> str:
    return re.sub(r"[\- ]", "", value.strip())


def reasons_not_to_refuse(reason: str) -> Iterator[Refusal]:
    """A refusal says why (no silent refusal)."""
    if not reason.strip():
        yield Refusal("reason_missing", "请写明不予核准的原因，申请人会看到。", field="reason")
    elif len(reason) > REASON_LIMIT:
        yield Refusal("reason_too_long", f"原因最多 {REASON_LIMIT} 个字，现在有 {len(reason)} 个字。", field="reason")
