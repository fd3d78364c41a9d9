"""Spreadsheets that come in: refused before they are parsed where they must be, and never read as something else."""

import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.rules.sheets import (
    MOST_BYTES,
    MOST_CELLS,
    MOST_PART_BYTES,
    MOST_ROWS,
    MOST_TEXT_BYTES,
    MOST_UNPACKED,
    CellKind,
    Part,
    Shape,
    SheetRow,
    reasons_not_to_open,
    reasons_not_to_parse,
)
from ceportal.kernel.web import sheets

HEAD = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


class Upload:
    """As Django hands it over."""

    def __init__(self, data: bytes, size: int | None = None) -> None:
        self.data, self.size = BytesIO(data), len(data) if size is None else size

    def read(self, size: int = -1) -> bytes:
        return self.data.read(size)


def saved(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def book(*rows: list[Any], title: str = "名单") -> Workbook:
    made = Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    return made


def forged(sheet: str | bytes, *, more: dict[str, bytes] | None = None) -> bytes:
    """A real workbook whose sheet is `sheet`, with `more` parts beside it."""
    content = BytesIO()
    real = zipfile.ZipFile(BytesIO(saved(book(["a"]))))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in real.namelist():
            if name not in (more or {}):
                archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else real.read(name))
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return content.getvalue()


def read(data: bytes) -> list[SheetRow]:
    return [row for batch in sheets.read_batches(Upload(data), sheet="名单", skipped=("填写说明",)) for row in batch]


def code(data: bytes, size: int | None = None) -> str:
    with pytest.raises(Refused) as refused:
        for _ in sheets.read_batches(Upload(data, size), sheet="名单", skipped=("填写说明",)):
            pass
    assert refused.value.reasons[0].message.endswith("。")
    return refused.value.reasons[0].code


def rows_of(count: int, cell: str = '<c r="A1" t="inlineStr"><is><t>x</t></is></c>') -> str:
    return f"{HEAD}<sheetData>{f'<row>{cell}</row>' * count}</sheetData></worksheet>"


def many(count: int, columns: int = 1) -> str:
    """Rows that differ, as people do."""
    cells = "".join(f'<c t="inlineStr"><is><t>{{0:018d}}{n}</t></is></c>' for n in range(columns))
    rows = "".join(f"<row>{cells.format(n * 7919**3)}</row>" for n in range(count))
    return f"{HEAD}<sheetData>{rows}</sheetData></worksheet>"


def locked() -> bytes:
    return b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def with_macros() -> bytes:
    return forged(rows_of(2), more={"xl/vbaProject.bin": b"x"})


def a_document() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    return content.getvalue()


def merged() -> bytes:
    made = book(["证件号码", "姓名"], ["a", "b"])
    made.active.merge_cells("A2:B2")
    return saved(made)


def hidden_column() -> bytes:
    made = book(["证件号码", "姓名"], ["a", "b"])
    made.active.column_dimensions["B"].hidden = True
    return saved(made)


def hidden_row() -> bytes:
    made = book(["证件号码", "姓名"], ["a", "b"], ["c", "d"])
    made.active.row_dimensions[3].hidden = True
    return saved(made)


def hidden_sheet() -> bytes:
    made = book(["证件号码", "姓名"], ["a", "b"])
    made.create_sheet("另存").sheet_state = "hidden"
    return saved(made)


