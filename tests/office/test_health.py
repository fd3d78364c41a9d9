"""/healthz and /readyz: what each missing part does to the answer."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice
from ceportal.kernel.models import MAX_ATTEMPTS, Attempt, Heartbeat
from ceportal.office.selectors.health import CLOCK
from tests import factories as make
from tests.databases.servers import Broker

pytestmark = pytest.mark.django_db


@pytest.fixture
def known_broker(broker: Broker, settings: object) -> Broker:
    settings.CELERY_BROKER_URL = broker.url  # type: ignore[attr-defined]
    return broker


@pytest.fixture
def ticking(known_broker: Broker) -> None:
    Heartbeat.objects.create(name=CLOCK, at=timezone.now())


def _readyz(client: Client) -> tuple[int, str, list[str]]:
    answer = client.get("/readyz")
    body = answer.json()
    return answer.status_code, body["status"], body["degraded"]


def test_alive_without_looking_at_anything(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_everything_is_there(client: Client, ticking: None) -> None:
    assert _readyz(client) == (200, "ok", [])


def test_without_a_broker_the_portal_is_degraded_but_fit_for_traffic(client: Client) -> None:
    assert _readyz(client) == (200, "degraded", ["broker"])


def test_rounds_that_stop_coming_with_nothing_waiting_point_at_beat(client: Client, known_broker: Broker) -> None:
    long_ago = timezone.now() - timedelta(seconds=10 * settings.CLOCK_SECONDS)
    Heartbeat.objects.create(name=CLOCK, at=long_ago)
    assert _readyz(client) == (200, "degraded", ["beat"])


def test_rounds_that_wait_point_at_the_worker(client: Client, known_broker: Broker) -> None:
    from celery import current_app  # noqa: PLC0415

    current_app.send_task(CLOCK)
    assert _readyz(client) == (200, "degraded", ["worker"])


def test_a_message_that_waits_too_long_is_told(client: Client, ticking: None) -> None:
    Notice.objects.create(
        to=make.user(), event=NoticeEvent.values[0], key="x", text="x", created_at=timezone.now() - timedelta(hours=1)
    )
    assert _readyz(client) == (200, "degraded", ["outbox"])


@pytest.mark.django_db(transaction=True)
def test_without_the_database_there_is_no_traffic(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/at/all")
    answer = client.get("/readyz")
    monkeypatch.undo()
    connection.close()
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")


def test_nothing_but_reading(client: Client) -> None:
    assert client.post("/readyz").status_code == 405


def test_what_was_put_aside_is_told(client: Client, ticking: None) -> None:
    Attempt.objects.create(job="overdue:x", row_id=1, begun_at=timezone.now(), attempts=MAX_ATTEMPTS)
    assert _readyz(client) == (200, "degraded", ["dead_letters"])
