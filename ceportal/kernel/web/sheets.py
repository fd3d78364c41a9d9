"""Tables that come in, row by row, in little memory and behind guards; and tables that go out with their cells as text.

Guards come in order of cost: size and first bytes, the archive's directory, one pass over the bytes of the sheets, and
only then openpyxl. Nothing touches a temporary folder, and no formula is evaluated (reliability X18, F10).
"""

import csv
import logging
import re
import traceback
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, Protocol
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from ceportal.kernel.rules import sheets as rules
from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.rules.sheets import BLANK, Cell, CellKind, Part, Shape, SheetRow
from ceportal.kernel.rules.text import strange_character

log = logging.getLogger(__name__)
BATCH = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 1024 * 1024
# A cell may hold 32,767 characters, a tag nothing like that; what follows the last tag of a piece is text and tag.
_LONGEST_TAG = 512 * 1024
# What opening or parsing a forged or cut-off workbook raises, in zipfile, in the XML parser and in openpyxl.
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError, OSError, ArithmeticError, LookupError,
    ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError,
)  # fmt: skip
_MERGED = re.compile(rb"mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]{1,20})", re.ASCII)
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)", re.ASCII)
# Anything but UTF-8 (or ASCII) would hide from this look what the parser then finds.
_START = re.compile(rb"(\xef\xbb\xbf)?\s*<[?\w][\x20-\x7e\s]*", re.ASCII)
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\bhidden=[\"'](?:1|true)[\"'][^>]*", re.ASCII)
_NUMBER_OF = re.compile(rb"\br=[\"']([0-9]{1,7})[\"']", re.ASCII)
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']", re.ASCII)
_FIRST_COLUMN = re.compile(rb"\bmin=[\"']([0-9]{1,5})[\"']", re.ASCII)


class Upload(Protocol):
    """What Django hands over."""

    @property
    def size(self) -> int | None: ...
    def read(self, size: int = -1, /) -> bytes: ...


def read_batches(upload: Upload, *, sheet: str, skipped: Sequence[str] = ()) -> Iterator[list[SheetRow]]:
    """The rows that are not blank, in batches, of the sheet called `sheet` or else of the only one not in `skipped`.

    Raises `Refused` with code `file_empty` (400), `file_too_large` (413), `file_kind` (415) or another (422): most of
    them at the first step, a broken part when it is reached.
    """
    data = upload.read(rules.MOST_BYTES + 1)
    refuse_if_any(rules.reasons_not_to_take(data, size=upload.size or 0))
    if not rules.is_archive(data):
        return _batches(_rows_of_csv(data))
    _guard(data)
    return _batches(_rows_of_workbook(data, sheet, skipped))


def workbook_bytes(sheets: Sequence[tuple[str, Sequence[Sequence[str]], Sequence[int]]]) -> bytes:
    """A workbook of text: for each sheet its name, its rows (the first one is the heading) and widths of columns.

    Every cell, and every column to be filled in, is formatted as text: a long number stays as it is typed, and what
    begins like a formula is none (F135).
    """
    book = Workbook(write_only=False)
    book.remove(book.worksheets[0])
    for name, rows, widths in sheets:
        page = book.create_sheet(name)
        for number, width in enumerate(widths, 1):
            column = page.column_dimensions[get_column_letter(number)]
            column.width, column.number_format = width, "@"
        for row_number, row in enumerate(rows, 1):
            for column_number, text in enumerate(row, 1):
                cell = page.cell(row_number, column_number)
                cell.value, cell.data_type, cell.number_format = text, "s", "@"
        page.freeze_panes = "A2"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _guard(data: bytes) -> None:
    """Everything that is told without parsing: within a second whatever is sent."""
    with _refusing(), zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [Part(info.filename, info.file_size, bool(info.flag_bits & 1)) for info in archive.infolist()]
        refuse_if_any(rules.reasons_not_to_open(parts, packed=len(data)))
        looks = [_look_at(archive, part.name) for part in parts if _is_sheet(part.name)]
    whole = Shape(
        rows=sum(look.rows for look in looks),
        cells=sum(look.cells for look in looks),
        merged=next((look.merged for look in looks if look.merged), ""),
        hidden=next((look.hidden for look in looks if look.hidden), ""),
        is_odd=any(look.is_odd for look in looks),
    )
    refuse_if_any(rules.reasons_not_to_parse(whole))


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _look_at(archive: zipfile.ZipFile, name: str) -> Shape:
    """One pass over the bytes, each tag seen whole: what the border of two pieces cuts is kept for the second."""
    rows = cells = 0
    merged = hidden = ""
    rest = b""
    with archive.open(name) as part:
        is_odd = _START.match(part.read(64)) is None
    with archive.open(name) as part:
        while (piece := part.read(_PIECE)) and not is_odd and rows <= rules.MOST_ROWS + 1 and cells <= rules.MOST_CELLS:
            piece = rest + piece
            border = piece.rfind(b"<")
            is_odd = b"<!DOCTYPE" in piece or b"<!ENTITY" in piece or len(piece) - border > _LONGEST_TAG
            rest, whole = piece[border:], piece[:border]
            rows += whole.count(b"<row") + whole.count(b":row")
            cells += whole.count(b"<c ") + whole.count(b"<c>") + whole.count(b":c ")
            merged = merged or _merged_cells(whole)
            hidden = hidden or _hidden_part(whole)
    return Shape(rows, cells, merged, hidden, is_odd)


