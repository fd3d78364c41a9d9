"""A click rings for the clock's job once its transaction is through; it needs no broker for its own work."""

import json
import logging

import pytest
import redis
from django.db import transaction

from ceportal.kernel.web.bell import ring
from tests.databases.servers import Broker

pytestmark = pytest.mark.django_db(transaction=True)
JOB = "credits.work_on_held"


def waiting(broker: Broker) -> list[str]:
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        return [json.loads(each)["headers"]["task"] for each in client.lrange("celery", 0, -1)]


def test_the_job_is_asked_for_when_the_transaction_is_through(broker: Broker) -> None:
    with transaction.atomic():
        ring(JOB)
        assert waiting(broker) == []
    assert waiting(broker) == [JOB]
    with transaction.atomic():
        ring(JOB)
        transaction.set_rollback(True)
    assert waiting(broker) == [JOB]


def test_a_bell_that_nobody_hears_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        ring(JOB)
    assert "nobody hears the bell for credits.work_on_held" in caplog.text
