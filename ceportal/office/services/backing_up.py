"""Backups: the database as of one moment, and every file its rows name; and what comes first after a restore.

A backup of `at` is `FOLDER/<at>` (database, heads of the trail) and `FOLDER/shelf` (files and certificates by their
digests, shared by all backups: bytes under a digest never change). Keys are never part of it; the certificates of keys
that sign or signed are, or what those keys signed would be nobody's (docs/decisions/0074). The order matters: heads
before the database, so that no head is ahead of it; files after it, so that no row lacks its bytes.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from psycopg2.extensions import make_dsn

from accounts.models import Notice, OneTimeCode, TextMessage
from ceportal.kernel.models import MAX_ATTEMPTS, Heartbeat, Job
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.shelves.folder import FolderShelf
from ceportal.kernel.shelves.kinds import SHELVES, Shelf, read
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.services.clock import JOBS
from certificates.services.sealing import keep_key_certificates, key_certificates

HEADS = "audit/heads.txt"
DATABASE = "portal.sqlite3"
BASE = "base"
# On the shelf of every backup, whatever kind of shelf the portal itself has.
KEY_CERTIFICATES = "key-certificates"
SIGN = "office.backup"
# What the clock leaves alone until everything that waits is held.
NOT_BEFORE_HELD = frozenset(
    {
        "accounts.deliver_notices", "accounts.send_codes", "kernel.scan_quarantined", "kernel.sweep",
        "certificates.make_sheets", "certificates.work_on_bundles", "office.make_exports", "office.erase_people",
        "office.check_books", "office.rotate_keys",
    }
)  # fmt: skip
# What stands on the operator's page of everything that may have been sent before the restore.
HELD = "恢复自备份，可能已经送出；核实后再重试"
# Of what the portal connects by: told by options or the environment, Django's own, and the one database.
_TOLD_OTHERWISE = frozenset(
    {"host", "port", "user", "password", "sslpassword", "cursor_factory", "client_encoding", "dbname"}
)


class CannotBackUp(Exception):
    """Says in words what is in the way."""


def back_up(folder: Path, *, now: datetime) -> Path:
    """Take a backup below `folder`, which must lie outside DATA_DIR; gives its own folder.

    Raises `CannotBackUp`. One that was broken off has no `whole`, and is none.
    """
    data = _data_apart_from(folder)
    made = _folder_of_its_own(folder, now)
    if (data / HEADS).exists():
        shutil.copyfile(data / HEADS, made / "heads.txt")
    _copy_database(made)
    copy_files(folder)
    (made / "whole").write_text(now.isoformat(), encoding="ascii")
    Heartbeat.objects.update_or_create(name=SIGN, defaults={"at": now})
    return made


def _folder_of_its_own(folder: Path, now: datetime) -> Path:
    """Named by the second it is begun in; beside one of the same second by the next that is free."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    at = now.astimezone(UTC)
    while True:
        made = folder / f"{at:%Y%m%dT%H%M%SZ}"
        try:
            made.mkdir(mode=0o700)
        except FileExistsError:
            at += timedelta(seconds=1)
        else:
            return made


def copy_files(folder: Path) -> None:
    """Files and certificates that are not on the shelf yet: often, so that a log that is replayed finds its files."""
    _data_apart_from(folder)
    for name in SHELVES:
        _copy_new(shelf_named(name), FolderShelf(folder / "shelf" / name))
    _copy_key_certificates(FolderShelf(folder / "shelf" / KEY_CERTIFICATES))


def _copy_key_certificates(shelf: FolderShelf) -> None:
    try:
        found = list(key_certificates())
    except OSError as error:
        raise CannotBackUp(f"读不到签名证书 {error.filename}（{error.strerror}），备份不完整。") from error
    for text in found:
        key = shelf_key(text)
        if not shelf.has(key):
            shelf.put(key, text)


def shelf_key(certificates: bytes) -> str:
    """Where the certificates of a signing key lie on the shelf of backups."""
    digest = hashlib.sha256(certificates).hexdigest()
    return f"{digest[:2]}/{digest}.pem"


def _data_apart_from(folder: Path) -> Path:
    data = Path(settings.DATA_DIR).resolve()
    if folder.resolve().is_relative_to(data):
        raise CannotBackUp("备份不能放在 DATA_DIR 里面：磁盘坏了会一起丢。")
    return data


