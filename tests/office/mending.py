"""How the tests of tests/office/test_mending*.py put faults in, and mend them by the runbook's own words."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Professional, User
from ceportal.kernel.services import sealing_trail
from ceportal.office.rules.alarms import ringing
from ceportal.office.services.figures import readings
from tests.databases.servers import Broker
from tests.portals import ROOT


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

    @contextmanager
    def backups(self) -> Iterator[None]:
        """While this lasts the portal has a place for them, as its commands ask."""
        with self.patch.context() as patch:
            patch.setattr(settings, "BACKUP_DIR", str(self.folder / "backup"))
            yield


Fault = Callable[[Place], Iterator[timedelta | None]]
# What each makes ring: the code of the alarm, and its part.
FAULTS: dict[Fault, set[tuple[str, str]]] = {}
RUNBOOK = (ROOT / "docs" / "operations" / "runbook.md").read_text(encoding="utf-8")
NOTHING: Mapping[str, str] = MappingProxyType({})
POSTGRESQL_ALONE = {("part_silent", "log")}


def rings(code: str, part: str = "") -> Callable[[Fault], Fault]:
    """What follows is put in up to its `yield`, mended up to a second one (which may say how much later to look), and
    what it needed for that is put away after it.
    """

    def note(fault: Fault) -> Fault:
        FAULTS.setdefault(fault, set()).add((code, part))
        return fault

    return note


def told(later: timedelta = timedelta(0)) -> set[tuple[str, str]]:
    return {(each.alarm.code, each.part) for each in ringing(readings(now=timezone.now() + later))}


def must_say(code: str, words: str) -> None:
    (entry,) = [text for text in RUNBOOK.split("\n## ") if text.startswith(f"{code}\n")]
    assert words in entry.partition("**Mend.**")[2], f"the entry of {code} does not say {words}"


def run(code: str, command: str, given: Mapping[str, str] = NOTHING) -> None:
    """A command of manage.py as the entry has it, with `given` in the places of words that name files of a machine."""
    must_say(code, command)
    portal, *words = shlex.split(command)
    assert portal == "portal"
    call_command(*(given.get(word, word) for word in words), stdout=StringIO())


def start(code: str, unit: str) -> None:
    """`systemctl start` of a unit that runs a command of manage.py."""
    must_say(code, f"systemctl start {unit}")
    call_command(*arguments_of(unit).partition("manage.py ")[2].split(), stdout=StringIO())


def arguments_of(unit: str) -> str:
    text = (ROOT / "deploy" / "systemd" / f"{unit}.service").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    return line.removeprefix("ExecStart=")


def press(code: str, button: str, place: Place, path: str, **data: str) -> None:
    """A button of the operator's page that the entry names."""
    must_say(code, button)
    assert button in place.client.get("/operation/").content.decode()
    assert place.client.post(path, data).status_code == 302


def writing() -> Any:
    """Another connection to the same database, within a transaction that has written."""
    other: Any = connection.Database.connect(**connection.get_connection_params())  # type: ignore[attr-defined]
    other.cursor().execute("SELECT pg_current_xact_id()")
    return other


def look_anew() -> int:
    """How many others write. PostgreSQL shows one transaction, and a test is one, what it saw there at first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
    return len(sealing_trail._writers())
