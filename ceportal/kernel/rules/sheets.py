"""What a spreadsheet handed in may be, told before it is parsed, and how its cells are written down (X18, F136, F138).

A formula is never evaluated, a number is never rounded: a cell keeps what kind of thing it was, and whoever asks for
text refuses the rest by name.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ceportal.kernel.rules.refusal import Refusal

FIELD = "file"
MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_UNPACKED = 100 * MEGABYTE
MOST_RATIO = 100
MOST_ROWS = 60_000
MOST_COLUMNS = 30
# Cells cost time and texts cost memory even where they are blank or never read.
MOST_CELLS = 1_500_000
MOST_TEXT_BYTES = 40 * MEGABYTE
MOST_PART_BYTES = 5 * MEGABYTE
MOST_PARTS = 1_000
# What Office writes an encrypted workbook into (MS-OFFCRYPTO), as the folder of such a file spells it.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


class CellKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    FORMULA = "formula"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is written down. `text` of a number has every digit that was kept, of a formula is empty."""

    text: str = ""
    kind: CellKind = CellKind.TEXT

    @property
    def is_blank(self) -> bool:
        return self.kind is CellKind.TEXT and not self.text.strip()


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row by the number its reader sees beside it, with at most `MOST_COLUMNS` cells."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for cell in self.cells)


@dataclass(frozen=True)
class Part:
    """One file inside the archive. `size` is what its directory says; reading never goes beyond it."""

    name: str
    size: int
    is_locked: bool = False


@dataclass(frozen=True)
class Shape:
    """What a look at the bytes of the sheets tells: how much there is, and what hides or joins cells."""

    rows: int = 0
    cells: int = 0
    merged: str = ""
    hidden: str = ""
    is_odd: bool = False


def is_archive(data: bytes) -> bool:
    return data.startswith(_ZIP)


def reasons_not_to_take(data: bytes, *, size: int) -> Iterator[Refusal]:
    """By the size and the first bytes alone. What is no archive may still be a plain CSV."""
    if size == 0:
        yield Refusal("file_empty", "这个文件是空的（0 字节），请重新选择。", field=FIELD)
    elif size > MOST_BYTES or len(data) > MOST_BYTES:
        message = f"文件太大：最大 {MOST_BYTES // MEGABYTE} MB。请删去图片和多余的工作表，或分成几份上传。"
        yield Refusal("file_too_large", message, field=FIELD)
    elif data.startswith(_OLD_OFFICE) and _ENCRYPTED in data:
        yield _locked()
    elif data.startswith(_OLD_OFFICE):
        message = "这是旧格式的表格（.xls）。请用 WPS 或 Excel 打开，另存为“.xlsx”再上传。"
        yield Refusal("file_kind", message, field=FIELD)


def reasons_not_to_open(parts: list[Part], *, packed: int) -> Iterator[Refusal]:
    """By the directory of the archive, before anything is unpacked."""
    names = {part.name for part in parts}
    unpacked = sum(part.size for part in parts)
    if any(part.is_locked for part in parts):
        yield _locked()
    elif len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > packed * MOST_RATIO:
        yield _too_much()
    elif not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        yield _not_a_sheet()
    elif "xl/vbaProject.bin" in names:
        message = "表格中带有宏，不能接收。请另存为不带宏的“.xlsx”再上传。"
        yield Refusal("file_kind", message, field=FIELD)
    elif any(part.size > _most_of(part.name) for part in parts):
        yield _too_much()


def reasons_not_to_parse(shape: Shape) -> Iterator[Refusal]:
    """By the bytes of the sheets, unpacked but not yet parsed."""
    if shape.is_odd:
        yield broken()
    elif shape.rows > MOST_ROWS + 1:
        yield too_many_rows()
    elif shape.cells > MOST_CELLS:
        yield _too_much()
    elif shape.merged:
        message = f"单元格 {shape.merged} 是合并单元格，无法确定每一行的内容。请取消合并，逐行填写。"
        yield Refusal("merged_cells", message, field=FIELD)
    elif shape.hidden:
        message = f"{shape.hidden}被隐藏或筛选掉了。请取消隐藏和筛选，看清全部内容后再上传。"
        yield Refusal("hidden_cells", message, field=FIELD)


