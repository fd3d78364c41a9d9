"""What lies in a folder of backups: whether the newest could be restored, and which are old enough to go."""

import hashlib
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

from ceportal.kernel.models import Heartbeat
from ceportal.kernel.shelves.folder import FolderShelf
from ceportal.kernel.shelves.kinds import SHELVES
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.rules.log_segments import SEGMENT, missing_segments
from ceportal.office.services.backing_up import BASE, DATABASE, KEY_CERTIFICATES, shelf_key
from certificates.services.sealing import key_certificates

# Noted when the newest backup was looked through and nothing was wrong.
SIGN = "office.backup_checked"
# The archive of PostgreSQL's log, beside the backups: segments, histories, marks of backups.
LOG = "wal"
_START = re.compile(r"^START WAL LOCATION: .*\(file ([0-9A-F]{24})\)$", re.MULTILINE)
_USUAL_SIZE = 16 * 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_STAMP = "%Y%m%dT%H%M%SZ"
_MOST_TOLD = 20
# One that has no `whole` after this long was broken off.
_BROKEN_OFF = timedelta(days=1)


def check_backups(folder: Path, *, now: datetime) -> list[str]:
    """Read the newest backup below `folder` as a restore would need it; gives what is wrong, at most some of each kind.

    The database by its own means (`PRAGMA integrity_check`; `pg_verifybackup`, with the log a base backup needs), the
    log received since by whether a segment is missing, every file of the shelf by its digest, and every file, and every
    certificate of a signing key, that the portal had then by whether it is on the shelf.
    """
    whole = [made for made, _ in _made(folder) if (made / "whole").exists()]
    if not whole:
        return [f"{folder} 里没有完整的备份。"]
    found = [*_of_database(whole[-1]), *_of_log(folder / LOG, whole[-1]), *_of_shelves(folder, whole[-1])]
    if not found:
        Heartbeat.objects.update_or_create(name=SIGN, defaults={"at": now})
    return found


def forget_old(folder: Path, *, keep: int, now: datetime) -> list[Path]:
    """Remove all but the newest `keep` whole backups, those broken off a day ago and more, and what of the log only
    they needed. The shelf stays. Gives what was removed.
    """
    made = _made(folder)
    whole = [each for each, _ in made if (each / "whole").exists()]
    kept = whole[-keep:]
    old = [each for each, at in made if each not in kept and (each in whole or at < now - _BROKEN_OFF)]
    for each in old:
        # First the mark: half removed it is no backup.
        (each / "whole").unlink(missing_ok=True)
        shutil.rmtree(each)
    return [*old, *_forget_log(folder / LOG, kept)]


def _made(folder: Path) -> list[tuple[Path, datetime]]:
    """Each backup, whole or not, and when it was begun; the oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            found.append((path, datetime.strptime(path.name, _STAMP).replace(tzinfo=UTC)))
        except ValueError:
            continue
    return sorted(found, key=lambda each: each[1])


def _of_database(made: Path) -> Iterator[str]:
    if (made / BASE).exists():
        version = (made / BASE / "PG_VERSION").read_text(encoding="ascii").strip()
        program = shutil.which("pg_verifybackup") or f"/usr/lib/postgresql/{version}/bin/pg_verifybackup"
        done = subprocess.run([program, str(made / BASE)], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            yield f"{made / BASE}：{done.stderr.strip()[:500]}"
        return
    if not (made / DATABASE).exists():
        yield f"{made} 里没有数据库。"
        return
    try:
        with closing(sqlite3.connect(f"file:{made / DATABASE}?mode=ro&immutable=1", uri=True)) as copy:
            said = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        yield f"{made / DATABASE}：{'；'.join(said)}"


def _of_log(log: Path, made: Path) -> Iterator[str]:
    """A hole in what was received ends a restore there. A log that is kept elsewhere is not looked for."""
    segments = [path for path in log.iterdir() if SEGMENT.fullmatch(path.name)] if log.is_dir() else []
    if segments and (first := _start(made)):
        # One that is being written gets another name when it is full: those that are full say how long one is.
        size = max((path.stat().st_size for path in segments if not path.suffix), default=0) or _USUAL_SIZE
        missing = missing_segments([path.name for path in segments], first=first, size=size)
        yield from _some(iter(missing), f"{log} 里缺少")


def _start(made: Path) -> str:
    """The segment at which a base backup begins; empty where it is none."""
    label = made / BASE / "backup_label"
    found = _START.search(label.read_text(encoding="utf-8")) if label.exists() else None
    return found.group(1) if found else ""


def _of_shelves(folder: Path, made: Path) -> Iterator[str]:
    begun = datetime.strptime(made.name, _STAMP).replace(tzinfo=UTC)
    had = {name: shelf_named(name).names(before=begun) for name in SHELVES}
    had[KEY_CERTIFICATES] = (shelf_key(text) for text in key_certificates(before=begun))
    for name, keys in had.items():
        shelf = FolderShelf(folder / "shelf" / name)
        torn = (key for key in shelf.names() if not _is_itself(shelf, key))
        gone = (key for key in keys if not shelf.has(key))
        yield from _some(torn, f"{shelf.root} 里与摘要不符")
        yield from _some(gone, f"{shelf.root} 里缺少")


def _is_itself(shelf: FolderShelf, key: str) -> bool:
    """Whether the bytes are those of the digest they are called by; what is called otherwise is none of ours."""
    digest = Path(key).stem
    if not _DIGEST.fullmatch(digest):
        return True
    with shelf.path(key).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _some(keys: Iterator[str], what: str) -> Iterator[str]:
    found = list(keys)
    yield from (f"{what}：{key}" for key in found[:_MOST_TOLD])
    if len(found) > _MOST_TOLD:
        yield f"{what}：共 {len(found)} 个"


def _forget_log(log: Path, kept: list[Path]) -> Iterator[Path]:
    """Segments before the one at which the oldest kept base backup begins, of whatever timeline."""
    starts = [start[8:] for made in kept if (start := _start(made))]
    if not starts or not log.is_dir():
        return
    for path in sorted(log.iterdir()):
        if SEGMENT.fullmatch(path.name) and path.name[8:24] < min(starts):
            path.unlink(missing_ok=True)
            yield path


def last_checked() -> datetime | None:
    at = Heartbeat.objects.filter(name=SIGN).values_list("at", flat=True).first()
    return timezone.localtime(at) if at else None
