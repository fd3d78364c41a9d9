"""What is wrong with a cell of a table that names people: by its column, without repeating what stands there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.rules.registration import reasons_not_to_accept_any_number
from ceportal.kernel.rules.sheets import Cell, CellKind
from ceportal.kernel.rules.text import NAME_LIMIT, reasons_not_to_accept, strange_character

_AS_NUMBER = "被存成了数字，末尾几位可能已经变成 0。请先把这一列的单元格格式设成“文本”，再重新填写号码。"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: the column's heading, and why, without repeating what stands there."""

    column: str
    code: str
    message: str


def reasons_of_kind(
    cells: Mapping[str, Cell], *, numbers: Collection[str], days: Collection[str] = ()
) -> Iterator[Problem]:
    """Cells that hold something else than text, or than a number where one is read. `numbers` are columns of long
    numbers, which no spreadsheet keeps as such; in `days` a date may stand as one.
    """
    for column, cell in cells.items():
        if cell.kind is CellKind.FORMULA:
            yield Problem(column, "formula", "这个单元格是公式，公式不会被计算。请改为直接填写的内容。")
        elif cell.kind is CellKind.OTHER and not (column in days and cell.text):
            yield Problem(column, "cell_kind", "这个单元格是日期、逻辑值或错误值，请改为文字。")
        elif cell.kind is CellKind.NUMBER and column in numbers:
            yield Problem(column, "id_as_number", f"{column}{_AS_NUMBER}")


def reasons_of_number(column: str, number: str, *, today: date) -> Iterator[Problem]:
    """Of an identity number, normalised."""
    if not number:
        yield Problem(column, "blank", f"请填写{column}。")
    elif "E+" in number:
        yield Problem(column, "id_as_number", f"{column}{_AS_NUMBER}")
    elif found := reasons_not_to_accept_any_number(number, today=today):
        if any(strange_character(character) for character in number):
            yield Problem(column, "strange_character", "号码中有换行或看不见的字符，请删去后重新填写。")
            return
        yield from (Problem(column, reason.code, reason.message) for reason in found)


def reasons_of_name(column: str, name: str) -> Iterator[Problem]:
    for reason in reasons_not_to_accept(name, field="", label=column, limit=NAME_LIMIT):
        yield Problem(column, reason.code, reason.message)
    if any(character.isdigit() for character in name):
        yield Problem(column, "name_digits", "姓名中有数字，请核对是不是填错了列。")