def reasons_not_to_read(hidden: list[str], candidates: list[str], wanted: str) -> Iterator[Refusal]:
    """By the names of the sheets: none hidden, and no doubt about which of them is meant."""
    if hidden:
        message = f"工作表“{hidden[0][:30]}”是隐藏的。请取消隐藏，确认内容后删去多余的工作表再上传。"
        yield Refusal("hidden_sheet", message, field=FIELD)
    elif wanted not in candidates and len(candidates) != 1:
        message = f"文件中有 {len(candidates)} 个工作表，无法确定读哪一个。请只保留一个，或把它命名为“{wanted}”。"
        yield Refusal("which_sheet", message, field=FIELD)


def heading(cell: Cell) -> str:
    """A heading as it is compared: without blanks and without the star some put at what must be filled in."""
    return "".join(cell.text.split()).strip("*＊")


def reasons_against_heading(
    first: SheetRow | None, columns: Sequence[str], required: Collection[str]
) -> Iterator[Refusal]:
    """Why the first row is no heading with `columns`, of which `required` must stand there."""
    if first is None:
        yield Refusal("no_rows", "表格是空的，没有读到任何内容。", field=FIELD)
        return
    found = [heading(cell) for cell in first.cells]
    missing = [column for column in columns if column in required and column not in found]
    if first.number != 1 or len(missing) == len(required):
        message = f"第 1 行应是表头：{'、'.join(columns)}。请下载模板，不要在表头上方加标题行。"
        yield Refusal("no_heading", message, field=FIELD)
        return
    for column in missing:
        yield Refusal("column_missing", f"第 1 行缺少“{column}”这一列，请按模板补上。", field=FIELD)
    for column in columns:
        if found.count(column) > 1:
            message = f"第 1 行有 {found.count(column)} 个“{column}”，无法确定读哪一列。请只保留一个。"
            yield Refusal("column_doubled", message, field=FIELD)


def headings_at(first: SheetRow, columns: Sequence[str]) -> tuple[dict[str, int], str]:
    """At which place each of `columns` stands, and a remark on what else stands there and is not read."""
    found = [heading(cell) for cell in first.cells]
    others = [name for name in found if name and name not in columns]
    names = "、".join(f"“{name[:12]}”" for name in others[:5])
    remark = f"表格中的{names}{'等' if len(others) > 5 else ''}列不在模板里，没有读取。" if others else ""
    return {column: found.index(column) for column in columns if column in found}, remark


def too_many_rows() -> Refusal:
    return Refusal("too_many_rows", f"表格超过 {MOST_ROWS:,} 行。请分成几份名单上传。", field=FIELD)


def nothing_below() -> Refusal:
    return Refusal("no_rows", "表头下面没有内容：所有行都是空的。", field=FIELD)


def broken() -> Refusal:
    message = "表格打不开，文件可能已损坏。请用 WPS 或 Excel 打开，另存为新的“.xlsx”再上传。"
    return Refusal("file_broken", message, field=FIELD)


def not_a_table() -> Refusal:
    message = "请上传用模板填写的表格（.xlsx），或编码为 UTF-8、GBK 的 CSV。其他格式请先用 WPS 或 Excel 另存为“.xlsx”。"
    return Refusal("file_kind", message, field=FIELD)


def _not_a_sheet() -> Refusal:
    message = "这不是 Excel 表格（.xlsx）。Word 文档和压缩包请先把内容放进模板，再上传表格本身。"
    return Refusal("file_kind", message, field=FIELD)


def _locked() -> Refusal:
    message = "表格设有打开密码，无法读取。请去掉密码，另存后再上传。"
    return Refusal("file_locked", message, field=FIELD)


def _too_much() -> Refusal:
    message = (
        f"表格展开后的内容过多（超过 {MOST_UNPACKED // MEGABYTE} MB 或压缩比异常），没有读取。"
        "请把名单复制到新下载的模板里再上传，或分成几份。"
    )
    return Refusal("sheet_too_much", message, field=FIELD)


def _most_of(name: str) -> int:
    if name.startswith("xl/worksheets/") or not name.endswith((".xml", ".rels")):
        return MOST_UNPACKED
    return MOST_TEXT_BYTES if name == "xl/sharedStrings.xml" else MOST_PART_BYTES
