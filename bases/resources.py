"""How a list of courses is read: every row by our rules (kernel.web.sheet_resource)."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import ClassVar

from bases.rules import courses as rules
from bases.rules.courses import CourseLine
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.rules.sheets import Cell, SheetRow
from ceportal.kernel.web.sheet_resource import SheetResource

_MOST_TOLD = 100


class CourseResource(SheetResource):
    """One file, whole or not at all."""

    columns: ClassVar = tuple(rules.COLUMNS.values())

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Refusal] = []
        self.seen: dict[tuple[str, str], int] = {}

    def read(self, batches: Iterator[list[SheetRow]]) -> list[CourseLine]:
        """Its courses. Raises `Refused` with every fault, each with the number of its row."""
        first = next(batches, [])
        heading = [cell.text.strip() for cell in first[0].cells] if first else []
        refuse_if_any(rules.reasons_against_heading(heading))
        places = {label: heading.index(label) for label in self.columns}
        found: list[CourseLine] = []
        for rows in chain([first[1:]], batches):
            found += self.lines(rows, places)
            if len(self.seen) > rules.MOST_LINES:
                raise Refused([Refusal("too_many_rows", f"一次最多 {rules.MOST_LINES} 门课程，请分成几份。", "file")])
        if not found and not self.faults:
            raise Refused([Refusal("no_rows", "表头下面没有课程。", field="file")])
        if more := len(self.faults) - _MOST_TOLD:
            self.faults[_MOST_TOLD:] = [Refusal("more", f"还有 {more} 处问题没有列出。")] if more > 0 else []
        refuse_if_any(self.faults)
        return found

    def line(self, number: int, cells: dict[str, Cell]) -> CourseLine | None:
        named = {name: cells[label] for name, label in rules.COLUMNS.items()}
        said = {name: cell.text.strip() for name, cell in named.items()}
        faults = [*rules.reasons_not_to_take(named)] or [*rules.reasons_not_to_file(said), *self._twice(number, said)]
        self.faults += [Refusal(each.code, f"第 {number} 行：{each.message}", "file") for each in faults]
        return None if faults else rules.line_of(said)

    def _twice(self, number: int, said: Mapping[str, str]) -> Iterator[Refusal]:
        key = (rules.course_key("", said["code"]), rules.SUBJECTS.get(said["subject"], ""))
        first = self.seen.setdefault(key, number)
        if first != number:
            yield Refusal("twice", f"与第 {first} 行是同一门课程，同一科目只能出现一次。")
