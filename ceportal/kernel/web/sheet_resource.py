"""How the rows of a spreadsheet become lines: django-import-export walks them, the caller's rules say what each is.

It writes nothing and opens no transaction: the caller hands the lines to a service of ours. The library's own dry run
would take SQLite's only write lock for a look; its temporary files and its escaping of formulas are not used
(reliability F10, decision 0016).
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult
from tablib import Dataset

from ceportal.kernel.rules.sheets import BLANK, Cell, SheetRow

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
