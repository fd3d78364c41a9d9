"""How the rows of a spreadsheet become lines: django-import-export walks them, the caller's rules say what each is.

It writes nothing and opens no transaction: the caller hands the lines to a service of ours. The library's own dry run
would take SQLite's only write lock for a look; its temporary files and its escaping of formulas are not used
(reliability F10, decision 0016).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar

from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult
from tablib import Dataset

from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.rules.sheets import (
    BLANK,
    MOST_ROWS,
    Cell,
    SheetRow,
    headings_at,
    nothing_below,
    reasons_against_heading,
    too_many_rows,
)

_NUMBER = "行号"


class SheetResource(resources.Resource):
    """One file. Whoever derives from it names the columns and reads a line of them."""

    number = fields.Field(attribute="number", column_name=_NUMBER)

    class Meta:
        import_id_fields: ClassVar = ["number"]
        using_db = "default"
        instance_loader_class = BaseInstanceLoader
        use_transactions = False
        skip_diff = True

    # The headings that are read.
    columns: ClassVar[Sequence[str]] = ()

    def line(self, number: int, cells: dict[str, Cell]) -> Any:
        """What one row is; None leaves it out."""
        raise NotImplementedError

    def import_row(self, row: Mapping[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """By our rules alone: results, errors and logs of the library never hold the values of a row."""
        result = RowResult()
        result.import_type = RowResult.IMPORT_TYPE_NEW
        result.instance = self.line(row[_NUMBER], {column: row[column] for column in self.columns})
        return result

    def lines(self, rows: Sequence[SheetRow], places: Mapping[str, int]) -> list[Any]:
        """Of the rows that are not blank, each column at its place; what has none there is blank."""
        data = Dataset(headers=[_NUMBER, *self.columns])
        for row in rows:
            cells = [_cell(row, places.get(column)) for column in self.columns]
            if not all(cell.is_blank for cell in cells):
                data.append([row.number, *cells])
        result = self.import_data(data, dry_run=False, raise_errors=True, use_transactions=False)
        return [row.instance for row in result.rows if row.instance is not None]


def _cell(row: SheetRow, place: int | None) -> Cell:
    return BLANK if place is None or place >= len(row.cells) else row.cells[place]


class LongSheetResource(SheetResource):
    """A file read batch by batch. `remarks` tells what was left out, `seen` in which row a key stood first."""

    # The headings without which nothing is read.
    required: Collection[str] = ()
    # How many lines one file may have, what is said of more, and what where there is none.
    most_lines: int = MOST_ROWS
    too_many: Refusal = too_many_rows()
    nothing: Refusal = nothing_below()

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}
        self.remarks: list[str] = []

    def read(self, batches: Iterator[list[SheetRow]]) -> Iterator[list[Any]]:
        """The lines of the file, batch by batch. Raises `Refused` when its heading is none, or nothing stands below."""
        first = next(batches, [])
        refuse_if_any(reasons_against_heading(first[0] if first else None, self.columns, self.required))
        places, others = headings_at(first[0], self.columns)
        self.remarks += [others] if others else []
        count = 0
        for rows in chain([first[1:]], batches):
            if lines := self.lines(rows, places):
                count += len(lines)
                if count > self.most_lines:
                    raise Refused([self.too_many])
                yield lines
        if not count:
            raise Refused([self.nothing])

    def first_at(self, key: str, number: int) -> int:
        """In which row a key stood first: `number` itself where it is blank or new."""
        return self.seen.setdefault(key, number) if key else number
