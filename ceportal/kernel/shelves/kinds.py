"""Where bytes lie under keys that are their digests: a folder of this machine, or a bucket of an S3-compatible store.

What lies under a key never changes, and lies there whole or not at all. A key is `<aa>/<digest>`, with an ending where
a kind of file has one. `FILES_BUCKET` says which of the two it is (docs/operations/install.md).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Protocol

SHELVES = ("files", "certificates")


class ShelfAway(OSError):
    """The store of files does not answer, or will not: nothing was kept, nothing is lost, come back."""


class Shelf(Protocol):
    def has(self, key: str, *, size: int | None = None) -> bool:
        """Whether something lies there; with `size`, of so many bytes."""

    def put(self, key: str, data: bytes) -> None:
        """All of it or nothing, for good when this returns. Raises `OSError` (ENOSPC where there is no room)."""

    def open(self, key: str) -> IO[bytes]:
        """For reading. Raises `FileNotFoundError`."""

    def drop(self, key: str) -> None:
        """Take it away; nothing there is no fault."""

    def names(self, below: str = "", *, before: datetime | None = None) -> Iterator[str]:
        """Of everything below a folder that nobody has touched since `before`."""

    def clear_half_written(self, *, before: datetime) -> int:
        """Remove what killed writers left. Gives how much."""


def read(shelf: Shelf, key: str) -> bytes:
    """Raises `FileNotFoundError`."""
    with shelf.open(key) as file:
        return file.read()
