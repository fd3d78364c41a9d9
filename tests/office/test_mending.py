"""Each fault put in, named by the operator's page with its part, and mended as docs/operations/runbook.md says: then
the alarm is gone.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional, User
from accounts.services.delivery import deliver_notices
from ceportal.celery import app
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, CalendarNotice, Heartbeat, Job
from ceportal.kernel.rules.maintenance import READ_ONLY, Maintenance
from ceportal.kernel.selectors.maintenance import maintenance_file
from ceportal.kernel.services.calendar import import_notice
from ceportal.kernel.services.file_shelf import put
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.services.trail import record
from ceportal.office.rules.alarms import ALARMS, ringing
from ceportal.office.rules.parts import PART_WORDS
from ceportal.office.selectors.checks import CHECK
from ceportal.office.selectors.health import CLOCK, QUEUE
from ceportal.office.services import backing_up, figures
from ceportal.office.services.checker import begin_check, check_books
from ceportal.office.services.figures import readings
from certificates.enums import SuspicionFinding
from certificates.models import Certificate, Suspicion
from certificates.services.sealing import key_file
from certificates.services.sheets import make_sheets
from certificates.services.suspicions import report_differences, rule_on
from tests import factories as make
from tests.certificates import factories as certificates
from tests.databases.servers import Broker
from tests.reviews.factories import stored_file

pytestmark = pytest.mark.django_db
LONG = timedelta(days=2)


@dataclass
class Place:
    """What the faults are put into."""

    client: Client
    operator: User
    person: Professional
    broker: Broker
    folder: Path
    patch: pytest.MonkeyPatch

    def queue(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.broker.socket))


Fault = Callable[[Place], Iterator[None]]
FAULTS: dict[tuple[str, str], Fault] = {}


def rings(code: str, part: str = "") -> Callable[[Fault], Fault]:
    """What follows is put in up to its `yield`, and mended after it."""

    def note(fault: Fault) -> Fault:
        FAULTS[code, part] = fault
        return fault

    return note


def told() -> set[tuple[str, str]]:
    return {(each.alarm.code, each.part) for each in ringing(readings(now=timezone.now()))}


def notice(**more: Any) -> Notice:
    more = {"created_at": timezone.now(), **more}
    return Notice.objects.create(to=make.user(), event=NoticeEvent.values[0], key=str(make.user().pk), text="x", **more)


def next_round() -> None:
    assert deliver_notices(now=timezone.now())


@rings("part_silent", "broker")
def broker_away(place: Place) -> Iterator[None]:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    yield
    settings.CELERY_BROKER_URL = place.broker.url


@rings("part_silent", "beat")
def no_round_comes(place: Place) -> Iterator[None]:
    Heartbeat.objects.filter(name=CLOCK).update(at=timezone.now() - LONG)
    yield
    app.tasks[CLOCK].apply()


@rings("part_silent", "worker")
def nobody_takes_what_waits(place: Place) -> Iterator[None]:
    Heartbeat.objects.filter(name=CLOCK).update(at=timezone.now() - LONG)
    with place.queue() as queue:
        queue.rpush(QUEUE, "a round")
        yield
        queue.lpop(QUEUE)
    app.tasks[CLOCK].apply()


@rings("part_silent", "log")
def nobody_receives_the_log(place: Place) -> Iterator[None]:
    place.patch.setattr(figures, "log_is_received", lambda: False)
    yield
    place.patch.setattr(figures, "log_is_received", lambda: True)


@rings("job_late", "kernel.seal_trail")
def one_job_fails(place: Place) -> Iterator[None]:
    Heartbeat.objects.create(name="kernel.seal_trail", at=timezone.now() - LONG)
    yield
    app.tasks["kernel.seal_trail"].apply()


@rings("outbox_old", "notices")
def messages_wait(place: Place) -> Iterator[None]:
    notice(created_at=timezone.now() - timedelta(hours=1))
    yield
    next_round()


@rings("work_old", "jobs")
def a_task_is_old(place: Place) -> Iterator[None]:
    job = begin_check(by=None, now=timezone.now())
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - LONG)
    yield
    check_books(now=timezone.now())


@rings("delivery_failing", "notices")
def nothing_can_be_sent(place: Place) -> Iterator[None]:
    for _ in range(21):
        notice(last_error="OSError")
    yield
    next_round()


@rings("claims_expired", "notices")
def a_worker_died(place: Place) -> Iterator[None]:
    notice(attempts=1, claimed_until=timezone.now() - timedelta(minutes=6))
    yield
    next_round()


@rings("dead_letters", "notices")
def put_aside(place: Place) -> Iterator[None]:
    notice(attempts=MAX_ATTEMPTS, last_error="OSError")
    yield
    assert place.client.post("/operation/retry/", {"kind": "notices"}).status_code == 302
    next_round()


@rings("queue_long")
def rounds_pile_up(place: Place) -> Iterator[None]:
    with place.queue() as queue:
        queue.rpush(QUEUE, *["a round"] * 1001)
        yield
        queue.delete(QUEUE)


@rings("disk_filling")
def disk_nearly_full(place: Place) -> Iterator[None]:
    usage = shutil._ntuple_diskusage  # type: ignore[attr-defined]
    place.patch.setattr(shutil, "disk_usage", lambda path: usage(100, 90, 10))
    yield
    place.patch.setattr(shutil, "disk_usage", lambda path: usage(200, 90, 110))


@rings("slow_queries")
def queries_take_long(place: Place) -> Iterator[None]:
    settings.SLOW_QUERY_MS = -1
    with connection.cursor() as cursor:
        for _ in range(51):
            cursor.execute("SELECT 1")
    settings.SLOW_QUERY_MS = 10_000
    yield
    an_hour_later = timezone.now() + timedelta(hours=1, minutes=1)
    assert "slow_queries" not in {each.alarm.code for each in ringing(readings(now=an_hour_later))}
    shutil.rmtree(settings.DATA_DIR / "slow-queries")


@rings("trail_unsealed")
def nothing_is_sealed(place: Place) -> Iterator[None]:
    seal_trail(now=timezone.now())
    record("user.look", place.operator, by=None, now=timezone.now() - LONG)
    yield
    assert seal_trail(now=timezone.now())


@rings("books_differ", "check.file")
def a_file_is_lost(place: Place) -> Iterator[None]:
    stored = stored_file(place.operator, b"kept in the backup")
    begin_check(by=place.operator, now=timezone.now())
    check_books(now=timezone.now())
    yield
    put(b"kept in the backup", stored.shown_digest)
    assert place.client.post("/operation/check/").status_code == 302
    check_books(now=timezone.now())


@rings("check_late")
def no_check_ended(place: Place) -> Iterator[None]:
    Job.objects.filter(kind=CHECK, state=JobState.DONE).update(finished_at=timezone.now() - LONG)
    yield
    assert place.client.post("/operation/check/").status_code == 302
    check_books(now=timezone.now())


@rings("backup_old")
def no_backup(place: Place) -> Iterator[None]:
    Heartbeat.objects.create(name=backing_up.SIGN, at=timezone.now() - LONG)
    yield
    place.patch.setattr(backing_up, "_copy_database", lambda made: None)
    call_command("backup", str(place.folder / "backup"))


@rings("sheets_wait", "certificates")
def no_key(place: Place) -> Iterator[None]:
    kept = key_file().read_bytes()
    key_file().unlink()
    certificates.promised(place.person, now=timezone.now())
    assert make_sheets(now=timezone.now()) == 0
    yield
    key_file().write_bytes(kept)
    assert make_sheets(now=timezone.now()) == 1


# Of the same fault.
FAULTS["signing_key_ends", ""] = no_key


@rings("record_differs")
def a_row_was_rewritten(place: Place) -> Iterator[None]:
    row = Certificate.objects.filter(issued_at__isnull=False)
    one = row.get()
    row.update(year=2024)
    report_differences([one], now=timezone.now())
    yield
    row.update(year=one.year)
    rule_on(Suspicion.objects.get(), finding=SuspicionFinding.SOUND, because="已从备份恢复", by=place.operator,
            now=timezone.now())  # fmt: skip


@rings("maintenance_lasts")
def left_closed(place: Place) -> Iterator[None]:
    since = timezone.now() - timedelta(hours=5)
    maintenance_file().write_text(Maintenance(READ_ONLY, since).written(), encoding="utf-8")
    yield
    call_command("maintenance", "off")


@rings("calendar_ends")
def no_holidays_known(place: Place) -> Iterator[None]:
    year = timezone.localdate().year
    CalendarNotice.objects.update(year=year - 1)
    yield
    import_notice(year + 1, rest=[date(year + 1, 1, 1)], document="国务院办公厅通知", now=timezone.now())


def test_every_alarm_has_its_fault() -> None:
    assert {code for code, _ in FAULTS} == {alarm.code for alarm in ALARMS}


def test_each_fault_is_named_and_the_runbooks_entry_mends_it(
    whole: None, operator: User, declarant: Professional, client: Client, broker: Broker, tmp_path_factory: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    app.loader.import_default_modules()
    client.force_login(operator)
    place = Place(client, operator, declarant, broker, tmp_path_factory.mktemp("apart"), monkeypatch)
    for fault in dict.fromkeys(FAULTS.values()):
        expected = {named for named, one in FAULTS.items() if one is fault}
        course = fault(place)
        next(course)
        assert told() == expected, fault
        page = client.get("/operation/").content.decode()
        for code, part in expected:
            assert f"<code>{code}</code>" in page
            assert PART_WORDS.get(part, "") in page
        next(course, None)
        assert told() == set(), f"{fault} was not mended"
    assert "一切正常" in client.get("/operation/").content.decode()