def _merged_cells(piece: bytes) -> str:
    found = _MERGED.search(piece) if b"mergeCell " in piece else None
    return found[1].decode() if found else ""


def _hidden_part(piece: bytes) -> str:
    if b"hidden" not in piece:
        return ""
    columns = (_hidden_column(found[1]) for found in _COLUMN.finditer(piece))
    return next((column for column in columns if column), "") or _hidden_row(piece)


def _hidden_column(attributes: bytes) -> str:
    first = _FIRST_COLUMN.search(attributes)
    if not first or not _HIDDEN.search(attributes) or not 0 < int(first[1]) <= rules.MOST_COLUMNS:
        return ""
    return f"第 {get_column_letter(int(first[1]))} 列"


def _hidden_row(piece: bytes) -> str:
    found = _HIDDEN_ROW.search(piece)
    number = _NUMBER_OF.search(found[0]) if found else None
    return f"第 {int(number[1])} 行" if number else ""


def _rows_of_workbook(data: bytes, wanted: str, skipped: Sequence[str]) -> Iterator[SheetRow]:
    with _refusing():
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    hidden = [page.title for page in book.worksheets if page.sheet_state != "visible"]
    candidates = [page.title for page in book.worksheets if page.title not in skipped]
    refuse_if_any(rules.reasons_not_to_read(hidden, candidates, wanted))
    page = book[wanted if wanted in candidates else candidates[0]]
    # The dimensions a file claims for itself may be anything.
    page.reset_dimensions()
    for number, row in enumerate(page.iter_rows(max_col=rules.MOST_COLUMNS, values_only=True), 1):
        if number > rules.MOST_ROWS + 1:
            raise Refused([rules.too_many_rows()])
        yield SheetRow(number, tuple(_cell(value) for value in row))


def _cell(value: Any) -> Cell:
    """What openpyxl says of a cell. A formula comes as its text; a text that begins like one is taken for one. A date
    has its day as text, for who reads days.
    """
    if value is None:
        return BLANK
    if isinstance(value, str):
        return Cell(kind=CellKind.FORMULA) if value.startswith("=") else Cell(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Cell(repr(value).removesuffix(".0"), CellKind.NUMBER)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat(), CellKind.OTHER)
    return Cell(kind=CellKind.FORMULA if isinstance(value, ArrayFormula | DataTableFormula) else CellKind.OTHER)


def _rows_of_csv(data: bytes) -> Iterator[SheetRow]:
    """Text in UTF-8 or GBK, with commas. Anything that is no text is no table."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise Refused([rules.not_a_table()]) from None
    if any(strange_character(c) and c not in "\r\n\t" for c in text[:4096]) or "\0" in text:
        raise Refused([rules.not_a_table()])
    reader = csv.reader(StringIO(text, newline=""))
    try:
        for number, row in enumerate(reader, 1):
            if number > rules.MOST_ROWS + 1:
                raise Refused([rules.too_many_rows()])
            yield SheetRow(number, tuple(Cell(value) for value in row[: rules.MOST_COLUMNS]))
    except csv.Error:
        raise Refused([rules.broken()]) from None


def _batches(rows: Iterator[SheetRow]) -> Iterator[list[SheetRow]]:
    filled = (row for row in rows if not row.is_blank)
    while True:
        with _refusing():
            batch = list(islice(filled, BATCH))
        if not batch:
            return
        yield batch


@contextmanager
def _refusing() -> Iterator[None]:
    """What breaks while reading was broken when it came. openpyxl's remarks on what it leaves out are of no use.

    The log keeps what kind of error it was and where, so that one of ours does not pass for a broken file; never its
    words, which may repeat a cell.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"openpyxl\.")
        try:
            yield
        except _BROKEN as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.warning("unreadable workbook: %s at %s:%s", type(error).__name__, where.name, where.lineno)
            raise Refused([rules.broken()]) from None
