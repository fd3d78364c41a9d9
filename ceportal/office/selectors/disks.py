"""The disks that a portal fills: its own folder's, the backups', PostgreSQL's where it runs on this machine, others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

# Where Debian keeps clusters; the folder itself is closed to the portal, its disk is not.
POSTGRESQL = Path("/var/lib/postgresql")
_HERE = {"", "localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Place:
    """`code` is the part of a reading: `disk.data`, `disk.backup`, `disk.database`, or `disk.` and a folder."""

    code: str
    folder: Path


def named_places() -> Iterator[Place]:
    """All that are to be watched, whether they are there or not."""
    yield Place("disk.data", Path(settings.DATA_DIR))
    if settings.BACKUP_DIR:
        yield Place("disk.backup", Path(settings.BACKUP_DIR))
    if _database_is_here() and POSTGRESQL.exists():
        yield Place("disk.database", POSTGRESQL)
    for folder in settings.DISKS:
        yield Place(f"disk.{folder}", Path(folder))


def watched_places() -> list[Place]:
    """One for each disk: of several places on one disk the first. What is not there is `missing_places`."""
    found: dict[int, Place] = {}
    for place in named_places():
        if place.folder.exists():
            found.setdefault(place.folder.stat().st_dev, place)
    return list(found.values())


def missing_places() -> list[Place]:
    return [place for place in named_places() if not place.folder.exists()]


def _database_is_here() -> bool:
    host = str(connection.settings_dict["HOST"])
    return connection.vendor == "postgresql" and (host in _HERE or host.startswith("/"))
