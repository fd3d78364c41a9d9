"""Each fault put in, named by the operator's page with its part, and mended as docs/operations/runbook.md says: then
the alarm is gone.

Commands are those of the entry itself, read from it; so are the buttons of the page and the services of deploy/systemd
that it starts. Where the entry starts a worker or beat: test_mending_by_units.py; what the checker finds and a row that
was rewritten: test_mending_books.py. docs/operations/faults.md says what of it is made up.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional, User
from accounts.selectors.people import employer_of
from accounts.services.delivery import deliver_notices
from accounts.services.notices import tell
from ceportal.celery import app
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, CalendarNotice, Heartbeat, Job
from ceportal.kernel.rules.maintenance import READ_ONLY, Maintenance
from ceportal.kernel.selectors.maintenance import maintenance_file
from ceportal.kernel.services import answers, sealing_trail
from ceportal.kernel.services.answers import count_answer
from ceportal.kernel.services.calendar import import_notice
from ceportal.kernel.services.file_shelf import put
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from ceportal.office.rules.parts import PART_WORDS
from ceportal.office.selectors import backup_log
from ceportal.office.selectors.backup_log import log_is_received
from ceportal.office.selectors.checks import CHECK
from ceportal.office.selectors.health import QUEUE
from ceportal.office.services import backing_up
from ceportal.office.services.checker import begin_check, check_books
from ceportal.office.services.readiness_outside import texts
from certificates.documents.assets import OWN_FOLDER
from certificates.services.drawing import drawer
from certificates.services.sealing import key_file
from certificates.services.sheets import make_sheets
from tests import factories as make
from tests.accounts.sms_server import TOKEN, Gateway
from tests.certificates import factories as certificates
from tests.certificates.fonts import font_file
from tests.databases.servers import Broker, postgresql_binaries
from tests.kernel.tls import certificate_for
from tests.office.mending import (
    FAULTS,
    POSTGRESQL_ALONE,
    Place,
    arguments_of,
    look_anew,
    must_say,
    press,
    rings,
    run,
    start,
    told,
    writing,
)
from tests.portals import until
from tests.reviews.factories import stored_file

pytestmark = pytest.mark.django_db
LONG = timedelta(days=2)


def notice(**more: Any) -> Notice:
    more = {"created_at": timezone.now(), **more}
    return Notice.objects.create(to=make.user(), event=NoticeEvent.values[0], key=str(make.user().pk), text="x", **more)


def next_round() -> None:
    assert deliver_notices(now=timezone.now())


@rings("part_silent", "broker")
def broker_away(place: Place) -> Iterator[None]:
    place.broker.stop()
    yield
    must_say("part_silent", "`systemctl restart` the part")
    place.broker.start()


@rings("part_silent", "log")
def nobody_receives_the_log(place: Place) -> Iterator[None]:
    """A slot of its own: others look at this server meanwhile."""
    slot = f"mending_{os.getpid()}"
    place.patch.setattr(backup_log, "SLOT", slot)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_create_physical_replication_slot(%s, true)", [slot])
    yield
    must_say("part_silent", "When the log is not received")
    known = connection.get_connection_params()
    words = arguments_of("ceportal-wal").split()
    words[0] = str(postgresql_binaries() / Path(words[0]).name)
    for option, value in {"--slot": slot, "--directory": str(place.folder)}.items():
        words[words.index(option) + 1] = value
    # As the unit's Environment= and wal.env say it.
    there = os.environ | {"PGHOST": str(known["host"]), "PGUSER": str(known["user"])}
    receiver = subprocess.Popen(words, env=there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(log_is_received, "nobody receives the log")
        yield
    finally:
        receiver.terminate()
        receiver.wait()
        until(lambda: not log_is_received(), "the receiver does not end")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_drop_replication_slot(%s)", [slot])


@rings("job_late", "kernel.seal_trail")
def one_job_fails(place: Place) -> Iterator[None]:
    """A file lies where the trail's folder belongs."""
    Heartbeat.objects.create(name="kernel.seal_trail", at=timezone.now() - LONG)
    record("user.look", place.operator, by=None, now=timezone.now())
    (settings.DATA_DIR / "audit").touch()
    assert app.tasks["kernel.seal_trail"].apply().failed()
    yield
    must_say("job_late", "The cause")
    (settings.DATA_DIR / "audit").unlink()
    assert app.tasks["kernel.seal_trail"].apply().successful()


@rings("work_old", "jobs")
def a_task_is_old(place: Place) -> Iterator[None]:
    job = begin_check(by=None, now=timezone.now())
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - LONG)
    yield
    must_say("work_old", "go on by themselves")
    check_books(now=timezone.now())


