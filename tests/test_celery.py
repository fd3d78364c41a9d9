"""What of Celery is not as it comes."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kombu import Connection, Message, Queue
from kombu.transport import redis

from ceportal.celery import PlacesGivenBack
from tests.databases.servers import Broker
from tests.portals import until


@contextmanager
def silent(broker: Broker) -> Iterator[None]:
    """There, and without an answer."""
    assert broker.process
    os.kill(broker.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.process.pid, signal.SIGCONT)


@pytest.mark.parametrize("says", ["ack", "reject", "requeue"])
@pytest.mark.parametrize(("kind", "takes_up"), [(PlacesGivenBack, True), (redis.QoS, False)])
def test_a_worker_takes_messages_up_after_its_word_was_not_heard(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, says: str, kind: type[redis.QoS], takes_up: bool
) -> None:
    """It may hold one at a time; kombu as it comes never takes the next."""
    assert redis.Channel.QoS is PlacesGivenBack
    monkeypatch.setattr(redis.Channel, "QoS", kind)
    held: list[Message] = []
    with Connection(broker.url, transport_options={"socket_timeout": 0.2, "max_retries": 0}) as connection:
        queue = Queue("work", channel=connection.default_channel)
        with connection.Consumer(queue, callbacks=[lambda _, message: held.append(message)]) as consumer:
            consumer.qos(prefetch_count=1)
            for number in range(2):
                connection.Producer().publish({"number": number}, routing_key="work", declare=[queue])
            until(lambda: came(connection, held), "the first did not come")
            with silent(broker), pytest.raises(connection.connection_errors):
                getattr(held[0], says)()
            until(lambda: came(connection, held) or not takes_up, "the second did not come")
            assert len(held) == 1 + takes_up


def came(connection: Connection, held: list[Message]) -> bool:
    """Whether one more is held than before."""
    before = len(held)
    try:
        connection.drain_events(timeout=0.5)
    except (TimeoutError, *connection.connection_errors):
        return False
    return len(held) > before
