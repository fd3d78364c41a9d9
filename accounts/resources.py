"""How a list of people is read: every row by our rules (kernel.web.sheet_resource)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import ClassVar

from accounts.rules import staffing as rules
from accounts.rules.staffing import StaffLine
from ceportal.kernel.rules.sheets import Cell
from ceportal.kernel.web.sheet_resource import LongSheetResource


class StaffResource(LongSheetResource):
    """One file: a number stands in it once."""

    columns: ClassVar = rules.COLUMNS
    required = rules.REQUIRED
    most_lines = rules.MOST_LINES
    too_many = rules.too_many_lines()

    def __init__(self, series: Mapping[str, str], today: date) -> None:
        super().__init__()
        self.series, self.today = series, today

    def line(self, number: int, cells: dict[str, Cell]) -> StaffLine:
        line = rules.read_line(number, cells, series=self.series, today=self.today)
        first = self.first_at(line.id_number, number)
        return line if first == number else replace(line, problems=(*line.problems, rules.twice(first)))
