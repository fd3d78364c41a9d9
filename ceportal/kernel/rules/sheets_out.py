"""Tables for spreadsheets that stay tables: no cell of ours is ever read as a formula (inputs.md F135, T20)."""

import csv
from collections.abc import Iterable, Iterator

# What Excel, WPS or LibreOffice take as the beginning of a formula, also after blanks; full-width forms too.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_BOM = "\ufeff"


class _Line:
    """A file of one line: csv writes it, we take it away."""

    def write(self, text: str) -> str:
        return text


def plain_cell(value: object) -> object:
    """`value` as a spreadsheet shows it; text that could start a formula gets an apostrophe before it.

    Numbers are ours and stay numbers.
    """
    if isinstance(value, str) and value.lstrip(" \u3000").startswith(_DANGEROUS):
        return f"'{value}"
    return value


def csv_text(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A CSV file line by line, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Line())
    yield _BOM + writer.writerow(list(heading))  # type: ignore[operator]
    for row in rows:
        yield writer.writerow([plain_cell(value) for value in row])  # type: ignore[misc]
