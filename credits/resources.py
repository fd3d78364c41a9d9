"""How a roster's file is read: every row by our rules (kernel.web.sheet_resource)."""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import ClassVar

from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.rules.sheets import Cell, SheetRow, headings_at
from ceportal.kernel.web.sheet_resource import SheetResource
from credits.rules import rosters as rules
from credits.rules.rosters import ClassFacts, RosterLine


class RosterResource(SheetResource):
    """One file: remembers its heading, and in which row each number stood first. `remarks` tells what was left out."""

    columns: ClassVar = rules.COLUMNS

    def __init__(self, facts: ClassFacts, *, today: date) -> None:
        super().__init__()
        self.facts, self.today = facts, today
        self.seen: dict[str, int] = {}
        self.remarks: list[str] = []

    def read(self, batches: Iterator[list[SheetRow]]) -> Iterator[list[RosterLine]]:
        """The lines of the file, batch by batch. Raises `Refused` when its heading is none, or nobody stands below."""
        first = next(batches, [])
        refuse_if_any(rules.reasons_not_to_read(first[0] if first else None))
        places, others = headings_at(first[0], self.columns)
        if others:
            self.remarks.append(others)
        is_empty = True
        for rows in chain([first[1:]], batches):
            if lines := self.lines(rows, places):
                is_empty = False
                yield lines
        if is_empty:
            raise Refused([rules.nobody()])

    def line(self, number: int, cells: dict[str, Cell]) -> RosterLine:
        line = rules.read_line(number, cells, self.facts, today=self.today)
        first = self.seen.setdefault(line.id_number, line.number) if line.id_number else line.number
        return rules.with_problem(line, rules.twice(first)) if first != line.number else line
