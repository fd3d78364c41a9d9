"""PostgreSQL's log lies in segments of one size; their names count them: 8 hex digits of timeline, 16 of place."""

import re
from collections.abc import Iterable, Iterator

SEGMENT = re.compile(r"[0-9A-F]{24}(\.partial)?")
# A name goes on by one in its last eight digits until so many bytes are counted, then in the eight before them.
_ROUND = 2**32


def missing_segments(names: Iterable[str], *, first: str, size: int) -> list[str]:
    """Those that a restore from `first` on would not find: not among `names`, of whatever timeline, up to the newest.

    `first` is the segment at which a base backup begins; its timeline stands in the names given. `size` of one, in
    bytes. What `names` holds besides segments does not matter; a `.partial` one is the newest, still being written.
    """
    there = {_number(name, size) for name in names if SEGMENT.fullmatch(name)}
    begins = _number(first, size)
    return list(_names(sorted({*range(begins, max(there, default=begins) + 1), begins} - there), first[:8], size))


def _number(name: str, size: int) -> int:
    return int(name[8:16], 16) * (_ROUND // size) + int(name[16:24], 16)


def _names(numbers: Iterable[int], timeline: str, size: int) -> Iterator[str]:
    for number in numbers:
        above, below = divmod(number, _ROUND // size)
        yield f"{timeline}{above:08X}{below:08X}"
