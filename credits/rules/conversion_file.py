"""The shape of `regulation/conversions.yaml`: from what YAML gives to conversions, or the reasons why not."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import Artefact, Basis, FieldStatus, Length, ProjectLevel, ProjectRole, Subject, Unit
from credits.rules.conversion import HALF, Conversion
from credits.rules.details import DETAILS

_KEYS = {
    *("code", "activity", "name", "area", "trade", "years", "level", "role", "length", "per", "amount", "by_rank"),
    *("beyond", "addition", "cap", "authors", "excludes", "subject", "evidence", "is_once", "note", "unit"),
    *("source", "clause", "status"),
}
_CHOSEN = {
    "per": Basis.values,
    "unit": Unit.values,
    "status": FieldStatus.values,
    "level": ("", *ProjectLevel.values),
    "role": ("", *ProjectRole.values),
    "length": ("", *Length.values),
    "subject": ("", *Subject.values),
}
_COLUMNS = ("started_on", "certificate_no", "was_passed", "payer")


def rows_in(groups: Sequence[Any]) -> list[dict[str, Any]]:
    """Every row with what its group says once."""
    return [{**_common(group), **row} for group in groups for row in group["rows"]]


def reasons_not_to_convert(entries: Sequence[Mapping[str, Any]], activities: Mapping[str, str]) -> Iterator[Refusal]:
    """Why `entries` cannot stand; `activities` names those there are."""
    codes = [str(entry.get("code", "?")) for entry in entries]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Refusal("twice", f"折算 {code} 出现了两次。", field="code")
    for entry in entries:
        yield from _faults_of(entry, activities)


def reasons_not_to_stand_together(rows: Sequence[Conversion]) -> Iterator[Refusal]:
    """Two rows for one case in one place, trade and year: which of them holds could not be said."""
    for one, other in combinations(rows, 2):
        if _case_of(one) == _case_of(other) and _meet(one, other):
            message = f"折算 {one.code} 与 {other.code} 在同一地区、行业和年度对同一种情况都有规定。"
            yield Refusal("overlap", message, field="years")


def conversion_in(entry: Mapping[str, Any], name: str) -> Conversion:
    """The conversion of an entry that nothing speaks against; `name` is its activity's, for one without its own."""
    return Conversion(
        code=entry["code"],
        name=entry.get("name", name),
        activity=entry["activity"],
        area_code=str(entry["area"]),
        trade=entry.get("trade", ""),
        year_from=entry["years"][0],
        year_to=entry["years"][1],
        level=entry.get("level", ""),
        role=entry.get("role", ""),
        length=entry.get("length", ""),
        basis=entry["per"],
        unit=entry["unit"],
        amount=_hours(entry, "amount"),
        by_rank=tuple(Decimal(str(each)) for each in entry.get("by_rank", ())),
        beyond=_hours(entry, "beyond"),
        addition=_hours(entry, "addition"),
        yearly_cap=_hours(entry, "cap"),
        author_limit=entry.get("authors"),
        exclusions=tuple(entry.get("excludes", ())),
        subject=entry.get("subject", ""),
        evidence=tuple(entry.get("evidence", ())),
        is_once=entry.get("is_once", True),
        note=entry.get("note", ""),
        source=entry["source"],
        clause=entry["clause"],
        status=entry["status"],
    )


def reasons_not_to_ask(entry: Mapping[str, Any]) -> Iterator[Refusal]:
    """Why an activity of the catalogue cannot ask what it asks."""
    code = entry.get("code", "?")
    strange = [name for name in entry.get("asks", ()) if name not in DETAILS]
    strange += [name for name in entry.get("leaves_out", ()) if name not in _COLUMNS]
    if strange:
        yield Refusal("shape", f"学习方式 {code} 要求填写的项目不认识：{'、'.join(strange)}。")
    if entry.get("artefact", "") not in ("", *Artefact.values):
        yield Refusal("shape", f"学习方式 {code} 的成果种类不认识。", field="artefact")


def _faults_of(entry: Mapping[str, Any], activities: Mapping[str, str]) -> Iterator[Refusal]:
    where = f"折算 {entry.get('code', '?')}"
    if strange := set(entry) - _KEYS:
        yield Refusal("shape", f"{where} 中有不认识的项目：{'、'.join(sorted(map(str, strange)))}。")
    if not entry.get("unit"):
        yield Refusal("no_unit", f"{where} 没有写明单位是学时还是学分。", field="unit")
    if entry.get("activity") not in activities:
        yield Refusal("activity", f"{where} 的学习方式不在目录中。", field="activity")
    if not (entry.get("clause") and entry.get("source")):
        yield Refusal("clause", f"{where} 没有注明依据的条款和来源。", field="clause")
    if not _are_years(entry.get("years")) or not entry.get("area"):
        yield Refusal("years", f"{where} 没有写明地区和起止年度。", field="years")
    for name, values in _CHOSEN.items():
        if entry.get(name, "") not in values and (name != "unit" or entry.get("unit")):
            yield Refusal("choice", f"{where} 的 {name} 不认识：{entry.get(name)!r}。", field=name)
    yield from _faults_of_amounts(entry, where)


def _faults_of_amounts(entry: Mapping[str, Any], where: str) -> Iterator[Refusal]:
    amounts = [entry.get(name) for name in ("amount", "beyond", "addition", "cap")] + list(entry.get("by_rank", ()))
    for amount in amounts:
        if amount is not None and not _is_hours(amount):
            yield Refusal("amount", f"{where} 的数 {amount!r} 不是以 0.5 为单位的正数。", field="amount")
    is_counted = entry.get("per") not in (Basis.ORGANISER, Basis.REVIEWER)
    if is_counted != (entry.get("amount") is not None or bool(entry.get("by_rank"))):
        yield Refusal("amount", f"{where} 按数计算的要写明数，不计算的不能写。", field="amount")


def _common(group: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in group.items() if key != "rows"}


def _hours(entry: Mapping[str, Any], name: str) -> Decimal | None:
    return None if entry.get(name) is None else Decimal(str(entry[name]))


def _is_hours(value: Any) -> bool:
    try:
        hours = Decimal(str(value))
    except InvalidOperation:
        return False
    return hours.is_finite() and hours > 0 and hours % HALF == 0


def _are_years(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], int):
        return False
    return value[1] is None or (isinstance(value[1], int) and value[1] >= value[0])


def _case_of(row: Conversion) -> tuple[str, ...]:
    return (row.activity, row.area_code, row.trade, row.level, row.role, row.length)


def _meet(one: Conversion, other: Conversion) -> bool:
    return (one.year_to is None or other.year_from <= one.year_to) and (
        other.year_to is None or one.year_from <= other.year_to
    )
