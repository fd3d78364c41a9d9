"""Whether a backup could be restored is found out before it has to be; old ones go, and nothing that is needed."""

import hashlib
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ceportal.office.services.backups_kept import check_backups, forget_old, last_checked

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
BYTES = b"a scan"
KEY = f"ab/{hashlib.sha256(BYTES).hexdigest()}"


def backup_of(day: int, folder: Path, *, is_whole: bool = True, log_from: str = "") -> Path:
    made = folder / f"202611{day:02d}T033000Z"
    made.mkdir(parents=True)
    if log_from:
        (made / "base").mkdir()
        label = f"START WAL LOCATION: 0/2000028 (file {log_from})\nCHECKPOINT LOCATION: 0/2000060\n"
        (made / "base" / "backup_label").write_text(label, encoding="ascii")
    else:
        with closing(sqlite3.connect(made / "portal.sqlite3")) as database, database:
            database.execute("CREATE TABLE a (b)")
            database.executemany("INSERT INTO a VALUES (?)", [("x" * 500,)] * 100)
    if is_whole:
        (made / "whole").touch()
    return made


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    for place in (settings.DATA_DIR / "files", tmp_path / "backup" / "shelf" / "files"):
        (place / KEY).parent.mkdir(parents=True)
        (place / KEY).write_bytes(BYTES)
    return tmp_path / "backup"


def test_a_whole_backup_is_said_to_be_one(folder: Path, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    backup_of(20, folder)
    settings.BACKUP_DIR = str(folder)
    assert last_checked() is None
    call_command("check_backups")
    assert "完整" in capsys.readouterr().out
    checked = last_checked()
    assert checked
    assert timezone.now() - checked < timedelta(minutes=1)


def test_none_at_all_or_nowhere(folder: Path, settings: Any) -> None:
    backup_of(20, folder, is_whole=False)
    with pytest.raises(CommandError, match="没有完整的备份"):
        call_command("check_backups", folder)
    settings.BACKUP_DIR = ""
    for command in ("backup", "check_backups"):
        with pytest.raises(CommandError, match="BACKUP_DIR"):
            call_command(command)


@pytest.mark.parametrize("harm", ["torn page", "no database", "changed file", "missing file"])
def test_whatever_a_restore_would_stumble_over_is_named(folder: Path, harm: str) -> None:
    made = backup_of(20, folder)
    database, file = made / "portal.sqlite3", folder / "shelf" / "files" / KEY
    later = folder.parent / "data" / "files" / KEY
    os_time = (datetime(2026, 11, 19, tzinfo=UTC).timestamp(),) * 2
    match harm:
        case "torn page":
            size = database.stat().st_size
            with database.open("r+b") as raw:
                raw.seek(size - 4096)
                raw.write(b"\xff" * 2048)
        case "no database":
            database.unlink()
        case "changed file":
            file.write_bytes(b"another scan")
        case "missing file":
            file.unlink()
            os.utime(later, os_time)
    (found,) = check_backups(folder, now=NOW)
    assert (KEY if "file" in harm else "portal.sqlite3" if "page" in harm else "没有数据库") in found
    assert last_checked() is None


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ([0xFE, 0xFF, 0x100], []),
        ([0xFE, 0x100], ["0000000100000000000000FF"]),
        ([0xFF, 0x100], ["0000000100000000000000FE"]),
        ([0xFD], ["0000000100000000000000FE"]),
        ([], ["0000000100000000000000FE"]),
    ],
    ids=["whole", "a hole", "begun too late", "ended before", "torn alone"],
)
def test_a_hole_in_the_log_since_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, there: list[int], missing: list[str]
) -> None:
    # Whether the copy itself is sound is PostgreSQL's to say; make drill asks it.
    monkeypatch.setattr("ceportal.office.services.backups_kept.shutil.which", lambda _: "/bin/true")
    made = backup_of(20, folder, log_from="0000000100000000000000FE")
    (made / "base" / "PG_VERSION").write_text("15\n", encoding="ascii")
    log = folder / "wal"
    log.mkdir()
    for number in there:
        with (log / f"00000001{number // 256:08X}{number % 256:08X}").open("wb") as file:
            file.truncate(16 * 2**20)
    (log / "00000002.history").touch()
    (log / "000000010000000000000001").touch()  # older, and torn: it says nothing of how long one is
    assert check_backups(folder, now=NOW) == [f"{log} 里缺少：{name}" for name in missing]
    assert (last_checked() is None) == bool(missing)


def test_a_log_that_is_kept_elsewhere_is_not_missed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ceportal.office.services.backups_kept.shutil.which", lambda _: "/bin/true")
    made = backup_of(20, folder, log_from="0000000100000000000000FE")
    (made / "base" / "PG_VERSION").write_text("15\n", encoding="ascii")
    assert check_backups(folder, now=NOW) == []
    (folder / "wal").mkdir()
    assert check_backups(folder, now=NOW) == []


def test_what_came_after_the_backup_is_not_missing_from_it(folder: Path) -> None:
    backup_of(20, folder)
    (folder / "shelf" / "files" / KEY).unlink()
    assert check_backups(folder, now=NOW) == []


def test_the_newest_stay_with_the_log_they_need(folder: Path) -> None:
    starts = {day: f"0000000100000000000000{day:02X}" for day in (16, 17, 18, 19)}
    made = {day: backup_of(day, folder, log_from=start) for day, start in starts.items()}
    made[15] = backup_of(15, folder, is_whole=False)
    made[21] = backup_of(21, folder, is_whole=False)
    log = folder / "wal"
    log.mkdir()
    for name in (*starts.values(), "000000020000000000000011", "00000002.history", "0000000100000000000000FF.partial"):
        (log / name).touch()
    forget_old(folder, keep=2, now=NOW)
    assert {path.name for path in folder.iterdir()} == {made[18].name, made[19].name, made[21].name, "shelf", "wal"}
    assert {path.name for path in log.iterdir()} == {
        starts[18], starts[19], "00000002.history", "0000000100000000000000FF.partial",
    }  # fmt: skip
    assert forget_old(folder, keep=2, now=NOW) == []


def test_by_the_command_the_one_just_made_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ceportal.office.services.backing_up._copy_database", lambda made: None)
    old = backup_of(1, folder)
    call_command("backup", folder, keep=1)
    assert not old.exists()
    assert len(list(folder.glob("*/whole"))) == 1