def two_sheets() -> bytes:
    made = book(["证件号码"], title="Sheet1")
    made.create_sheet("Sheet2")
    return saved(made)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: b"", "file_empty"),
        (locked, "file_locked"),
        (lambda: b"\xd0\xcf\x11\xe0" + bytes(900), "file_kind"),
        (a_document, "file_kind"),
        (with_macros, "file_kind"),
        (lambda: b"%PDF-1.7\n\x00\x01", "file_kind"),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "file_kind"),
        (lambda: saved(book(["a"]))[:-300], "file_broken"),
        (lambda: b"PK\x03\x04" + bytes(100), "file_broken"),
        (lambda: forged(many(MOST_ROWS + 2)), "too_many_rows"),
        (lambda: forged(HEAD + '<sheetData><row r="900000"><c r="A900000"><v>1</v></c></row></sheetData></worksheet>'),
         "too_many_rows"),
        (lambda: forged(HEAD + "<sheetData><row><c><v>1</v>"), "file_broken"),
        (lambda: forged('<!DOCTYPE x [<!ENTITY a "b">]>' + HEAD), "file_broken"),
        (lambda: forged((HEAD + "<sheetData/></worksheet>").encode("utf-16")), "file_broken"),
        (merged, "merged_cells"),
        (hidden_column, "hidden_cells"),
        (hidden_row, "hidden_cells"),
        (hidden_sheet, "hidden_sheet"),
        (two_sheets, "which_sheet"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(make: Callable[[], bytes], expected: str) -> None:
    assert code(make()) == expected


def test_the_place_of_what_is_merged_or_hidden_is_named() -> None:
    for make, place in ((merged, "A2:B2"), (hidden_column, "第 B 列"), (hidden_row, "第 3 行"), (hidden_sheet, "另存")):
        with pytest.raises(Refused, match=place):
            read(make())


def test_too_large_is_told_without_reading_it_all() -> None:
    assert code(b"x" * 100, size=MOST_BYTES + 1) == "file_too_large"


def bomb_by_rows() -> bytes:
    """As the one that was measured: 400,000 rows in a few megabytes."""
    cells = "".join(f'<c t="inlineStr"><is><t>{n:06d}</t></is></c>' for n in range(5))
    return forged(rows_of(400_000, cells))


def bomb_by_ratio() -> bytes:
    return forged(HEAD + " " * 90_000_000 + "</worksheet>")


def bomb_by_styles() -> bytes:
    return forged(rows_of(2), more={"xl/styles.xml": b"<x>" + b"<font/>" * 900_000})


def bomb_by_cells() -> bytes:
    return forged(rows_of(100, "<c/>".replace("/", " /") * 16_000))


@pytest.mark.asvs("v5.0.0-5.2.3")
@pytest.mark.parametrize("make", [bomb_by_rows, bomb_by_ratio, bomb_by_styles, bomb_by_cells])
def test_a_bomb_is_refused_within_a_second(make: Callable[[], bytes]) -> None:
    data = make()
    began = time.process_time()
    assert code(data) in {"sheet_too_much", "too_many_rows"}
    assert time.process_time() - began < 1


def test_as_many_rows_as_are_let_in_are_looked_at_within_a_second() -> None:
    data = forged(many(MOST_ROWS, 5))
    began = time.process_time()
    sheets.read_batches(Upload(data), sheet="名单")
    assert time.process_time() - began < 1


def test_cells_are_told_by_what_they_are() -> None:
    made = book(["文字", "=1+1", 8, 8.5, 410203198503121234, True, None, "８"])
    made.active["I1"] = ArrayFormula("I1:I1", "=SUM(C1:D1)")
    (row,) = read(saved(made))
    assert [cell.kind for cell in row.cells[:9]] == [
        CellKind.TEXT, CellKind.FORMULA, CellKind.NUMBER, CellKind.NUMBER, CellKind.NUMBER, CellKind.OTHER,
        CellKind.TEXT, CellKind.TEXT, CellKind.FORMULA,
    ]  # fmt: skip
    assert [cell.text for cell in row.cells[2:4]] == ["8", "8.5"]
    assert row.cells[6].is_blank
    assert row.cells[1].text == ""


def test_blank_rows_keep_the_numbers_of_those_below() -> None:
    made = book(["证件号码"])
    made.active["A5003"] = "x"
    assert [row.number for row in read(saved(made))] == [1, 5003]


def test_thousands_of_blank_rows_with_borders_are_no_bomb() -> None:
    made = book(["证件号码"])
    for number in range(2, 5002):
        for column in range(1, 6):
            made.active.cell(number, column).number_format = "@"
    assert [row.number for row in read(saved(made))] == [1]


def test_a_hundred_blank_columns_and_false_dimensions_do_no_harm() -> None:
    columns = "".join("<c/>" for _ in range(100))
    rows = f'<row r="1">{columns}</row><row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c></row>'
    sheet = f'{HEAD}<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
    began = time.process_time()
    assert [row.number for row in read(forged(sheet))] == [2]
    assert time.process_time() - began < 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_is_read_in_utf_8_and_in_gbk(encoding: str) -> None:
    rows = read("证件号码,姓名\r\n\r\n41,张三\r\n".encode(encoding))
    assert [(row.number, [cell.text for cell in row.cells]) for row in rows] == [
        (1, ["证件号码", "姓名"]),
        (3, ["41", "张三"]),
    ]


def test_what_goes_out_is_text_to_the_last_cell() -> None:
    content = sheets.workbook_bytes([("名单", [["证件号码", "=1+1"]], (20, 20))])
    page = load_workbook(BytesIO(content))["名单"]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in page[1]] == [
        ("证件号码", "s", "@"),
        ("=1+1", "s", "@"),
    ]
    assert page.column_dimensions["A"].number_format == "@"


SOUND = [Part("[Content_Types].xml", 1000), Part("xl/workbook.xml", 1000), Part("xl/worksheets/sheet1.xml", 1000)]


@pytest.mark.asvs("v5.0.0-5.2.3")
@pytest.mark.parametrize(
    ("more", "packed", "code"),
    [
        ([], 3000, None),
        ([Part("xl/styles.xml", 10, is_locked=True)], 3000, "file_locked"),
        ([Part("xl/worksheets/sheet2.xml", MOST_UNPACKED)], MOST_UNPACKED, "sheet_too_much"),
        ([Part("xl/styles.xml", MOST_PART_BYTES)], MOST_UNPACKED, None),
        ([Part("xl/styles.xml", MOST_PART_BYTES + 1)], MOST_UNPACKED, "sheet_too_much"),
        ([Part("xl/sharedStrings.xml", MOST_TEXT_BYTES)], MOST_UNPACKED, None),
        ([Part("xl/sharedStrings.xml", MOST_TEXT_BYTES + 1)], MOST_UNPACKED, "sheet_too_much"),
        ([Part("xl/media/image1.png", MOST_PART_BYTES + 1)], MOST_UNPACKED, None),
        ([Part("xl/vbaProject.bin", 10)], 3000, "file_kind"),
    ],
)
def test_an_archive_is_judged_by_its_directory(more: list[Part], packed: int, code: str | None) -> None:
    found = [reason.code for reason in reasons_not_to_open([*SOUND, *more], packed=packed)]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (Shape(rows=MOST_ROWS + 1, cells=MOST_CELLS), None),
        (Shape(is_odd=True, merged="A1:B1"), "file_broken"),
        (Shape(rows=MOST_ROWS + 2), "too_many_rows"),
        (Shape(cells=MOST_CELLS + 1), "sheet_too_much"),
        (Shape(merged="A1:B1"), "merged_cells"),
        (Shape(hidden="第 3 行"), "hidden_cells"),
    ],
)
def test_sheets_are_judged_by_their_bytes_before_they_are_parsed(shape: Shape, code: str | None) -> None:
    assert [reason.code for reason in reasons_not_to_parse(shape)] == ([code] if code else [])
