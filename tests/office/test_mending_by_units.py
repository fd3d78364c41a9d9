"""Where the runbook starts a worker or beat: by the very command of its unit, on the test's own database and broker.
What the process does ends the alarm.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, User
from ceportal.celery import app
from ceportal.kernel.models import Heartbeat
from ceportal.office.rules.alarms import ALARMS
from ceportal.office.rules.parts import PART_WORDS
from ceportal.office.selectors.health import CLOCK, messages_waiting
from tests import factories as make
from tests.databases import tables
from tests.databases.servers import Broker
from tests.office import test_mending, test_mending_books
from tests.office.mending import FAULTS, arguments_of, must_say, told
from tests.portals import ROOT, until

pytestmark = pytest.mark.django_db(transaction=True)
HERE = {("part_silent", "worker"), ("part_silent", "beat"), ("outbox_old", "notices"), ("claims_expired", "notices")}


class Machine:
    """Where the units are started: what ceportal.env would say, and a hand that ends them."""

    def __init__(self, folder: Path, broker: Broker, ending: ExitStack) -> None:
        self.folder, self.ending = folder, ending
        name = connection.settings_dict["NAME"]
        url = f"sqlite:///{name}" if connection.vendor == "sqlite" else tables.url_of(name)
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "ceportal.settings.dev", "DATA_DIR": str(folder), "DATABASE_URL": url,
            "REDIS_URL": broker.url, "SIGNING_KEY_FILE": str(folder / "signing.pem"), "CEPORTAL_DEMO": "0",
            "CEPORTAL_SEALING_KEY": "11" * 32, "CEPORTAL_INDEX_KEY": "22" * 32,
        }  # fmt: skip

    def start(self, unit: str, **settings: str) -> None:
        self.ending.enter_context(self._running(unit, settings))

    @contextmanager
    def _running(self, unit: str, settings: dict[str, str]) -> Iterator[None]:
        program, *words = arguments_of(unit).split()
        command = [str(Path(sys.executable).with_name(Path(program).name))]
        command += [word.replace("/var/lib/ceportal", str(self.folder)) for word in words]
        with (self.folder / f"{unit}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment | settings, stdout=log, stderr=log, start_new_session=True
            )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def said(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8")[-3000:] for path in self.folder.glob("ceportal-*.log"))


@pytest.fixture
def machine(whole: None, broker: Broker, tmp_path: Path) -> Iterator[Machine]:
    app.loader.import_default_modules()
    with ExitStack() as ending:
        yield Machine(tmp_path, broker, ending)


@pytest.fixture
def page(machine: Machine, operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def names(page: Client, code: str, part: str) -> None:
    assert told() == {(code, part)}
    shown = page.get("/operation/").content.decode()
    assert f"<code>{code}</code>" in shown
    assert PART_WORDS.get(part, "") in shown


def is_whole_again(page: Client, machine: Machine) -> None:
    until(lambda: not told(), lambda: f"{told()}\n{machine.said()}", 120)
    assert "一切正常" in page.get("/operation/").content.decode()


def a_round_was_an_hour_ago() -> None:
    Heartbeat.objects.filter(name=CLOCK).update(at=timezone.now() - timedelta(hours=1))


def waiting(**more: Any) -> Notice:
    to = make.user()
    return Notice.objects.create(to=to, event=NoticeEvent.values[0], key=str(to.pk), text="x", **more)


def test_a_worker_that_is_not_there_is_started(machine: Machine, page: Client) -> None:
    a_round_was_an_hour_ago()
    current_app.send_task(CLOCK)
    names(page, "part_silent", "worker")
    must_say("part_silent", "`systemctl restart` the part")
    machine.start("ceportal-worker")
    is_whole_again(page, machine)
    until(lambda: messages_waiting() == 0, machine.said)


def test_a_beat_that_is_not_there_is_started(machine: Machine, page: Client) -> None:
    """The worker does a round when it starts, and after that waits for beat alone."""
    a_round_was_an_hour_ago()
    machine.start("ceportal-worker")
    is_whole_again(page, machine)
    until(lambda: messages_waiting() == 0, machine.said)
    a_round_was_an_hour_ago()
    names(page, "part_silent", "beat")
    must_say("part_silent", "`systemctl restart` the part")
    machine.start("ceportal-beat")
    is_whole_again(page, machine)


def test_messages_that_nobody_tried_are_sent_by_more_processes(machine: Machine, page: Client) -> None:
    late = waiting(created_at=timezone.now() - timedelta(hours=1))
    names(page, "outbox_old", "notices")
    must_say("outbox_old", "`WORKER_PROCESSES` in `ceportal.env`, then `systemctl restart ceportal-worker`")
    machine.start("ceportal-worker", WORKER_PROCESSES="3")
    is_whole_again(page, machine)
    late.refresh_from_db()
    assert late.sent_at


def test_what_a_dead_worker_held_is_taken_up_by_the_next(machine: Machine, page: Client) -> None:
    ended = timezone.now() - timedelta(minutes=6)
    held = waiting(created_at=timezone.now() - timedelta(minutes=7), attempts=1, claimed_until=ended)
    names(page, "claims_expired", "notices")
    must_say("claims_expired", "`systemctl restart ceportal-worker`")
    machine.start("ceportal-worker")
    is_whole_again(page, machine)
    held.refresh_from_db()
    assert held.sent_at


def test_every_alarm_has_its_fault() -> None:
    """Those of the three files together."""
    assert test_mending.FAULTS is FAULTS
    put_in = set().union(*FAULTS.values(), HERE, test_mending_books.HERE)
    assert {code for code, _ in put_in} == {alarm.code for alarm in ALARMS}
