"""Two who begin the independent checker at once: one check, and whoever came second is told so."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent, Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.services import checker
from ceportal.office.services.checker import begin_check, check_books
from tests.races import at_once, settled

pytestmark = pytest.mark.django_db(transaction=True)
# So long who has come to the narrow place waits there for the other, whom a lock may keep away.
SECONDS = 2


def together(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Both do `name` of the service before either goes on, where nothing keeps them apart."""
    gate, act = Barrier(2), getattr(checker, name)

    def waiting(*given: Any, **more: Any) -> Any:
        done = act(*given, **more)
        with suppress(BrokenBarrierError):
            gate.wait(SECONDS)
        return done

    monkeypatch.setattr(checker, name, waiting)


@pytest.mark.parametrize("gives_up", [False, True])
def test_of_two_who_begin_one_does(operator: User, gives_up: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    if gives_up:
        begin_check(by=None, now=now)
        Job.objects.update(attempts=MAX_ATTEMPTS, claimed_until=now - timedelta(hours=1))
    together(monkeypatch, "record")
    act: Callable[[], Job] = lambda: begin_check(by=operator, now=now)  # noqa: E731
    assert sorted(type(result).__name__ for result in settled([act, act])) == [Job.__name__, Refused.__name__]
    assert Job.objects.filter(state=JobState.WAITING).count() == 1
    assert Job.objects.filter(state=JobState.CANCELLED).count() == gives_up
    assert AuditEvent.objects.filter(action="check.begin", actor_id=operator.pk).count() == 1
    assert AuditEvent.objects.filter(action="check.end").count() == gives_up


def test_two_clocks_begin_the_nights_check_once(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR, now = tmp_path, timezone.now()
    together(monkeypatch, "is_check_open")
    act: Callable[[], int] = lambda: check_books(now=now)  # noqa: E731
    assert 0 in at_once([act, act])
    assert Job.objects.get().state == JobState.DONE
    assert AuditEvent.objects.filter(action="check.begin").count() == 1
