"""Answers are counted for all processes in the broker, for some minutes, and cost nobody anything where it is away."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ceportal.kernel.services import answers
from ceportal.kernel.services.answers import answers_of_late, count_answer
from tests.databases.servers import Broker

NOW = datetime(2026, 12, 31, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(answers, "_gathered", answers._Gathered())
    server = Broker(tmp_path_factory.mktemp("b"))
    server.start()
    settings.CELERY_BROKER_URL = server.url
    yield server.socket
    server.stop()


@pytest.mark.usefixtures("broker")
def test_what_was_gathered_is_written_together_and_forgotten_after_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count_answer("/", 200, 0.1, now=NOW)
    count_answer("/", 503, 0.1, now=NOW)
    assert answers_of_late(now=NOW) == {"pages.answered": 1}, "the others are gathered"
    monkeypatch.setattr(answers._gathered, "until", 0.0)
    count_answer("/api/v1/hours", 200, 2, now=NOW + timedelta(minutes=1))
    counted = {"pages.answered": 1, "pages.busy": 1, "machines.answered": 1, "machines.slow": 1}
    assert answers_of_late(now=NOW + timedelta(minutes=4)) == counted
    later = answers_of_late(now=NOW + timedelta(minutes=5))
    assert later == {name: count for name, count in counted.items() if name != "pages.answered"}
    assert answers_of_late(now=NOW + timedelta(minutes=6)) == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_a_request_is_counted_with_the_time_since_nginx_had_it(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    since = f"t={time.time() - 5:.3f}"
    assert client.get("/", headers={"X-Request-Start": since}).status_code == 503
    assert answers_of_late(now=timezone.now()) == {"pages.busy": 1, "pages.slow": 1}


def test_without_a_broker_nobody_waits_and_nothing_is_known(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_gathered", answers._Gathered())
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    for _ in range(1000):
        count_answer("/", 200, 0.1, now=NOW)
    assert answers._gathered.until > time.monotonic() + answers.GATHER_SECONDS, "it is left alone for a while"
    assert answers_of_late(now=NOW) is None
