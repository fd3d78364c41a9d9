"""The locks of SQLite on the test database outlive whoever looks at its files."""

import fcntl
import os
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from tests.databases.locks import OpenedBeside, content_of

pytestmark = pytest.mark.django_db(transaction=True)


def held_on(path: Path) -> list[str]:
    """The locks of this process, as the kernel counts them."""
    known = Path("/proc/locks").read_text(encoding="ascii").splitlines() if Path("/proc/locks").exists() else []
    held, file = [line.split() for line in known], path.stat().st_ino
    return [words[3] for words in held if words[4] == str(os.getpid()) and words[5].endswith(f":{file}")]


def on_shared_memory() -> list[str]:
    """Those on the index that all processes share."""
    return held_on(Path(f"{connection.settings_dict['NAME']}-shm"))


@pytest.fixture(autouse=True)
def kernel_tells(tmp_path: Path) -> None:
    """Some file systems show a file under another number than the kernel's list of locks does."""
    with (tmp_path / "tried").open("w") as tried:
        fcntl.lockf(tried, fcntl.LOCK_EX)
        if not held_on(tmp_path / "tried"):
            pytest.skip("the kernel does not tell here who holds which lock")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a server that holds its locks")
def test_whoever_opens_a_file_of_the_database_fails() -> None:
    assert not User.objects.exists()
    assert on_shared_memory()
    for ending in ("", "-shm", "-wal"):
        with pytest.raises(OpenedBeside):
            Path(f"{connection.settings_dict['NAME']}{ending}").read_bytes()
    assert on_shared_memory(), "none was opened"
    beside = Path(f"{connection.settings_dict['NAME']}.beside")
    beside.write_text("what is not the database's may be opened", encoding="ascii")
    beside.unlink()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a server that holds its locks")
def test_another_process_reads_it_without_harm() -> None:
    assert not User.objects.exists()
    assert content_of(Path(connection.settings_dict["NAME"])).startswith(b"SQLite format 3")
    assert on_shared_memory()