@rings("delivery_failing", "texts")
def nothing_can_be_sent(place: Place) -> Iterator[None]:
    certificate = certificate_for("127.0.0.1", place.folder)
    place.patch.setenv("SSL_CERT_FILE", str(certificate))
    gateway = Gateway(certificate)
    gateway.status = 503
    given = {"SMS_GATEWAY": "http", "SMS_GATEWAY_URL": gateway.url, "SMS_GATEWAY_TOKEN": TOKEN}
    for name, value in {**given, "OUTGOING_NETWORKS": ["127.0.0.0/8"], "TEXT_HOURS": (0, 24)}.items():
        place.patch.setattr(settings, name, value)
    for number in range(21):
        tell([make.user()], NoticeEvent.REVIEW_OVERDUE, key=f"late:{number}", text="已超期。", now=timezone.now())
    next_round()
    yield
    (found,) = texts(timezone.now())
    assert found.is_missing, "doctor names the gateway"
    must_say("delivery_failing", "tried again by themselves")
    gateway.status = 200
    deliver_notices(now=timezone.now() + timedelta(minutes=3))
    assert len(gateway.carried) == 21
    yield
    gateway.close()
    place.patch.setattr(settings, "SMS_GATEWAY", "local")


@rings("dead_letters", "notices")
def put_aside(place: Place) -> Iterator[None]:
    notice(attempts=MAX_ATTEMPTS, last_error="OSError")
    yield
    press("dead_letters", "重试", place, "/operation/retry/", kind="notices")
    next_round()


@rings("queue_long")
def rounds_pile_up(place: Place) -> Iterator[None]:
    with place.queue() as queue:
        queue.rpush(QUEUE, *["a round"] * 1001)
        yield
        must_say("queue_long", "`redis-cli del celery`")
        queue.execute_command("del", "celery")


