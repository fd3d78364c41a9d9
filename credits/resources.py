"""How a roster's file is read: every row by our rules (kernel.web.sheet_resource)."""

from datetime import date
from typing import ClassVar

from ceportal.kernel.rules.sheets import Cell
from ceportal.kernel.web.sheet_resource import LongSheetResource
from credits.rules import rosters as rules
from credits.rules.rosters import ClassFacts, RosterLine


class RosterResource(LongSheetResource):
    """One file: a number stands in it once."""

    columns: ClassVar = rules.COLUMNS
    required = rules.REQUIRED
    nothing = rules.nobody()

    def __init__(self, facts: ClassFacts, *, today: date) -> None:
        super().__init__()
        self.facts, self.today = facts, today

    def line(self, number: int, cells: dict[str, Cell]) -> RosterLine:
        line = rules.read_line(number, cells, self.facts, today=self.today)
        first = self.first_at(line.id_number, line.number)
        return rules.with_problem(line, rules.twice(first)) if first != line.number else line
