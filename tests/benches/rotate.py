"""A rotation of both keys over many people, by a worker that is killed on the way, while they are looked for, sign in
and register. Prints rates and how look-ups fared; holds when none failed and nothing is left under the old keys.
"""

import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.enums import IdKind, TitleLevel
from accounts.fields import id_columns, id_indexes, phone_columns
from accounts.models import Area, Professional, User
from accounts.rules.registration import ID_TAKEN
from accounts.selectors.people import find_by_id_number
from accounts.selectors.safety import account_of
from accounts.services.people import register_person
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.selectors.rotation import last_rotation, told
from ceportal.office.services.key_rotation import OPEN
from ceportal.office.services.sealed_columns import LOOKED_UP, SEALED
from tests import factories as make
from tests.benches.uploads import bound, machine, p95

_BATCH, _KILLS = 5_000, 3
_FIRST_DAY = date(1950, 1, 1)
LEASE = "5"


def number_of(index: int) -> str:
    """The ID number of the person `index`: 300 a day from 1950 on."""
    return make.id_number("410203", _FIRST_DAY + timedelta(days=index // 300), index % 300)


def phone_of(index: int) -> str:
    return f"13{index:09d}"


def populate(count: int, area: Area) -> None:
    """All with one password, hashed once; the last of it is the same code that registers people."""
    password, now = make_password(make.PASSWORD), timezone.now()
    for start in range(0, count, _BATCH):
        users, people = [], []
        for index in range(start, min(start + _BATCH, count)):
            user = User(name="被找的人", password=password, joined_at=now)
            set_all(user, phone_columns(phone_of(index), ref=user.ref))
            person = Professional(user=user, name=user.name, area=area, approved_at=now)
            set_all(person, id_columns(number_of(index), ref=person.ref))
            users.append(user)
            people.append(person)
        User.objects.bulk_create(users)
        Professional.objects.bulk_create(people)


def set_all(row: User | Professional, columns: dict[str, object]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


@dataclass
class Probe:
    """Who looks for people all along, and what came of it. `under` counts the key each was found by."""

    count: int
    area: Area
    seconds: list[float] = field(default_factory=list)
    under: Counter[str] = field(default_factory=Counter)
    signed_in: int = 0
    registered: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)
    serial: Iterator[int] = field(default_factory=itertools.count)

    def look(self) -> None:
        index = random.randrange(self.count)
        began = time.monotonic()
        person, account = find_by_id_number(number_of(index)), account_of(phone_of(index))
        self.seconds.append((time.monotonic() - began) / 2)
        if person is None or account is None or person.user_id != account.pk:
            self.failures.append(f"person {index} was not found")
        else:
            self.under[f"key {id_indexes(number_of(index)).index(person.id_index) + 1} of the ring"] += 1

    def sign_in(self) -> None:
        if authenticate(None, login=number_of(random.randrange(self.count)), password=make.PASSWORD) is None:
            self.failures.append("somebody could not sign in")
        self.signed_in += 1

    def register(self) -> None:
        """Somebody new gets in; somebody who is there does not get in again."""
        index, serial = random.randrange(self.count), next(self.serial)
        self._apply(make.id_number("410225", serial=serial), serial)
        self.registered += 1
        try:
            self._apply(number_of(index), serial + 500_000)
            self.failures.append(f"person {index} registered twice")
        except Refused as refused:
            self.refused += ID_TAKEN in refused.reasons

    def _apply(self, number: str, serial: int) -> None:
        register_person(
            id_number=number, name="新来的人", phone=f"199{serial:08d}", password=make.PASSWORD, organization=None,
            area=self.area, title_series=None, title_level=TitleLevel.NONE, id_kind=IdKind.RESIDENT, now=timezone.now(),
        )  # fmt: skip


def worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-B", "manage.py", "rotate_keys", "work"]
    environment = os.environ | {"CLAIM_LEASE_SECONDS": LEASE}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env=environment)


def state() -> Job:
    job = last_rotation()
    if job is None:
        raise RuntimeError("there is no rotation")
    return job


def rotate(probe: Probe) -> tuple[float, float]:
    """Until it is done; gives the seconds of the re-sealing and of all of it."""
    began, sealed, kills, said = time.monotonic(), 0.0, 0, -1
    at_work = worker()
    try:
        for turn in itertools.count():
            job = state()
            if job.state not in OPEN:
                return sealed, time.monotonic() - began
            percent = job.done * 100 // job.total if job.total else 0
            if percent >= said + 5:
                said = percent
                sys.stdout.write(f"{time.monotonic() - began:7.1f} s  {told(job)}\n")
                sys.stdout.flush()
            if job.params["stage"] == "reseal" and "clean_since" not in job.params:
                sealed = time.monotonic() - began
            if kills < _KILLS and percent >= 12 * (kills + 1):
                at_work.send_signal(signal.SIGKILL)
                at_work.wait()
                kills += 1
                sys.stdout.write(f"{time.monotonic() - began:7.1f} s  kill -9 of the worker at {percent} %\n")
                at_work = worker()
            ask(probe, turn)
    finally:
        at_work.kill()
        at_work.wait()
    raise AssertionError


def ask(probe: Probe, turn: int) -> None:
    try:
        probe.look()
        if turn % 20 == 0:
            probe.sign_in()
        if turn % 40 == 0:
            probe.register()
    except OperationalError as error:
        probe.failures.append(f"the database: {error}")
    time.sleep(0.05)


def main(count: int = 1_000_000) -> int:
    """How the process ends: 1 when somebody was not found, or something is left under the old keys."""
    sys.stdout.write(f"machine: {machine()}; {connection.vendor}; {count} people\n")
    make.bureau("410203")
    area, began = make.area("410203"), time.monotonic()
    populate(count, area)
    sys.stdout.write(f"{count} people entered in {time.monotonic() - began:.0f} s\n")
    probe = Probe(count, area)
    for _ in range(200):
        probe.look()
    before, probe.seconds, probe.under = p95(probe.seconds), [], Counter()
    call_command("rotate_keys", "begin", verbosity=0)
    sealed, whole = rotate(probe)
    call_command("rotate_keys", "end")
    for _ in range(200):
        probe.look()
    sys.stdout.write(f"{told(state())}\n")
    sys.stdout.write(
        f"re-sealed and indexed: {2 * count} rows in {sealed:.0f} s, {2 * count / sealed:.0f} rows/s; "
        f"with settling and the old index gone: {whole:.0f} s\n"
        f"look-ups meanwhile: {len(probe.seconds)}, median {statistics.median(probe.seconds) * 1000:.1f} ms, "
        f"p95 {p95(probe.seconds) * 1000:.1f} ms (before: {before * 1000:.1f} ms), "
        f"found by {dict(probe.under)}; signed in {probe.signed_in}, registered {probe.registered}, "
        f"refused as known {probe.refused}; kills of the worker {_KILLS}\n"
    )
    for failure in probe.failures[:10]:
        sys.stdout.write(f"failure: {failure}\n")
    left = sum(column.under_another_key().count() for column in SEALED)
    left += sum(column.apart().count() for column in LOOKED_UP)
    holds = bound("look-ups, sign-ins and registrations that failed", len(probe.failures), 0, is_most=True, unit="")
    holds = bound("rows left under the old keys", left, 0, is_most=True, unit="") and holds
    return 0 if holds and probe.refused == probe.registered else 1