def put_back(made: Path) -> None:
    """Bring a backup into an empty DATA_DIR. PostgreSQL's part is not done here (docs/operations/backup.md)."""
    data = Path(settings.DATA_DIR)
    if not (made / "whole").exists():
        raise CannotBackUp(f"{made} 不是完整的备份。")
    if any((data / name).exists() for name in (HEADS, DATABASE)) or any(map(_holds_something, SHELVES)):
        raise CannotBackUp(f"{data} 里已有数据，只能恢复到空的地方。")
    _bring_back_key_certificates(FolderShelf(made.parent / "shelf" / KEY_CERTIFICATES))
    for name in SHELVES:
        _copy_new(FolderShelf(made.parent / "shelf" / name), shelf_named(name))
    if (made / "heads.txt").exists():
        (data / HEADS).parent.mkdir(parents=True, mode=0o700)
        shutil.copyfile(made / "heads.txt", data / HEADS)
    if (made / DATABASE).exists():
        shutil.copyfile(made / DATABASE, data / DATABASE)


def _bring_back_key_certificates(shelf: FolderShelf) -> None:
    """An older backup has none. One that is torn would be in the way of every check: that is said first of all."""
    for key in shelf.names():
        text = read(shelf, key)
        if shelf_key(text) != key:
            raise CannotBackUp(f"{shelf.path(key)} 与摘要不符：请移开它再恢复，由它签名的证书将无法验证。")
        keep_key_certificates(text)


def hold_outbox(*, now: datetime) -> int:
    """Put aside everything that is still to be sent, before the clock runs: it may have been sent after the backup.

    So may be what the clock would tell anew in its first rounds (digests, reminders, what is overdue): it is told now,
    and put aside with the rest. All stands among the dead letters, and goes out when the operator says so. Gives how
    many.
    """
    try:
        _tell_what_is_due(now=now)
    finally:
        texts = Notice.objects.filter(sent_at__isnull=True), TextMessage.objects.filter(sent_at__isnull=True)
        codes = OneTimeCode.objects.filter(Q(code_sealed__isnull=False), used_at__isnull=True)
        held = {"attempts": MAX_ATTEMPTS, "last_error": HELD, "claimed_until": F("claimed_until")}
        count = sum(rows.filter(attempts__lt=MAX_ATTEMPTS).update(**held) for rows in (*texts, codes))
    return count


def _tell_what_is_due(*, now: datetime) -> None:
    """Rounds of the clock without what sends or makes something, until one leaves no message."""
    Job.objects.filter(state__in=OPEN).update(claimed_until=None)
    newest: int | None = -1
    while newest != (newest := Notice.objects.order_by("-pk").values_list("pk", flat=True).first()):
        for job in JOBS:
            if job.name not in NOT_BEFORE_HELD:
                job.run(now=now)


def _copy_database(made: Path) -> None:
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as source,
            closing(sqlite3.connect(made / DATABASE)) as copy,
        ):
            source.backup(copy)
        return
    copy_postgresql(connection.get_connection_params(), made / BASE)


def copy_postgresql(known: Mapping[str, object], target: Path) -> None:
    """By `pg_basebackup`, which is given all that the portal itself connects by: how TLS is checked, whose certificate.

    Where the server is, it is told by options: Debian's wrapper looks for them there. Raises `CannotBackUp`.
    """
    command = ["pg_basebackup", "--pgdata", str(target), "--wal-method", "stream", "--checkpoint", "fast"]
    for option, name in (("--host", "host"), ("--port", "port"), ("--username", "user")):
        if known.get(name):
            command += [option, str(known[name])]
    besides = {name: value for name, value in known.items() if name not in _TOLD_OTHERWISE}
    with _secrets_in_environment(known) as environment:
        command += ["--no-password", "--dbname", make_dsn(**besides)]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        raise CannotBackUp(f"pg_basebackup：{result.stderr.strip()}")


@contextmanager
def _secrets_in_environment(known: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """Arguments are read by everybody on the machine. For the password of a key libpq has no variable but a file."""
    given = dict(os.environ)
    if known.get("password"):
        given["PGPASSWORD"] = str(known["password"])
    with TemporaryDirectory(prefix="ceportal-backup-") as folder:
        if known.get("sslpassword"):
            service = Path(folder) / "service"
            service.write_text(f"[ceportal]\nsslpassword={known['sslpassword']}\n", encoding="utf-8")
            given |= {"PGSERVICEFILE": str(service), "PGSERVICE": "ceportal"}
        yield given


def _holds_something(name: str) -> bool:
    """A bucket may have outlived the rest: what lies there under a digest is what the backup has."""
    return not settings.FILES_BUCKET and next(shelf_named(name).names(), None) is not None


def _copy_new(source: Shelf, target: Shelf) -> None:
    """Each file whole or not at all; what is there already is left alone."""
    for folder, keys in groupby(source.names(), key=lambda key: key.rpartition("/")[0]):
        there = set(target.names(folder))
        for key in keys:
            if key in there:
                continue
            try:
                data = read(source, key)
            except FileNotFoundError:
                continue
            target.put(key, data)
