"""What killed writers leave behind is cleared away, and nothing that somebody still needs."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.file_shelf import put, sweep_shelf
from tests.kernel import zoo
from tests.kernel.keeping import files_kept, keep, path_of, place_of, shelf

pytestmark = pytest.mark.django_db


def sweep_all(days: float = 0) -> int:
    """As the clock does in the course of some hours: every folder once."""
    now = timezone.now() + timedelta(days=days)
    return sum(sweep_shelf(now=now + timedelta(minutes=minute)) for minute in range(256))


def left_half_written(name: str = "0123.part") -> Path:
    part = shelf() / "incoming" / name
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"half")
    return part


def test_a_half_written_file_goes_after_an_hour() -> None:
    part = left_half_written()
    assert sweep_shelf(now=timezone.now()) == 0
    assert part.exists()
    os.utime(part, (0, 0))
    assert sweep_shelf(now=timezone.now()) == 1
    assert not part.exists()


def test_bytes_that_no_row_knows_go_after_a_day(owner: User) -> None:
    stored = keep(zoo.pdf(), owner)
    put(b"orphan", "ab" + "0" * 62)
    other = shelf() / "ab" / "notes.txt"
    other.write_bytes(b"not ours")
    assert sweep_all() == 0
    assert sweep_all(days=2) == 1
    assert not place_of("ab" + "0" * 62).exists()
    assert sorted(files_kept()) == sorted([path_of(stored), other])


def test_bytes_that_a_scanner_condemned_go_too(owner: User) -> None:
    """Should they be there once more: their row stays, and says why they are not."""
    stored = keep(zoo.pdf(), owner)
    StoredFile.objects.update(state=FileState.INFECTED)
    assert sweep_all(days=2) == 1
    assert not path_of(stored).exists()
    assert StoredFile.objects.exists()


def test_nothing_to_sweep_is_no_fault() -> None:
    assert sweep_shelf(now=timezone.now()) == 0
