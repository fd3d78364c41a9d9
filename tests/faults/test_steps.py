"""EIO, or SIGKILL, at each file system call of whoever stores a file or seals the trail (X20), by strace.

The writer is a process of its own, held until strace looks at it, so that no call before its work is counted.
"""

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from ceportal.kernel.models import AuditEvent, AuditSeal
from ceportal.kernel.selectors.trail_chain import kept_heads, verify_trail
from ceportal.kernel.services import file_shelf, sealing_trail
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from certificates.services import shelf
from tests import factories as make

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
DATA = b"a sheet of paper\n" * 4000
DIGEST = hashlib.sha256(DATA).hexdigest()
STORES: dict[str, Callable[[], object]] = {
    "files": lambda: file_shelf.put(DATA, DIGEST),
    "certificates": lambda: shelf.put(DATA),
}
EIO, KILL = "error=EIO", "signal=KILL"
# What may go wrong on a disk. `sendto` speaks to PostgreSQL: before each of these the sealer may be killed.
ON_DISK = ("mkdir", "openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
TO_A_SERVER = "sendto"
_PR_SET_PTRACER, _ANYBODY = 0x59616D61, -1


def under(log: Path, act: Callable[[], object], *expressions: str) -> int:
    """Do `act` in a process of its own under strace; gives how that ended, as `os.waitpid` does (0: well)."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY)
            os.kill(os.getpid(), signal.SIGSTOP)
            act()
            ended = 0
        finally:
            os._exit(ended)
    os.waitpid(child, os.WUNTRACED)
    words = [word for expression in expressions for word in ("-e", expression)]
    command = ["strace", "-p", str(child), "-o", str(log), *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr
        said = strace.stderr.readline()
        os.kill(child, signal.SIGCONT)
        _, status = os.waitpid(child, 0)
        assert "attached" in said, said
    return status


def struck(log: Path, act: Callable[[], object], call: str, number: int, harm: str) -> tuple[bool, bool]:
    """Whether there was such a call to hit, and whether `act` ended as if all were well."""
    status = under(log, act, f"trace={call}", f"inject={call}:{harm}:when={number}")
    if harm == KILL:
        return os.WIFSIGNALED(status), status == 0
    return "INJECTED" in log.read_text(encoding="utf-8", errors="replace"), status == 0


def each_step(
    log: Path, act: Callable[[], object], calls: Sequence[tuple[str, str]], before: Callable[[], object]
) -> Iterator[tuple[str, bool]]:
    """Hit the first of each kind of call, then the second, and so on while there is one to hit. After each: which it
    was, and whether `act` ended as if all were well.
    """
    for call, harm in calls:
        for number in count(1):
            before()
            was_hit, is_well = struck(log, act, call, number, harm)
            if not was_hit:
                break
            yield call, is_well


def under_their_name(folder: Path) -> list[bytes]:
    """What a reader would find: neither drafts nor parts."""
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.stem in {DIGEST, "sheet"}]


@pytest.fixture
def own_data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="has no database")
@pytest.mark.parametrize("store", STORES)
def test_a_disk_that_fails_at_any_step_leaves_a_whole_file_or_none(store: str, own_data: Path, tmp_path: Path) -> None:
    """Who is told that it is stored finds it; who is not tries again."""
    act, hit = STORES[store], Counter[str]()
    calls = [(call, harm) for call in ON_DISK for harm in (EIO, KILL)]
    for call, is_well in each_step(tmp_path / "log", act, calls, lambda: shutil.rmtree(own_data, ignore_errors=True)):
        assert under_their_name(own_data) in ([[DATA]] if is_well else [[], [DATA]]), (call, hit)
        act()
        assert under_their_name(own_data) == [DATA], (call, hit)
        hit[call] += 1
    assert hit.keys() >= {"mkdir", "openat", "write", "fsync", "rename"}
    sys.stdout.write(f"{store}: {dict(hit)}\n")


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="has no database")
def test_negative_control_a_file_written_in_place_is_torn(own_data: Path, tmp_path: Path) -> None:
    own_data.mkdir()

    def act() -> None:
        with (own_data / "sheet").open("wb", buffering=0) as file:
            file.write(DATA[:100])
            os.fsync(file.fileno())
            file.write(DATA[100:])

    assert struck(tmp_path / "log", act, "fsync", 1, KILL) == (True, False)
    assert under_their_name(own_data) == [DATA[:100]]


def note_something() -> None:
    record("user.look", make.user(), by=None, now=timezone.now())


@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_a_sealer_that_fails_at_any_step_leaves_a_trail_that_proves_whole(own_data: Path, tmp_path: Path) -> None:
    """Right after it, and after the next round, in which everything is sealed and each head kept once."""
    note_something()
    round_of_the_clock()
    hit = Counter[str]()
    calls = [(call, harm) for call in ON_DISK for harm in (EIO, KILL)] + [(TO_A_SERVER, KILL)]
    for call, _ in each_step(tmp_path / "log", round_of_the_clock, calls, note_something):
        assert verify_trail(now=timezone.now()).is_whole, (call, hit)
        round_of_the_clock()
        verdict = verify_trail(now=timezone.now())
        assert (verdict.is_whole, verdict.unsealed) == (True, 0), (call, hit)
        assert sorted(kept_heads()) == list(range(1, AuditSeal.objects.count() + 1)), (call, hit)
        hit[call] += 1
    assert hit.keys() >= {"openat", "write", "fsync"}, "the file of heads"
    assert hit.keys() >= {TO_A_SERVER if connection.vendor == "postgresql" else "pwrite64"}, "the database"
    sys.stdout.write(f"{connection.vendor}: {dict(hit)}\n")


def round_of_the_clock() -> None:
    seal_trail(now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_sealer_killed_between_the_seal_and_its_head_is_gone_on_with(own_data: Path, tmp_path: Path) -> None:
    note_something()
    seal_trail(now=timezone.now())
    note_something()
    assert struck(tmp_path / "log", round_of_the_clock, "write", 1, KILL) == (True, False)
    assert (sorted(kept_heads()), AuditSeal.objects.count()) == ([1], 2)
    assert seal_trail(now=timezone.now()) == 0
    assert sorted(kept_heads()) == [1, 2]
    assert verify_trail(now=timezone.now()).is_whole


@pytest.mark.django_db(transaction=True)
def test_negative_control_a_head_kept_before_its_seal_is_of_a_seal_that_never_was(
    own_data: Path, tmp_path: Path
) -> None:
    """Killed before the COMMIT, the file names what the trail does not have: the next proof finds it cut."""
    note_something()
    (end,) = AuditEvent.objects.values_list("pk", flat=True)

    @transaction.atomic
    def act() -> None:
        sealing_trail._seal_next(end, now=timezone.now())
        sealing_trail._keep_heads()
        os.rename(settings.DATA_DIR, f"{settings.DATA_DIR}-gone")

    assert struck(tmp_path / "log", act, "rename", 1, KILL) == (True, False)
    assert not AuditSeal.objects.exists()
    assert not verify_trail(now=timezone.now() + timedelta(minutes=10)).is_whole
