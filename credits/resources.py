"""How a roster's file is read: django-import-export walks the rows, our rules say what each of them is.

It reads and writes nothing: `import_row` hands back a line, and the caller gives the lines to our own service. Its own
dry run would open a transaction (and on SQLite take the only write lock) for a look, its temporary files and its
escaping of formulas are not used (reliability F10, house.md 8).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any, ClassVar

from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult
from tablib import Dataset

from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.rules.sheets import BLANK, Cell, SheetRow
from credits.rules import rosters as rules
from credits.rules.rosters import ClassFacts, RosterLine

_NUMBER = "行号"


class RosterResource(resources.Resource):
    """One file: remembers its heading, and in which row each number stood first. `remarks` tells what was left out."""

    number = fields.Field(attribute="number", column_name=_NUMBER)
    id_number = fields.Field(attribute="id_number", column_name=rules.ID_NUMBER)
    name = fields.Field(attribute="name", column_name=rules.NAME)
    hours = fields.Field(attribute="hours", column_name=rules.HOURS)
    result = fields.Field(attribute="was_passed", column_name=rules.RESULT)
    remark = fields.Field(attribute="remark", column_name=rules.REMARK)

    class Meta:
        import_id_fields: ClassVar = ["number"]
        using_db = "default"
        instance_loader_class = BaseInstanceLoader
        use_transactions = False
        skip_diff = True

    def __init__(self, facts: ClassFacts, *, today: date) -> None:
        super().__init__()
        self.facts, self.today = facts, today
        self.seen: dict[str, int] = {}
        self.remarks: list[str] = []

    def read(self, batches: Iterator[list[SheetRow]]) -> Iterator[list[RosterLine]]:
        """The lines of the file, batch by batch. Raises `Refused` when its heading is none, or nobody stands below."""
        first = next(batches, [])
        refuse_if_any(rules.reasons_not_to_read(first[0] if first else None))
        places = self._places(first[0])
        is_empty = True
        for rows in chain([first[1:]], batches):
            if lines := self._lines(rows, places):
                is_empty = False
                yield lines
        if is_empty:
            raise Refused([rules.nobody()])

    def import_row(self, row: Mapping[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """By our rules alone: results, errors and logs of the library never hold the values of a row."""
        cells = {column: row[column] for column in rules.COLUMNS}
        line = rules.read_line(row[_NUMBER], cells, self.facts, today=self.today)
        first = self.seen.setdefault(line.id_number, line.number) if line.id_number else line.number
        if first != line.number:
            line = rules.with_problem(line, rules.twice(first))
        result = RowResult()
        result.import_type = RowResult.IMPORT_TYPE_NEW
        result.instance = line
        return result

    def _places(self, heading: SheetRow) -> dict[str, int]:
        found = [rules.heading(cell) for cell in heading.cells]
        others = [name for name in found if name and name not in rules.COLUMNS]
        if others:
            names = "、".join(f"“{name[:12]}”" for name in others[:5])
            self.remarks.append(f"表格中的{names}{'等' if len(others) > 5 else ''}列不在模板里，没有读取。")
        return {column: found.index(column) for column in rules.COLUMNS if column in found}

    def _lines(self, rows: list[SheetRow], places: Mapping[str, int]) -> list[RosterLine]:
        data = Dataset(headers=[_NUMBER, *rules.COLUMNS])
        for row in rows:
            cells = [_cell(row, places.get(column)) for column in rules.COLUMNS]
            if not all(cell.is_blank for cell in cells):
                data.append([row.number, *cells])
        result = self.import_data(data, dry_run=False, raise_errors=True, use_transactions=False)
        return [row.instance for row in result.rows]


def _cell(row: SheetRow, place: int | None) -> Cell:
    return BLANK if place is None or place >= len(row.cells) else row.cells[place]
