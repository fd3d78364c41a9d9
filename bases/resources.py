"""How a list of courses is read: django-import-export walks the rows, our rules say what each of them is.

It writes nothing and opens no transaction: the caller hands the lines to our own service.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, ClassVar

from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult
from tablib import Dataset

from bases.rules import courses as rules
from bases.rules.courses import CourseLine
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse_if_any
from ceportal.kernel.rules.sheets import BLANK, Cell, SheetRow

_NUMBER = "行号"
_MOST_TOLD = 100


class CourseResource(resources.Resource):
    """One file, whole or not at all."""

    number = fields.Field(attribute="number", column_name=_NUMBER)

    class Meta:
        import_id_fields: ClassVar = ["number"]
        using_db = "default"
        instance_loader_class = BaseInstanceLoader
        use_transactions = False
        skip_diff = True

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Refusal] = []
        self.seen: dict[tuple[str, str], int] = {}

    def read(self, batches: Iterator[list[SheetRow]]) -> list[CourseLine]:
        """Its courses. Raises `Refused` with every fault, each with the number of its row."""
        first = next(batches, [])
        heading = [cell.text.strip() for cell in first[0].cells] if first else []
        refuse_if_any(rules.reasons_against_heading(heading))
        places = {name: heading.index(label) for name, label in rules.COLUMNS.items()}
        found: list[CourseLine] = []
        for rows in chain([first[1:]], batches):
            found += self._lines(rows, places)
            if len(self.seen) > rules.MOST_LINES:
                raise Refused([Refusal("too_many_rows", f"一次最多 {rules.MOST_LINES} 门课程，请分成几份。", "file")])
        if not found and not self.faults:
            raise Refused([Refusal("no_rows", "表头下面没有课程。", field="file")])
        if more := len(self.faults) - _MOST_TOLD:
            self.faults[_MOST_TOLD:] = [Refusal("more", f"还有 {more} 处问题没有列出。")] if more > 0 else []
        refuse_if_any(self.faults)
        return found

    def import_row(self, row: Mapping[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """By our rules alone: results, errors and logs of the library never hold the values of a row."""
        cells: dict[str, Cell] = {name: row[label] for name, label in rules.COLUMNS.items()}
        said = {name: cell.text.strip() for name, cell in cells.items()}
        faults = [*rules.reasons_not_to_take(cells)] or [*rules.reasons_not_to_file(said), *self._twice(row, said)]
        self.faults += [Refusal(each.code, f"第 {row[_NUMBER]} 行：{each.message}", "file") for each in faults]
        result = RowResult()
        result.import_type = RowResult.IMPORT_TYPE_NEW
        result.instance = None if faults else rules.line_of(said)
        return result

    def _twice(self, row: Mapping[str, Any], said: Mapping[str, str]) -> Iterator[Refusal]:
        key = (rules.course_key("", said["code"]), rules.SUBJECTS.get(said["subject"], ""))
        first = self.seen.setdefault(key, row[_NUMBER])
        if first != row[_NUMBER]:
            yield Refusal("twice", f"与第 {first} 行是同一门课程，同一科目只能出现一次。")

    def _lines(self, rows: list[SheetRow], places: Mapping[str, int]) -> list[CourseLine]:
        data = Dataset(headers=[_NUMBER, *rules.COLUMNS.values()])
        for row in rows:
            cells = [_cell(row, places[name]) for name in rules.COLUMNS]
            if not all(cell.is_blank for cell in cells):
                data.append([row.number, *cells])
        result = self.import_data(data, dry_run=False, raise_errors=True, use_transactions=False)
        return [row.instance for row in result.rows if row.instance]


def _cell(row: SheetRow, place: int) -> Cell:
    return BLANK if place >= len(row.cells) else row.cells[place]
