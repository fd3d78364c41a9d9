"""Questions of machines about people: who is meant, and of which years (design: api; S3-09, S2-10)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ceportal.kernel.rules.dated import FIRST_YEAR, year_in
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import NAME_LIMIT, person_name, reasons_not_to_accept

MOST_CHECKS = 200
MOST_YEARS = 10
# The longest number of any kind, with room for what is typed between.
NUMBER_LIMIT = 30


def faults_of_person(asked: object, *, more: frozenset[str] = frozenset()) -> Iterator[Refusal]:
    """What is wrong with `{"id_number": …, "name": …}` and the keys of `more`; `field` is a JSON Pointer in it.

    A number that cannot be one is no fault: nobody has it, and nothing else is told.
    """
    if not isinstance(asked, Mapping):
        yield Refusal("not_an_object", "每一项应是一个 JSON 对象。")
        return
    if asked.keys() - {"id_number", "name"} - more:
        yield Refusal("unknown_key", f"只接受 {'、'.join(['id_number', 'name', *sorted(more)])}。")
    for key, label, limit in (("id_number", "证件号码", NUMBER_LIMIT), ("name", "姓名", NAME_LIMIT)):
        value = asked.get(key)
        if not isinstance(value, str):
            yield Refusal(key, f"{key} 应为文本。", field=f"/{key}")
        else:
            yield from reasons_not_to_accept(value, field=f"/{key}", label=label, limit=limit)


def faults_of_years(asked: object, *, this_year: int) -> Iterator[Refusal]:
    """What is wrong with the `years` of a question: 1 to 10 numbers, none twice, none to come."""
    given = asked.get("years") if isinstance(asked, Mapping) else None
    years = [year_of(each) for each in given] if isinstance(given, list) else []
    if not 0 < len(years) <= MOST_YEARS:
        yield Refusal("years", f"years 应是 1 至 {MOST_YEARS} 个年度的数组。", field="/years")
    elif any(year is None or year > this_year for year in years) or len(set(years)) < len(years):
        message = f"年度应是 {FIRST_YEAR} 至 {this_year} 之间的数字，不重复。"
        yield Refusal("years", message, field="/years")


def year_of(value: object) -> int | None:
    """A year as strict JSON reads it: a number without a fraction."""
    return year_in(str(value)) if isinstance(value, Decimal) else None


def who(asked: Mapping[str, Any]) -> tuple[str, str]:
    """Number and name of a question without faults, as they are kept."""
    return normalise(asked["id_number"]), person_name(asked["name"])
