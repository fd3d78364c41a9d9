"""Rows of a table set as lines of text with tabs: one box a page in place of a cell each, several times as quick.

Everything is measured in CSS pixels by the advances of our own face. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fontTools.ttLib import TTFont

from certificates.documents.assets import REGULAR

# 8.5pt, and the distance of two tab stops: WeasyPrint wants whole pixels.
SIZE = 8.5 / 0.75
STOP = 18
# Where each column begins, in tab stops; the hours stand apart, against the right edge.
STARTS = {"place": 0, "title": 2, "kind": 17, "subject": 22, "days": 24, "result": 32, "hours": 34}
HEADINGS = {
    "place": "序号",
    "title": "学习内容",
    "kind": "学习方式",
    "subject": "科目",
    "days": "学习时间",
    "result": "考核",
}
_GAP = 5.0
# So close to a stop, two ways of rounding may differ.
_UNSURE = 0.75
_NOT_FIRST = frozenset("，。、；：？！）》」』】〉”’…％,.;:?!)%")


@dataclass(frozen=True)
class Page:
    """The lines of one page, those of the hours beside them, and after which lines a row ends."""

    lines: tuple[str, ...]
    hours: tuple[str, ...]
    ends: tuple[int, ...]


def width(text: str, size: float = SIZE) -> float:
    """How wide `text` is set. What our face lacks is as wide as it is high."""
    advances = _advances()
    return size * sum(advances.get(ord(character), 1.0) for character in text)


def wrapped(text: str, room: float, size: float = SIZE) -> list[str]:
    """`text` in lines no wider than `room`: between any two characters of Chinese, between words of other scripts; no
    line begins with a sign that closes.
    """
    lines, line = [], ""
    for piece in _pieces(text, room, size):
        if line and width(line + piece.rstrip(), size) > room:
            if piece[0] in _NOT_FIRST and len(line) > 1:
                line, piece = line[:-1], line[-1] + piece
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def pages(items: Sequence[Mapping[str, str]], *, first: int, others: int, last: int) -> list[Page]:
    """The rows on pages of `first` and then `others` lines; `last` lines are kept for what follows the last row."""
    rows = [_row(place, item) for place, item in enumerate(items, 1)]
    found: list[list[list[tuple[str, str]]]] = [[]]
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


def head() -> str:
    """The headings, set like a row."""
    return _set(HEADINGS)


def _row(place: int, item: Mapping[str, str]) -> list[tuple[str, str]]:
    """An item as lines, each with its hours (the first alone has some)."""
    days = f"{item['since']} 至 {item['until']}" if item["until"] else item["since"]
    cells = {"place": str(place), "title": item["title"], "kind": item["kind"], "subject": item["subject"]}
    cells |= {"days": days, "result": item["result"]}
    columns = {name: wrapped(_plain(text), _room(name)) for name, text in cells.items()}
    height = max(map(len, columns.values()))
    lines = [
        _set({name: column[number] for name, column in columns.items() if number < len(column)})
        for number in range(height)
    ]
    return [(line, item["hours"] if number == 0 else "") for number, line in enumerate(lines)]


def _page(rows: list[list[tuple[str, str]]]) -> Page:
    ends, count = [], 0
    for row in rows:
        count += len(row)
        ends.append(count)
    together = [line for row in rows for line in row]
    return Page(tuple(line for line, _ in together), tuple(hours for _, hours in together), tuple(ends))


def _set(cells: Mapping[str, str]) -> str:
    """The cells of a line with as many tabs between them as lead to where the next one begins."""
    line, reached = "", 0.0
    for name, text in cells.items():
        if not text:
            continue
        stop = STARTS[name] * STOP
        if line and abs(reached / STOP - round(reached / STOP)) * STOP < _UNSURE:
            line, reached = f"{line} ", reached + width(" ")
        while reached < stop:
            line, reached = f"{line}\t", (reached // STOP + 1) * STOP
        line, reached = line + text, stop + width(text)
    return line


def _room(name: str) -> float:
    names = list(STARTS)
    after = names[names.index(name) + 1]
    return (STARTS[after] - STARTS[name]) * STOP - _GAP


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
def _advances() -> dict[int, float]:
    with TTFont(REGULAR, lazy=True) as font:
        metrics, whole = font["hmtx"], font["head"].unitsPerEm
        return {code: metrics[name][0] / whole for code, name in font.getBestCmap().items()}
