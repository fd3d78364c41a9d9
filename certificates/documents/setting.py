"""Rows of a table set as lines of text: one box a page in place of a cell each, several times as quick.

Everything is measured in CSS pixels by the advances of our own face. Between two columns stand blanks as wide as the
face has them, and last a few tabs of a pixel each (`tab-size: 1px`): WeasyPrint draws a tab 2.4 % too wide. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil

from fontTools.ttLib import TTFont

from certificates.documents.assets import BOLD, REGULAR

# 8.5pt, and 170 mm: what is written on.
SIZE = 8.5 / 0.75
WIDE = 642
# Where each column begins; the hours end at the right edge.
STARTS = {"place": 0, "title": 36, "kind": 306, "subject": 396, "days": 432, "result": 576, "hours": 612}
HEADINGS = {
    "place": "序号",
    "title": "学习内容",
    "kind": "学习方式",
    "subject": "科目",
    "days": "学习时间",
    "result": "考核",
}
_GAP = 5.0
# The label of a threshold stands before the columns of figures.
_LABELS = 100
_WIDE_BLANK = "\u3000"
_NOT_FIRST = frozenset("，。、；：？！）》」』】〉”’…％,.;:?!)%")


@dataclass(frozen=True)
class Page:
    """The lines of one page, and after which of them a row ends."""

    lines: tuple[str, ...]
    ends: tuple[int, ...]


def width(text: str, size: float = SIZE, *, is_bold: bool = False) -> float:
    """How wide `text` is set. What our face lacks is as wide as it is high."""
    advances = _advances(is_bold=is_bold)
    return size * sum([advances.get(character, 1.0) for character in text])


def wrapped(text: str, room: float, size: float = SIZE) -> list[str]:
    """`text` in lines no wider than `room`: between any two characters of Chinese, between words of other scripts; no
    line begins with a sign that closes.
    """
    if width(text, size) <= room:
        return [text.rstrip()]
    lines, line, reached = [], "", 0.0
    for piece in _pieces(text, room, size):
        if line and reached + width(piece.rstrip(), size) > room:
            if piece[0] in _NOT_FIRST and len(line) > 1:
                line, piece = line[:-1], line[-1] + piece
            lines.append(line.rstrip())
            line, reached = "", 0.0
            piece = piece.lstrip()
        line, reached = line + piece, reached + width(piece, size)
    return [*lines, line.rstrip()]


def pages(items: Sequence[Mapping[str, str]], *, first: int, others: int, last: int) -> list[Page]:
    """The rows on pages of `first` and then `others` lines; `last` lines are kept for what follows the last row."""
    rows = [_row(place, item) for place, item in enumerate(items, 1)]
    found: list[list[list[str]]] = [[]]
    used = 0
    for row in rows:
        room = first if len(found) == 1 else others
        if found[-1] and used + len(row) > room:
            found.append([])
            used = 0
        found[-1].append(row)
        used += len(row)
    if used + last > (first if len(found) == 1 else others) and len(rows) > 1:
        found.append([found[-1].pop()])
    return [_page(page) for page in found if page]


def head(unit: str) -> str:
    """The headings, set like a row."""
    return _set([*((STARTS[name], text) for name, text in HEADINGS.items()), _ending(unit)], is_bold=True)


def room(name: str) -> float:
    """How wide a column is written."""
    names = list(STARTS)
    return STARTS[names[names.index(name) + 1]] - STARTS[name] - _GAP


def figures(label: str, texts: Sequence[str], size: float = SIZE, *, is_bold: bool = False) -> str:
    """What follows `label` in a line of thresholds: texts in columns of one width, each in the middle of its own."""
    each, after = (WIDE - _LABELS) / max(1, len(texts)), width(label)
    centres = [_LABELS + each * (place + 0.5) - after for place, _ in enumerate(texts)]
    half = [width(text, size, is_bold=is_bold) / 2 for text in texts]
    starts = [ceil(centre - off) for centre, off in zip(centres, half, strict=True)]
    return _set(list(zip(starts, texts, strict=True)), size, is_bold=is_bold)


def _row(place: int, item: Mapping[str, str]) -> list[str]:
    """An item as lines, the first with its hours."""
    days = f"{item['since']} 至 {item['until']}" if item["until"] else item["since"]
    cells = {"place": str(place), "title": item["title"], "kind": item["kind"], "subject": item["subject"]}
    cells |= {"days": days, "result": item["result"]}
    columns = {name: wrapped(_plain(text), room(name)) for name, text in cells.items()}
    found = []
    for number in range(max(map(len, columns.values()))):
        line = [(STARTS[name], column[number]) for name, column in columns.items() if number < len(column)]
        found.append(_set([*line, _ending(item["hours"])] if number == 0 else line))
    return found


def _ending(text: str) -> tuple[int, str]:
    """A cell that ends at the right edge."""
    return ceil(WIDE - width(text)), text


def _page(rows: list[list[str]]) -> Page:
    ends, count = [], 0
    for row in rows:
        count += len(row)
        ends.append(count)
    return Page(tuple(line for row in rows for line in row), tuple(ends))


def _set(cells: Sequence[tuple[int, str]], size: float = SIZE, *, is_bold: bool = False) -> str:
    """Texts, each from its place on, with the blanks between them."""
    line, reached = "", 0.0
    for start, text in cells:
        if text:
            line += _blanks(reached, start, size, is_bold=is_bold) + text
            reached = start + width(text, size, is_bold=is_bold)
    return line


def _blanks(reached: float, start: int, size: float, *, is_bold: bool) -> str:
    """From `reached` to the whole pixel `start`. Tabs begin well between two pixels: there no rounding moves them."""
    if start <= reached:
        return " " if reached else ""
    blank = width(" ", size, is_bold=is_bold)
    wide, rest = divmod(start - reached, size)
    narrow = int(rest / blank)
    narrow = max(range(max(0, narrow - 1), narrow + 1), key=lambda count: _between(rest - count * blank))
    return _WIDE_BLANK * int(wide) + " " * narrow + "\t" * ceil(rest - narrow * blank)


def _between(place: float) -> float:
    """How far from a whole pixel."""
    return min(place % 1, 1 - place % 1)


def _plain(text: str) -> str:
    """Without what would end a line or leap to a stop."""
    return " ".join(text.split())


def _pieces(text: str, room: float, size: float) -> list[str]:
    """What is never broken: a character of Chinese, a word of others with the blanks after it, if it fits at all."""
    found: list[str] = []
    for character in text:
        joins = found and _is_of_word(character) and _is_of_word(found[-1][-1])
        if character == " " and found:
            found[-1] += " "
        elif joins and width(found[-1] + character, size) <= room:
            found[-1] += character
        else:
            found.append(character)
    return found


def _is_of_word(character: str) -> bool:
    return character.isascii() and not character.isspace()


@cache
def _advances(*, is_bold: bool) -> dict[str, float]:
    with TTFont(BOLD if is_bold else REGULAR, lazy=True) as font:
        metrics, whole = font["hmtx"], font["head"].unitsPerEm
        return {chr(code): metrics[name][0] / whole for code, name in font.getBestCmap().items()}
