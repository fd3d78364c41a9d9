"""A backup holds every file and no key, comes back into an empty place alone, and what it held to send stays put."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional, TextMessage, User
from accounts.services.delivery import deliver_notices
from ceportal.office.rules.alarms import ringing
from ceportal.office.selectors.dead_letters import KINDS
from ceportal.office.services.backing_up import HELD, back_up, hold_outbox
from ceportal.office.services.clock import run_all
from ceportal.office.services.dead_letters import retry_dead_letters
from ceportal.office.services.figures import readings
from tests import factories as make
from tests.reviews.factories import submitted

pytestmark = pytest.mark.django_db


def _waiting() -> Notice:
    return Notice.objects.create(
        to=make.user(), event=NoticeEvent.values[0], key="x", text="x", created_at=timezone.now()
    )


def test_what_a_backup_held_to_send_waits_for_the_operators_word(operator: User) -> None:
    notice, now = _waiting(), timezone.now()
    assert hold_outbox(now=now) == 1
    assert hold_outbox(now=now) == 0
    assert deliver_notices(now=now) == 0
    (kind,) = [kind for kind in KINDS if kind.code == "notices"]
    assert [row.last_error for row in kind.dead()] == [HELD]
    assert retry_dead_letters(kind, by=operator, now=now) == 1
    assert deliver_notices(now=now) == 1
    notice.refresh_from_db()
    assert notice.sent_at


def test_without_holding_it_would_go_out_again() -> None:
    """Control of X24."""
    _waiting()
    assert deliver_notices(now=timezone.now()) == 1


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "naive"])
def test_what_the_clock_tells_anew_after_a_restore_waits_too(
    is_held: bool, declarant: Professional, employer_reviewer: User
) -> None:
    """The reminder of the day and what became overdue were sent between the backup and the loss.

    Its half `naive` is a control of X24.
    """
    submitted(declarant)
    late = datetime(2026, 11, 24, 1, tzinfo=UTC)
    if is_held:
        assert hold_outbox(now=late) > 0
    assert list(run_all(now=late))
    assert Notice.objects.filter(event=NoticeEvent.REVIEW_OVERDUE).exists()
    assert TextMessage.objects.filter(sent_at__isnull=False).exists() is not is_held


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="make drill does it with PostgreSQL")
def test_two_begun_in_one_second_are_two(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    made = [back_up(tmp_path / "backup", now=datetime(2026, 11, 24, 1, 59, 59, tzinfo=UTC)) for _ in range(2)]
    assert [each.name for each in made] == ["20261124T015959Z", "20261124T020000Z"]
    assert all((each / "whole").exists() for each in made)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="make drill does it with PostgreSQL")
def test_there_and_back(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    for name in (
        "files/ab/abcd",
        "certificates/ab/abcd.pdf",
        "audit/heads.txt",
        "keys/sealing_key",
        "files/incoming/x.part",
    ):
        (settings.DATA_DIR / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.DATA_DIR / name).write_text(name)
    with pytest.raises(CommandError, match="DATA_DIR"):
        call_command("backup", settings.DATA_DIR / "backup")
    call_command("backup", tmp_path / "backup")
    (made,) = [path for path in (tmp_path / "backup").iterdir() if path.name != "shelf"]
    kept = {str(path.relative_to(tmp_path / "backup")) for path in (tmp_path / "backup").rglob("*") if path.is_file()}
    assert kept == {
        "shelf/files/ab/abcd", "shelf/certificates/ab/abcd.pdf",
        f"{made.name}/heads.txt", f"{made.name}/portal.sqlite3", f"{made.name}/whole",
    }  # fmt: skip
    (settings.DATA_DIR / "files/ab/later").write_text("came between two backups")
    call_command("backup", tmp_path / "backup", files=True)
    assert (tmp_path / "backup/shelf/files/ab/later").exists()
    with pytest.raises(CommandError, match="空的地方"):
        call_command("restore", made)
    settings.DATA_DIR = tmp_path / "empty"
    call_command("restore", made)
    assert (settings.DATA_DIR / "certificates/ab/abcd.pdf").read_text() == "certificates/ab/abcd.pdf"
    assert (settings.DATA_DIR / "audit/heads.txt").read_text() == "audit/heads.txt"
    with closing(sqlite3.connect(settings.DATA_DIR / "portal.sqlite3")) as copy:
        tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert set(connection.introspection.table_names()) - tables == set()
    (made / "whole").unlink()
    settings.DATA_DIR = tmp_path / "another"
    with pytest.raises(CommandError, match="不是完整的备份"):
        call_command("restore", made)
    settings.DATA_DIR = tmp_path / "data"
    late = ringing(readings(now=timezone.now() + timedelta(hours=27)))
    assert "backup_old" in {each.alarm.code for each in late}
