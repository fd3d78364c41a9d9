"""A shelf in a folder of this machine."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

_INCOMING, _PART = "incoming", ".part"


def private(path: str, flags: int) -> int:
    """For `open`: a file for this user alone."""
    return os.open(path, flags, 0o600)


@dataclass(frozen=True)
class FolderShelf:
    """A folder; what is being written lies in `incoming` under a name of its own."""

    root: Path

    def path(self, key: str) -> Path:
        return self.root / key

    def has(self, key: str, *, size: int | None = None) -> bool:
        path = self.path(key)
        return path.exists() and size in {None, path.stat().st_size}

    def put(self, key: str, data: bytes) -> None:
        """A temporary file, synced, then renamed and synced: a crash leaves the whole or none."""
        path, part = self.path(key), self.root / _INCOMING / f"{uuid4().hex}{_PART}"
        try:
            for folder in (part.parent, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(part, "xb", opener=private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync_folder(path.parent)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def open(self, key: str) -> IO[bytes]:
        return self.path(key).open("rb")

    def drop(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def names(self, below: str = "", *, before: datetime | None = None) -> Iterator[str]:
        """Folder by folder: the files of one come one after the other."""
        folders = [below]
        while folders:
            folder = folders.pop()
            for entry in _entries(self.root / folder):
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif _is_ours(entry.name) and (before is None or _is_older(self.path(name), before)):
                    yield name

    def clear_half_written(self, *, before: datetime) -> int:
        """What writers that were killed left in `incoming`."""
        old = [path for path in (self.root / _INCOMING).glob(f"*{_PART}") if _is_older(path, before)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _is_ours(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(_PART)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except FileNotFoundError:
        return []


def _is_older(path: Path, before: datetime) -> bool:
    """Not what has just gone."""
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
