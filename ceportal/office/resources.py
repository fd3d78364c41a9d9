"""How a file of what is taken over is read: every row by our rules (kernel.web.sheet_resource)."""

from dataclasses import replace

from ceportal.kernel.rules.sheets import Cell
from ceportal.kernel.web.sheet_resource import LongSheetResource
from ceportal.office.enums import TakenKind
from ceportal.office.rules import taking_over as rules
from ceportal.office.rules.taking_over import Around, TakenLine


class TakeOverResource(LongSheetResource):
    """One file of one kind: what names a line of it stands in it once."""

    most_lines = rules.MOST_LINES
    too_many = rules.too_many_lines()

    def __init__(self, kind: TakenKind, around: Around) -> None:
        super().__init__()
        self.kind, self.around = kind, around
        self.columns = rules.COLUMNS[kind]  # type: ignore[misc]
        self.required = rules.required(kind)

    def line(self, number: int, cells: dict[str, Cell]) -> TakenLine:
        line = rules.read_line(self.kind, number, cells, self.around)
        column, value = rules.key_of(self.kind, line.said)
        first = self.first_at(value, number)
        if first == number:
            return line
        return replace(line, problems=(*line.problems, rules.twice(column, first)))
