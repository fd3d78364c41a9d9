"""The naive ways (rule b of the fault tests): each fails where the portal's own test passes, so that the test shows
something. Those of races, kills, migrations and slow clients stand beside their tests.
"""

import json
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import permutations
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest
from celery import Celery
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Professional
from ceportal.kernel.models import MAX_ATTEMPTS, Job
from ceportal.kernel.rules.sheets import MOST_ROWS
from ceportal.kernel.services.claims import claim, unclaimed
from ceportal.supervise import Part
from certificates.documents.signing import examine
from certificates.models import Certificate
from certificates.services import issuing, shelf
from certificates.services.drawing import drawer
from certificates.services.sealing import make_signing_key, trusted_certificates
from credits.models import ChangedAccount
from credits.selectors.regulation import rule_book
from tests.certificates import factories as make
from tests.certificates.test_making import fault, mend
from tests.databases.servers import Broker
from tests.faults.naive import make_sheet
from tests.kernel.test_sheets import forged, many
from tests.kernel.test_working_days import PUBLISHED, oracle

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SHANGHAI_HOURS = timedelta(hours=8)
INSTANTS = 100_000


@pytest.mark.django_db
def test_x3_a_try_noted_after_it_failed_is_never_noted_by_who_was_killed() -> None:
    row = Job.objects.filter(pk=Job.objects.create(kind="x", created_at=NOW).pk)
    moments = [NOW + timedelta(hours=hours) for hours in range(3 * MAX_ATTEMPTS)]
    until = [moment + timedelta(minutes=1) for moment in moments]
    tries = [unclaimed(row, now=at).update(claimed_until=end) for at, end in zip(moments, until, strict=True)]
    assert sum(tries) == len(moments), "killed each time, and taken up for ever"
    later = [moment + timedelta(days=2) for moment in moments]
    assert sum(claim(row, now=moment) for moment in later) == MAX_ATTEMPTS


def test_x5_who_queues_in_the_request_waits_for_a_mute_broker(broker: Broker) -> None:
    """Longer than the portal's own answers may take more than with a broker, 0.05 s."""
    assert broker.process
    with Celery("caller", set_as_current=False, broker=broker.url) as caller:
        asked = Thread(target=lambda: caller.send_task(make_sheet.name, [1]), daemon=True)
        broker.process.send_signal(signal.SIGSTOP)
        try:
            asked.start()
            asked.join(0.5)
            assert asked.is_alive()
        finally:
            broker.process.send_signal(signal.SIGCONT)
        asked.join(30)
        assert not asked.is_alive()


def test_x7_who_looks_whether_the_process_is_there_sees_nothing(tmp_path: Path) -> None:
    part = Part("worker", ["sleep", "60"])
    part.start(dict(os.environ), None)
    try:
        assert part.process
        os.kill(part.process.pid, signal.SIGSTOP)
        assert part.is_running()
        assert not part.has_died()
    finally:
        part.sweep()


def test_x10_who_applies_events_as_they_come_ends_by_their_order() -> None:
    def end_of(order: tuple[str, ...]) -> str:
        held = ""
        for event in order:
            match event:
                case "create":
                    held = "1.0"
                case "correct" if held:
                    held = "2.0"
                case "withdraw":
                    held = ""
        return held

    assert {end_of(order) for order in permutations(("create", "correct", "withdraw"))} == {"", "1.0", "2.0"}


def test_x11_a_year_by_the_servers_clock_is_wrong_for_eight_hours() -> None:
    """And by the portal's in none of a hundred thousand instants about new year."""
    chance, year_end = Random(2026), datetime(2026, 12, 31, 16, tzinfo=UTC)
    edges = [year_end + timedelta(seconds=seconds) for seconds in (-1, 0, 1)]
    spread = [year_end + timedelta(seconds=chance.uniform(-86400, 86400)) for _ in range(INSTANTS - len(edges))]
    instants = [*edges, *spread]
    years = [(at.replace(tzinfo=None) + SHANGHAI_HOURS).year for at in instants]
    assert [timezone.localdate(at).year for at in instants] == years
    assert sum(at.year != year for at, year in zip(instants, years, strict=True)) > INSTANTS // 10


def test_x12_days_counted_monday_to_friday_fall_into_the_holidays() -> None:
    def naive(start: date, days: int) -> date:
        while days:
            start += timedelta(days=1)
            days -= start.isoweekday() <= 5
        return start

    starts = (date(2025, 9, 26), date(2026, 2, 13), date(2026, 9, 28))
    assert not any(naive(start, 5) == oracle(start, 5) for start in starts)
    with pytest.raises(KeyError):
        PUBLISHED.days[date(2027, 1, 1)]


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes, as on a disk that is full."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_x15_a_file_stored_under_its_name_at_once_is_cut_off(tmp_path: Path) -> None:
    with full_after(1024), pytest.raises(OSError, match="too large"):
        FileSystemStorage(tmp_path).save("scan.png", ContentFile(b"x" * 5000))
    assert (tmp_path / "scan.png").stat().st_size == 1024


def test_x17_the_standard_reader_breaks_at_depth_and_swallows_a_key() -> None:
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000 + "]" * 100_000)
    assert json.loads('{"hours": "1", "hours": "2"}') == {"hours": "2"}


def test_x18_who_opens_a_bomb_is_at_it_for_longer_than_a_second() -> None:
    """Half as many rows as are let in are enough."""
    book = load_workbook(BytesIO(forged(many(MOST_ROWS // 2, 5))), read_only=True)
    began = time.process_time()
    for _ in book.active.iter_rows(values_only=True):
        if time.process_time() - began > 1:
            break
    took = time.process_time() - began
    book.close()
    assert took > 1


@transaction.atomic
def settle_all() -> None:
    for changed in ChangedAccount.objects.order_by("-id"):
        issuing._settle(changed, book=rule_book(), now=make.NOW)


@pytest.mark.django_db
def test_x21_in_one_transaction_the_one_that_is_refused_takes_the_others_along(
    declarant: Professional, lone_declarant: Professional
) -> None:
    make.meet(declarant)
    make.meet(lone_declarant)
    fault(declarant.pk)
    with pytest.raises(DatabaseError, match="fault"):
        settle_all()
    assert not Certificate.objects.exists()
    mend()


@pytest.mark.deep
@pytest.mark.django_db
def test_x23_a_sheet_published_as_it_is_drawn_proves_nothing(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    make_signing_key(now=make.NOW)
    stored = shelf.put(drawer.draw("sheet", make.content()))
    assert not examine(shelf.take(stored), trusted=trusted_certificates()).is_genuine