@rings("disk_filling", "disk.data")
def disk_nearly_full(place: Place) -> Iterator[None]:
    """The size of the disk is made up; what lies on it, and what goes elsewhere, is there."""
    kept, usage, size = shutil.disk_usage, shutil._ntuple_diskusage, 20_000_000  # type: ignore[attr-defined]

    def measured(path: object) -> Any:
        used = sum(file.stat().st_size for file in settings.DATA_DIR.rglob("*") if file.is_file())
        return usage(size, used, size - used)

    old = settings.DATA_DIR / "old-backup"
    old.write_bytes(b"x" * (size * 9 // 10))
    place.patch.setattr(shutil, "disk_usage", measured)
    yield
    must_say("disk_filling", "to another machine")
    shutil.move(old, place.folder / "another-machine")
    yield
    place.patch.setattr(shutil, "disk_usage", kept)


@rings("sent_away", "pages")
@rings("answers_slow", "pages")
def too_many_come(place: Place) -> Iterator[timedelta | None]:
    place.patch.setattr(answers, "GATHER_SECONDS", 0)
    place.patch.setattr(answers, "_gathered", answers._Gathered())
    # As many as the page's own answers to the tests before would not hide.
    for number in range(600):
        count_answer("/my-year/", 503 if number % 2 else 200, 0.1 if number % 2 else 1.5, now=timezone.now())
    yield None
    must_say("sent_away", "WEB_WORKERS")
    assert ("sent_away", "pages") in told(), "those of the minutes before are counted still"
    yield timedelta(minutes=6)
    # No part of the mending: the next faults are looked at by themselves.
    place.queue().delete(*place.queue().keys("answers:*"))  # type: ignore[misc]


@rings("slow_queries")
def queries_take_long(place: Place) -> Iterator[timedelta | None]:
    place.patch.setattr(settings, "SLOW_QUERY_MS", -1)
    with connection.cursor() as cursor:
        for _ in range(51):
            cursor.execute("SELECT 1")
    place.patch.setattr(settings, "SLOW_QUERY_MS", 10_000)
    yield None
    must_say("slow_queries", "ANALYZE TABLE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    assert ("slow_queries", "") in told(), "those of the hour before are counted still"
    yield timedelta(hours=1, minutes=1)
    # No part of the mending: the next faults are looked at by themselves.
    shutil.rmtree(settings.DATA_DIR / "slow-queries")


@rings("trail_unsealed")
def nothing_is_sealed(place: Place) -> Iterator[None]:
    """On PostgreSQL a writer that does not end; SQLite has one at a time, and there a round did not come."""
    seal_trail(now=timezone.now())
    record("user.look", place.operator, by=None, now=timezone.now() - LONG)
    writer = writing() if connection.vendor == "postgresql" else None
    if writer:
        place.patch.setattr(sealing_trail, "PATIENCE", 0.2)
        look_anew()
        assert seal_trail(now=timezone.now()) == 0
    yield
    must_say("trail_unsealed", "pg_terminate_backend(PID)")
    if writer:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [writer.info.backend_pid])
        writer.close()
        until(lambda: look_anew() == 0, "the writer does not end")
    assert seal_trail(now=timezone.now())
    run("trail_unsealed", "portal verify_audit")


@rings("books_differ", "check.file")
def a_file_is_lost(place: Place) -> Iterator[None]:
    stored = stored_file(place.operator, b"kept in the backup")
    put(b"kept in the backup", stored.shown_digest)
    with place.backups():
        call_command("backup", "--files", stdout=StringIO())
    (settings.DATA_DIR / "files" / stored.shown_digest[:2] / stored.shown_digest).unlink()
    begin_check(by=place.operator, now=timezone.now())
    check_books(now=timezone.now())
    yield
    with place.backups():
        run("books_differ", "portal restore --files")
    press("books_differ", "现在核对", place, "/operation/check/")
    check_books(now=timezone.now())


@rings("check_late")
def no_check_ended(place: Place) -> Iterator[None]:
    Job.objects.filter(kind=CHECK, state=JobState.DONE).update(finished_at=timezone.now() - LONG)
    yield
    press("check_late", "现在核对", place, "/operation/check/")
    check_books(now=timezone.now())


@rings("backup_old")
def no_backup(place: Place) -> Iterator[None]:
    """PostgreSQL's own copy is left out: the server is shared by all tests (`make drill` takes and restores one)."""
    Heartbeat.objects.create(name=backing_up.SIGN, at=timezone.now() - LONG)
    yield
    if connection.vendor == "postgresql":
        place.patch.setattr(backing_up, "_copy_database", lambda made: None)
    with place.backups():
        start("backup_old", "ceportal-backup")
        if connection.vendor == "sqlite":
            start("backup_old", "ceportal-backup-check")


@rings("signing_key_ends")
@rings("sheets_wait", "certificates")
def no_key(place: Place) -> Iterator[None]:
    kept = key_file().rename(place.folder / "kept.pem")
    certificates.promised(place.person, now=timezone.now())
    assert make_sheets(now=timezone.now()) == 0
    yield
    must_say("sheets_wait", "see signing_key_ends")
    new = "/etc/ceportal/secrets/signing_key.new"
    run("signing_key_ends", f"portal replace_signing_key --with {new}", {new: str(kept)})
    assert make_sheets(now=timezone.now()) == 1


@rings("sheets_wait", "certificates")
def a_character_no_font_has(place: Place) -> Iterator[None]:
    place.patch.setenv("TEST_DATA_DIR", str(settings.DATA_DIR))
    drawer.end()
    certificates.promised(make.professional("王\U00030edd", works_at=employer_of(place.person)), now=timezone.now())
    assert make_sheets(now=timezone.now()) == 0
    assert "U+30EDD" in place.client.get("/operation/").content.decode()
    yield
    must_say("sheets_wait", "DATA_DIR/fonts")
    assert make_sheets(now=timezone.now() + timedelta(hours=1)) == 0, "nothing but the font mends it"
    (settings.DATA_DIR / OWN_FOLDER).mkdir()
    font_file(settings.DATA_DIR / OWN_FOLDER / "rare.ttf", "\U00030edd")
    assert make_sheets(now=timezone.now() + timedelta(hours=3)) == 1
    yield
    place.patch.delenv("TEST_DATA_DIR")
    drawer.end()


@rings("maintenance_lasts")
def left_closed(place: Place) -> Iterator[None]:
    since = timezone.now() - timedelta(hours=5)
    maintenance_file().write_text(Maintenance(READ_ONLY, since).written(), encoding="utf-8")
    yield
    run("maintenance_lasts", "portal maintenance off")


@rings("calendar_ends")
def no_holidays_known(place: Place) -> Iterator[None]:
    year = timezone.localdate().year
    CalendarNotice.objects.update(year=year - 1)
    yield
    must_say("calendar_ends", "Import the notice")
    import_notice(year + 1, rest=[date(year + 1, 1, 1)], document="国务院办公厅通知", now=timezone.now())


def test_each_fault_is_named_and_the_runbooks_entry_mends_it(
    whole: None, operator: User, declarant: Professional, client: Client, broker: Broker, tmp_path_factory: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    app.loader.import_default_modules()
    client.force_login(operator)
    place = Place(client, operator, declarant, broker, tmp_path_factory.mktemp("apart"), monkeypatch)
    for fault, expected in FAULTS.items():
        if connection.vendor == "sqlite" and expected & POSTGRESQL_ALONE:
            continue
        course = fault(place)
        next(course)
        assert told() == expected, fault
        page = client.get("/operation/").content.decode()
        for code, part in expected:
            assert f"<code>{code}</code>" in page
            assert PART_WORDS.get(part, "") in page
        if later := next(course, None):
            assert not told(later) & expected, f"{fault} was not mended"
        else:
            assert told() == set(), f"{fault} was not mended"
        next(course, None)
    assert "一切正常" in client.get("/operation/").content.decode()
