"""A database that takes no writes (X16), a clock that is set back (X22). Neither needs a running portal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.rules.totp import code_at, matching_step, step_of
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


JUMPS = (-30, -1, 1, 30)
# A minute of the phone's clock, second by second.
MOMENTS = [datetime(2026, 11, 20, 2, 0, tzinfo=UTC) + timedelta(seconds=second) for second in range(60)]
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_half_a_minute_off_takes_the_codes_of_a_phone_that_is_right(jump: int) -> None:
    for moment in MOMENTS:
        step, ours = step_of(moment), moment + timedelta(seconds=jump)
        assert matching_step(SECRET, code_at(SECRET, step), now=ours, last_step=0) == step
        assert matching_step(SECRET, code_at(SECRET, step), now=ours, last_step=step) is None, "and once"


@pytest.mark.parametrize("jump", JUMPS)
def test_negative_control_who_takes_the_code_of_the_moment_alone_turns_them_away(jump: int) -> None:
    """At half a minute everybody, at a second one in thirty."""
    refused = [moment for moment in MOMENTS if step_of(moment + timedelta(seconds=jump)) != step_of(moment)]
    assert len(refused) == len(MOMENTS) * abs(jump) // 30
