"""How a file of what is taken over is read: every row by our rules (kernel.web.sheet_resource)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.rules.sheets import FIELD, Cell, SheetRow, headings_at, reasons_against_heading
from ceportal.kernel.web.sheet_resource import SheetResource
from ceportal.office.enums import TakenKind
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules.taking_over import Around, TakenLine


class TakeOverResource(SheetResource):
    """One file of one kind: remembers in which row each number stood first. `remarks` tells what was left out."""

    def __init__(self, kind: TakenKind, around: Around) -> None:
        super().__init__()
        self.kind, self.around = kind, around
        self.columns = rules.COLUMNS[kind]  # type: ignore[misc]
        self.seen: dict[str, int] = {}
        self.remarks: list[str] = []

    def read(self, batches: Iterator[list[SheetRow]]) -> Iterator[list[TakenLine]]:
        """The lines of the file, batch by batch. Raises `Refused` when its heading is none, or nothing stands below."""
        first = next(batches, [])
        refuse_if_any(reasons_against_heading(first[0] if first else None, self.columns, rules.required(self.kind)))
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

    def line(self, number: int, cells: dict[str, Cell]) -> TakenLine:
        line = rules.read_line(self.kind, number, cells, self.around)
        column, value = rules.key_of(self.kind, line.said)
        first = self.seen.setdefault(value, number) if value else number
        if first == number:
            return line
        return replace(line, problems=(*line.problems, rules.twice(column, first)))
