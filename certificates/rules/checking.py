"""What can be checked in one go: a file, or a list of numbers and names as somebody copied it from a table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ceportal.kernel.rules.refusal import Refusal, refuse
from ceportal.kernel.rules.text import NAME_LIMIT, reasons_not_to_accept
from certificates.rules.numbers import LONGEST_TYPED

# The portal's own sheets have at most 100 KB.
MOST_BYTES = 5 * 1024 * 1024
MOST_BYTES_OF_PROGRAMS = 2 * 1024 * 1024
MOST_LINES = 200
_NUMBER_THEN_NAME = re.compile(
    r"\s*(?P<number>[0-9０-９A-Za-zＡ-Ｚ\s\-‐‑‒–—−.·]+?)[\s,，;；、\t]+(?P<name>[^\s,，;；、0-9].*?)[\s,，;；]*"
)


@dataclass(frozen=True)
class Line:
    """One row as typed; `number` and `name` are empty where it could not be told apart. `place` counts from 1."""

    place: int
    typed: str
    number: str = ""
    name: str = ""


def reasons_not_to_take(size: int) -> Iterator[Refusal]:
    """Of a file of `size` bytes."""
    if size > MOST_BYTES:
        yield Refusal(
            "file_too_large", f"文件超过 {MOST_BYTES // 1024 // 1024} MB，不是本平台的证书文件。", field="file"
        )


def faults_of_numbered(asked: object) -> Iterator[Refusal]:
    """What is wrong with `{"certificate_number": …, "name": …}`; `field` is a JSON Pointer in it."""
    if not isinstance(asked, Mapping) or asked.keys() != {"certificate_number", "name"}:
        yield Refusal("unknown_key", "按证书编号查时，只接受 certificate_number、name。")
        return
    for key, label, limit in (("certificate_number", "证书编号", LONGEST_TYPED), ("name", "姓名", NAME_LIMIT)):
        if isinstance(asked[key], str):
            yield from reasons_not_to_accept(asked[key], field=f"/{key}", label=label, limit=limit)
        else:
            yield Refusal(key, f"{key} 应为文本。", field=f"/{key}")


def lines_in(text: str) -> list[Line]:
    """The rows of `text` that are not empty. Raises `Refused` (`too_many_lines`, `no_lines`)."""
    rows = [(place, row.strip()) for place, row in enumerate(text.splitlines(), start=1) if row.strip()]
    if not rows:
        raise refuse("no_lines", "请填写要查验的编号和姓名。", field="lines")
    if len(rows) > MOST_LINES:
        raise refuse("too_many_lines", f"一次最多查验 {MOST_LINES} 行，现在有 {len(rows)} 行。", field="lines")
    return [as_line(place, row) for place, row in rows]


def as_line(place: int, row: str) -> Line:
    match = _NUMBER_THEN_NAME.fullmatch(row)
    return Line(place, row, match["number"], match["name"]) if match else Line(place, row)
