"""How a list of people is read: every row by our rules (kernel.web.sheet_resource)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import ClassVar

from accounts.rules import staffing as rules
from accounts.rules.staffing import StaffLine
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.rules.sheets import FIELD, Cell, SheetRow, headings_at, reasons_against_heading
from ceportal.kernel.web.sheet_resource import SheetResource


class StaffResource(SheetResource):
    """One file: remembers in which row each number stood first. `remarks` tells what was left out."""

    columns: ClassVar = rules.COLUMNS

    def __init__(self, series: Mapping[str, str], today: date) -> None:
        super().__init__()
        self.series, self.today = series, today
        self.seen: dict[str, int] = {}
        self.remarks: list[str] = []

    def read(self, batches: Iterator[list[SheetRow]]) -> Iterator[list[StaffLine]]:
        """The lines of the file, batch by batch. Raises `Refused` when its heading is none, or nothing stands below."""
        first = next(batches, [])
        refuse_if_any(reasons_against_heading(first[0] if first else None, self.columns, rules.REQUIRED))
        places, others = headings_at(first[0], self.columns)
        self.remarks += [others] if others else []
        count = 0
        for rows in chain([first[1:]], batches):
            if lines := self.lines(rows, places):
                count += len(lines)
                if count > rules.MOST_LINES:
                    raise Refused([rules.too_many_lines()])
                yield lines
        if not count:
            raise Refused([Refusal("no_rows", "表头下面没有内容：所有行都是空的。", field=FIELD)])

    def line(self, number: int, cells: dict[str, Cell]) -> StaffLine:
        line = rules.read_line(number, cells, series=self.series, today=self.today)
        first = self.seen.setdefault(line.id_number, number) if line.id_number else number
        return line if first == number else replace(line, problems=(*line.problems, rules.twice(first)))
