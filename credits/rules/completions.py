"""The number of a base's certificate of completion (结业证书), given with the roster: 2026-C00042-00017-9F3C."""

import re
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from credits.enums import RowState

_NUMBER = re.compile(r"([0-9]{4})-C([0-9]{5,9})-([0-9]{5})-([0-9A-F]{4})", re.ASCII)
# As a class gives it at its assessment.
_OF_CLASS = re.compile(r"[0-9]{4}-[0-9]{6}-[0-9A-F]{4}", re.ASCII)
# Who passed; what was taken back or never counted has none that holds.
CERTIFIED = frozenset({
    RowState.CREDITED, RowState.WAITING, RowState.HELD, RowState.DUPLICATE, RowState.PENDING,
})  # fmt: skip


@dataclass(frozen=True)
class RowNumber:
    """The parts by which a row is found; `mark` must be that of the roster found."""

    year: int
    serial: int
    row: int
    mark: str


def row_number(year: int, serial: int, row: int, roster: UUID) -> str:
    """Counted by class and person; the mark is not to be guessed from the number of somebody else."""
    return f"{year}-C{serial:05d}-{row:05d}-{mark_of(roster, row)}"


def mark_of(roster: UUID, row: int) -> str:
    return sha256(f"{roster.hex}.{row}".encode()).hexdigest()[:4].upper()


def read_row_number(number: str) -> RowNumber | None:
    """None for whatever is written otherwise."""
    found = _NUMBER.fullmatch(number)
    return RowNumber(int(found[1]), int(found[2]), int(found[3]), found[4]) if found else None


def is_like_ours(number: str) -> bool:
    """Whether it is written as the portal writes such numbers, so that one it does not know is worth a word."""
    return _NUMBER.fullmatch(number) is not None or _OF_CLASS.fullmatch(number) is not None
