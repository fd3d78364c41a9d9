"""Lists of who has met which years, as they are asked for (S3-09, S2-10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refusal

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


def told(is_met: bool, obligation: str) -> str:
    """How a year stands, in a word."""
    if is_met:
        return "达标"
    return "另有安排" if obligation else "未达标"


def all_met(years: Sequence[bool]) -> bool:
    return bool(years) and all(years)
