"""A database that takes no writes (X16), a disk that fails at each step of storing a file (X20), a clock that is set
back (X22). None of them needs a running portal.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.models import AuditEvent, Heartbeat, Job
from ceportal.kernel.selectors.trail_chain import last_seal, verify_trail
from ceportal.kernel.services.claims import claim
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from ceportal.office.selectors.checks import CHECK
from ceportal.office.selectors.health import CLOCK
from ceportal.office.services.figures import readings
from ceportal.office.views import errors
from tests import factories as make
from tests.portals import ROOT

DATA = b"a sheet of paper\n" * 4000
STORES = {
    "files": "from ceportal.kernel.services.file_shelf import put\nput(data, digest)",
    "certificates": "from certificates.services.shelf import put\nput(data)",
}
NAIVE = "path = folder / 'files' / 'sheet'\npath.parent.mkdir()\nfile = open(path, 'wb', 0)\nos.fsync(file.fileno())\n"
NAIVE += "file.write(data[:100])\nos.fsync(file.fileno())\nfile.write(data[100:])"
STEPS = ("fsync:{}:when=1", "fsync:{}:when=2", "rename:{}:when=1")


@contextmanager
def no_writes() -> Iterator[None]:
    """As on a file system that has become read-only, or a database that was told to take no writes."""
    on, off = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


@pytest.mark.django_db(transaction=True)
def test_without_writes_people_read_and_nothing_is_half_done(operator: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    events = AuditEvent.objects.count()
    with no_writes():
        assert client.get("/operation/").status_code == 200
        refused = client.post("/operation/check/")
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert "没有生效" in refused.content.decode()
    assert (Job.objects.count(), AuditEvent.objects.count()) == (0, events)
    assert client.post("/operation/check/").status_code == 302
    assert (Job.objects.count(), AuditEvent.objects.count()) == (1, events + 1)


@pytest.mark.django_db(transaction=True)
def test_without_writes_a_look_goes_unnoted_and_who_came_too_late_is_led_to_sign_in(operator: User) -> None:
    """The last click, the count of looks at a certificate, the end of a session: none is worth the page."""
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    now = timezone.now()
    held = Session.objects.get().session_data
    with no_writes():
        with time_machine.travel(now + timedelta(minutes=5)):
            assert client.get("/operation/").status_code == 200
            assert client.get("/home/").status_code == 302
        assert client.get("/v/unknown/").status_code == 404
        with time_machine.travel(now + timedelta(minutes=50)):
            assert client.get("/operation/", follow=True).status_code == 200
            assert client.get("/sign-in/").status_code == 200
    assert Session.objects.get().session_data == held
    Session.objects.all().delete()
    client.force_login(operator)
    held = Session.objects.get().session_data
    with no_writes(), time_machine.travel(now + timedelta(minutes=5)):
        assert client.post("/operation/check/").status_code == 503, "not a session that is gone"
    with time_machine.travel(now + timedelta(minutes=5)):
        assert client.get("/operation/").status_code == 200
    assert Session.objects.get().session_data != held
    with time_machine.travel(now + timedelta(minutes=50)):
        assert client.get("/operation/").status_code == 302
    assert not Session.objects.filter(session_data=held).exists()


@pytest.mark.django_db(transaction=True)
def test_negative_control_written_one_by_one_it_is_half_done_and_a_fault_of_ours(
    operator: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task stands, and nobody knows who asked for it; and without the words for it the visitor is told nothing."""
    events = AuditEvent.objects.count()
    Job.objects.create(kind=CHECK, created_at=timezone.now())
    with no_writes(), pytest.raises(DatabaseError):
        record("operation.check", operator, by=operator, now=timezone.now())
    assert (Job.objects.count(), AuditEvent.objects.count()) == (1, events)
    monkeypatch.setattr(errors, "is_away", lambda error: False)
    client = Client(raise_request_exception=False)
    client.force_login(operator)
    with no_writes():
        assert client.post("/operation/check/").status_code == 500


@pytest.mark.django_db
def test_a_clock_that_is_set_back_makes_no_age_negative_and_no_trail_wrong(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    now, before, subject = timezone.now(), timezone.now() - timedelta(hours=1), make.user()
    for moment in (now, before, now):
        record("user.look", subject, by=None, now=moment)
        seal_trail(now=moment)
    assert verify_trail(now=now).is_whole
    Heartbeat.objects.create(name=CLOCK, at=now)
    assert min(each.value for each in readings(now=before) if each.figure != "signing_key_left") >= 0
    job = Job.objects.create(kind="x", created_at=now)
    assert claim(Job.objects.filter(pk=job.pk), now=now)
    assert not claim(Job.objects.filter(pk=job.pk), now=before), "its lease is still another's"


@pytest.mark.django_db
def test_negative_control_who_goes_by_the_clock_counts_backwards_and_leaves_events_out(
    settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    now, before, subject = timezone.now(), timezone.now() - timedelta(hours=1), make.user()
    beat = Heartbeat.objects.create(name=CLOCK, at=now)
    assert (before - beat.at).total_seconds() < 0
    record("user.look", subject, by=None, now=now)
    seal_trail(now=now)
    record("user.look", subject, by=None, now=before)
    assert AuditEvent.objects.order_by("at").first() != AuditEvent.objects.order_by("pk").first()
    sealed = last_seal()
    assert sealed
    assert not AuditEvent.objects.filter(at__gt=sealed.sealed_at).exists(), "what a chain by time would seal next"
    assert seal_trail(now=before) == 1


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("harm", ["error=EIO", "signal=KILL"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("store", STORES)
def test_a_disk_that_fails_at_any_step_leaves_a_whole_file_or_none(
    tmp_path: Path, store: str, step: str, harm: str
) -> None:
    ended = put_under(tmp_path, STORES[store], step.format(harm))
    assert ended != 0, "the fault was not put in"
    stored = under_their_name(tmp_path)
    assert stored in ([], [DATA])
    assert put_under(tmp_path, STORES[store], None) == 0
    assert under_their_name(tmp_path) == [DATA]


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_negative_control_a_file_written_in_place_is_torn(tmp_path: Path) -> None:
    assert put_under(tmp_path, NAIVE, "fsync:signal=KILL:when=2") != 0
    assert under_their_name(tmp_path) == [DATA[:100]]


def put_under(folder: Path, words: str, fault: str | None) -> int:
    script = (
        "import django, hashlib, os, pathlib\ndjango.setup()\n"
        f"data = {DATA[:17]!r} * 4000\ndigest = hashlib.sha256(data).hexdigest()\n"
        f"folder = pathlib.Path({str(folder)!r})\n{words}"
    )
    command = [sys.executable, "-B", "-c", script]
    if fault:
        command = ["strace", "-f", "-o", os.devnull, "-e", f"inject={fault}", *command]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "ceportal.settings.test", "TEST_DATA_DIR": str(folder)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True).returncode


def under_their_name(folder: Path) -> list[bytes]:
    """What a reader would find: neither drafts nor parts."""
    names = {hashlib.sha256(DATA).hexdigest(), "sheet"}
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.stem in names]
