"""The locks of SQLite on the test database outlive whoever looks at its files."""

import os
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from tests.databases.locks import OpenedBeside, content_of

pytestmark = pytest.mark.django_db(transaction=True)


def on_shared_memory() -> list[str]:
    """What this process holds on the index that all processes share, as the kernel counts it."""
    shared = Path(f"{connection.settings_dict['NAME']}-shm").stat().st_ino
    held = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return [words[3] for words in held if words[4] == str(os.getpid()) and words[5].endswith(f":{shared}")]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a server that holds its locks")
def test_whoever_opens_a_file_of_the_database_fails() -> None:
    assert not User.objects.exists()
    assert on_shared_memory()
    for ending in ("", "-shm", "-wal"):
        with pytest.raises(OpenedBeside):
            Path(f"{connection.settings_dict['NAME']}{ending}").read_bytes()
    assert on_shared_memory(), "none was opened"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a server that holds its locks")
def test_another_process_reads_it_without_harm() -> None:
    assert not User.objects.exists()
    assert content_of(Path(connection.settings_dict["NAME"])).startswith(b"SQLite format 3")
    assert on_shared_memory()
