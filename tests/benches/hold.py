"""A leaked key: how soon it opens nothing, and how soon everything it has sent since a moment counts no longer.

What it sent came in whole batches and in small ones, of people with several records each, beside another key of the
same platform whose records must count on. A worker of the portal does the work: the page rings for it, and the clock's
rounds come as they come; what is released again waits for the clock alone. Ends with 1 when a bound does not hold or
the ledger no longer agrees with itself.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Employment, Professional, User
from ceportal.kernel.models import Job
from ceportal.kernel.web.bell import ring
from credits.enums import ClaimState, Door
from credits.models import Claim
from credits.selectors.holding import RULE_HELD, Asked
from credits.selectors.reconciliation import mismatches
from credits.services.batches import post_batch
from credits.services.holding_jobs import revoke_and_hold, rule_on_held
from credits.services.weighing import Speaker
from tests import factories as make
from tests.benches.uploads import bound
from tests.credits import factories as make_credits
from tests.credits.machines import HOURS, Machine
from tests.credits.platforms import platform, recognise
from tests.credits.rosters import crowd
from tests.databases.fixtures import point_celery_at
from tests.databases.servers import Broker
from tests.machine import machine
from tests.portals import until

ENTRIES, REVOKED_WITHIN, HELD_WITHIN = 100_000, 1.0, 60.0
# A tenth of the entries come in batches of so few.
_EACH, _WHOLE, _FEW, _HONEST = 10, 1_000, 10, 1_000
RING = "credits.work_on_held"
Record = dict[str, Any]


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(count: int = ENTRIES) -> int:
    """`count` is how many entries the key has made."""
    say(machine(), connection.vendor, count, "entries")
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    leaked, honest, officer = _begun(count)
    since = timezone.now()
    made = _posted(leaked, honest, count)
    say(f"{made} batches posted in {(timezone.now() - since).total_seconds():.0f} s")
    with _worker():
        _warm(officer)
        return _measured(leaked, since, officer, count)


def _measured(leaked: Machine, since: datetime, officer: User, count: int) -> int:
    job, revoked, rung_at = _revoked(leaked, since, officer)
    holds = [bound("revoked_seconds", revoked, REVOKED_WITHIN, is_most=True, unit="s")]
    waited, worked = _worked_off(job, rung_at)
    job.refresh_from_db()
    states = Claim.objects.filter(state=ClaimState.HELD).count(), Claim.objects.filter(state=ClaimState.LIVE).count()
    say(f"held {states[0]}, counting on {states[1]}; the job says {job.done} of {job.total}, {job.result}")
    say(f"begun {waited:.2f} s after the bell, worked {worked:.1f} s")
    held = waited + worked * ENTRIES / count
    holds.append(bound("held_seconds", held, HELD_WITHIN, is_most=True, unit="s"))
    say(f"ratio hold-entries-a-second {count / worked:.0f} needs {ENTRIES / HELD_WITHIN:.0f}")
    holds.append(states == (count, _HONEST))
    again = rule_on_held(Asked(), "release", reason="逐条核对无误", by=officer, now=timezone.now(), mark=str(job.ref))
    waited, worked = _worked_off(again)
    say(f"released again without the bell: waited {waited:.1f} s for the clock, worked {worked:.1f} s")
    wrong = len(list(mismatches())), Claim.objects.exclude(state=ClaimState.LIVE).count()
    say(f"the ledger disagrees with itself in {wrong[0]} places, {wrong[1]} claims do not count again")
    say(f"afterwards: {machine()}")
    return 0 if all(holds) and wrong == (0, 0) else 1


def _begun(count: int) -> tuple[Machine, Machine, User]:
    """A platform with two keys, an officer of the bureau, and people at work, ten records each."""
    year = timezone.localdate().year
    make_credits.rule_set(year_from=2016)
    leaked = Machine(platform(is_recognised=False))
    recognise(leaked.organization, year=year)
    bureau = make.organization("顺河回族区人社局", at=make.area("410203"), is_bureau=True)
    officer = make.give(make.user("县局经办人"), bureau, Duty.REVERSE_HOURS)
    employer = make.employer("开封市第一实验中学")
    _PEOPLE.extend(crowd(employer, max(count // _EACH, _HONEST)))
    keys = Professional.objects.values_list("pk", flat=True)
    jobs = (Employment(professional_id=pk, organization=employer, started_on=make.JOINED_ON) for pk in keys)
    Employment.objects.bulk_create(jobs, batch_size=5_000)
    return leaked, Machine(leaked.organization), officer


_PEOPLE: list[tuple[str, str]] = []


def _posted(leaked: Machine, honest: Machine, count: int) -> int:
    """As they come from the interface; gives how many batches the leaked key has sent."""
    batches = list(_batches(list(_records(count))))
    for batch in batches:
        _post(leaked, batch)
    other = [record | {"record_id": f"h-{n}"} for n, record in enumerate(_of_a_course(11, _HONEST))]
    _post(honest, other)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(batches)


def _post(by: Machine, records: Sequence[Record]) -> None:
    speaker = Speaker(Door.PLATFORM, by.organization, by.client.client_id)
    answer = post_batch(records, speaker=speaker, digest="0" * 64, now=timezone.now(), client=by.client)
    assert answer["counts"]["accepted"] == len(records), answer["counts"]


def _records(count: int) -> Iterator[Record]:
    made = 0
    for course in range(_EACH + 1):
        for record in _of_a_course(course, min(count - made, len(_PEOPLE))):
            yield record | {"record_id": f"k-{made}"}
            made += 1


def _of_a_course(course: int, many: int) -> Iterator[Record]:
    """One of `many` people each: a day of its own, so that nobody learns too much in one."""
    day = date(timezone.localdate().year, 1, 2) + timedelta(days=course)
    for number, name in _PEOPLE[:many]:
        yield {
            "id_number": number, "name": name, "subject": "professional", "title": f"课程 {course}-{number[-4:]}",
            "hours": "2.0", "started_on": day.isoformat(), "completed_on": day.isoformat(),
        }  # fmt: skip


def _batches(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    few = len(records) // 10
    for at in range(0, few, _FEW):
        yield records[at : min(at + _FEW, few)]
    for at in range(few, len(records), _WHOLE):
        yield records[at : at + _WHOLE]


def _revoked(key: Machine, since: datetime, officer: User) -> tuple[Job, float, datetime]:
    """The job, the seconds until the interface no longer lets the key in, and when that began; rung as by the page."""
    assert key.get(HOURS).status_code == 200
    began, asked_at = time.monotonic(), timezone.now()
    job = revoke_and_hold(key.client, since=since, reason="密钥泄露", by=officer, now=asked_at)
    ring(RING)
    while key.get(HOURS).status_code != 401:
        time.sleep(0.01)
    return job, time.monotonic() - began, asked_at


@contextmanager
def _worker() -> Iterator[None]:
    """A broker and a worker of two processes, as the portal has them; this process rings that broker."""
    with tempfile.TemporaryDirectory(prefix="broker-") as folder:
        broker = Broker(Path(folder))
        broker.start()
        point_celery_at(broker.url)
        command = [sys.executable, "-B", "-m", "celery", "--quiet", "--app", "ceportal.celery", "worker"]
        worker = subprocess.Popen(
            [*command, "--concurrency", "2", "--loglevel", "ERROR"],
            env=os.environ | {"REDIS_URL": broker.url}, cwd=settings.BASE_DIR, start_new_session=True,
        )  # fmt: skip
        try:
            until(lambda: current_app.control.ping(timeout=1), "the worker did not start")
            yield
        finally:
            worker.terminate()
            worker.wait()
            broker.stop()


def _warm(officer: User) -> None:
    """A worker of a portal has done rounds before: this one takes up work for which nothing is to be done."""
    params = {"act": "release", "asked": asdict(Asked()), "mark": "none", "reason": "x", "after": 0, "last": 0}
    job = Job.objects.create(kind=RULE_HELD, params=params, owner_id=officer.pk, created_at=timezone.now())
    asked = time.monotonic()
    while Job.objects.get(pk=job.pk).finished_at is None:  # what is asked of it before it is there runs out
        assert time.monotonic() - asked < 300, "nobody heard the bell"
        ring(RING)
        time.sleep(3)


def _worked_off(job: Job, rung_at: datetime | None = None) -> tuple[float, float]:
    """By the worker, which the clock asks every round, the first one as late as it may come; `rung_at` says when it was
    asked before. Seconds until it began, and from then on.
    """
    start, asked = rung_at or timezone.now(), time.monotonic()
    while Job.objects.get(pk=job.pk).finished_at is None:
        if time.monotonic() - asked > settings.CLOCK_SECONDS:
            asked = time.monotonic()
            ring(RING)
        time.sleep(0.05)
    ended = timezone.now()
    job.refresh_from_db()
    began = datetime.fromisoformat(job.params["began_at"])
    return (began - start).total_seconds(), (ended - began).total_seconds()
