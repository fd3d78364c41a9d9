"""Lists of who has met which years, as they are asked for (S3-09, S2-10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refusal, refuse
from certificates.rules.checking import as_line
from certificates.rules.numbers import read_number

MOST_YEARS = 5
MOST_PEOPLE = 5_000
MOST_FILES = 2_000
SHOW = {"": "全部", "met": "各年度都达标", "missed": "有年度未达标"}


@dataclass(frozen=True)
class Asked:
    """The last `count` years up to `until`; people by the start of their name, their unit by the start of its."""

    until: int
    count: int = 1
    name: str = ""
    unit: str = ""
    show: str = ""

    @property
    def years(self) -> list[int]:
        return list(range(self.until - self.count + 1, self.until + 1))


def count_in(text: str) -> int:
    """How many years; one where it cannot be read."""
    return int(text) if text in {str(count) for count in range(1, MOST_YEARS + 1)} else 1


def reasons_not_to_export(people: int) -> Iterator[Refusal]:
    if people > MOST_PEOPLE:
        yield Refusal("too_many_people", f"一次最多导出 {MOST_PEOPLE} 人，现在超过了。请先按单位或姓名筛选。")


def reasons_not_to_bundle(files: int) -> Iterator[Refusal]:
    """Of so many valid certificates."""
    if files == 0:
        yield Refusal("no_certificates", "所选人员在所选年度没有有效的证书。")
    elif files > MOST_FILES:
        yield Refusal("too_many_files", f"一次最多打包 {MOST_FILES} 份证书，现在超过了。请先按单位或姓名筛选。")


@dataclass(frozen=True)
class Numbered:
    """A row of a list of numbers, counted from 1; `number` as it is kept, None when no certificate can bear it."""

    place: int
    number: str | None


def numbers_in(text: str) -> list[Numbered]:
    """The rows of `text` that are not empty, each number once; a name behind the number is passed over. Raises
    `Refused` (`no_numbers`, `too_many_files`).
    """
    rows = [(place, row.strip()) for place, row in enumerate(text.splitlines(), start=1) if row.strip()]
    if not rows:
        raise refuse("no_numbers", "请填写要打包的证书编号。", field="numbers")
    if len(rows) > MOST_FILES:
        message = f"一次最多打包 {MOST_FILES} 份证书，现在有 {len(rows)} 行。请分几次打包。"
        raise refuse("too_many_files", message, field="numbers")
    found: dict[str | int, Numbered] = {}
    for place, row in rows:
        number = read_number(row) or read_number(as_line(place, row).number)
        found.setdefault(number or place, Numbered(place, number))
    return list(found.values())


def told(is_met: bool, obligation: str) -> str:
    """How a year stands, in a word."""
    if is_met:
        return "达标"
    return "另有安排" if obligation else "未达标"


def all_met(years: Sequence[bool]) -> bool:
    return bool(years) and all(years)
